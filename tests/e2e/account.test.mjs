// The own account: an authenticator app, sign-in with its codes, the password, and where one is signed in.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { checkAccess } from './support/axe.mjs';
import { api, byId, claim, fillSignIn, forgive, openPage, startBrowser } from './support/browser.mjs';
import { checkLayout } from './support/layout.mjs';
import { PASSWORD, USER, folder, freePort, startServer } from './support/product.mjs';
import { TOTP_STEP_SECONDS as STEP_SECONDS, codeOf } from './support/totp.mjs';

const NEW_PASSWORD = 'quite another row of words';
let scratch, server, browser, page, secret, lastStep, recoveryCodes;

/** A code that was not used yet: that of now, or the next one, which is taken as well. */
function freshCode() {
  const now = Math.floor(Date.now() / 1000 / STEP_SECONDS);
  lastStep = Math.max(now, (lastStep ?? 0) + 1);
  assert.ok(lastStep <= now + 1, 'the test uses codes faster than they come');
  return codeOf(secret, lastStep);
}

before(async () => {
  scratch = await folder();
  server = await startServer('serve', `${scratch.path}/data`, { port: await freePort() });
  browser = await startBrowser(`${scratch.path}/home`, server.authority);
  page = await openPage(browser);
  await claim(page, server);
  forgive(page, 401);
});

after(async () => {
  await browser?.close();
  const code = await server?.stop();
  await scratch?.remove();
  if (server) assert.equal(code, 0, `vedette did not end well:\n${server.output()}`);
});

test('an authenticator app is set up with its first code', async () => {
  await byId(page, 'account-menu').click();
  await byId(page, 'own-account').click();
  await byId(page, 'authenticator-set-up').waitFor();
  await checkLayout(page, 'account');
  await checkAccess(page, 'account');
  await byId(page, 'authenticator-set-up').click();
  await byId(page, 'authenticator-password').fill('not this one');
  await byId(page, 'authenticator-submit').click();
  await page.getByText('The password is wrong').waitFor();
  await byId(page, 'authenticator-password').fill(PASSWORD);
  await byId(page, 'authenticator-submit').click();
  secret = (await byId(page, 'authenticator-secret').textContent()).replaceAll(' ', '');
  await checkLayout(page, 'account-authenticator');
  await byId(page, 'authenticator-code').fill('000000');
  await byId(page, 'authenticator-confirm-submit').click();
  await page.getByText('This is not the code').waitFor();
  await byId(page, 'authenticator-code').fill(freshCode());
  await byId(page, 'authenticator-confirm-submit').click();
  await byId(page, 'recovery-codes').waitFor();
  recoveryCodes = await byId(page, 'recovery-codes').locator('code').allTextContents();
  assert.equal(recoveryCodes.length, 10);
  await checkLayout(page, 'account-recovery-codes');
  assert.ok(await byId(page, 'recovery-done').isDisabled());
  await byId(page, 'recovery-kept').check();
  await byId(page, 'recovery-done').click();
  await page.getByText('10 recovery codes are left').waitFor();
  forgive(page, 403);
});

test('sign-in asks for the code after the password', async () => {
  await byId(page, 'account-menu').click();
  await byId(page, 'sign-out').click();
  await fillSignIn(page);
  await byId(page, 'second-factor-code').waitFor();
  await page.waitForFunction(() => document.activeElement?.getAttribute('data-testid') === 'second-factor-code');
  await checkLayout(page, 'second-factor');
  await checkAccess(page, 'second-factor');
  await byId(page, 'second-factor-code').fill('000000');
  await byId(page, 'second-factor-submit').click();
  await page.getByText('This code is wrong').waitFor();
  await byId(page, 'second-factor-code').fill(freshCode());
  await byId(page, 'second-factor-submit').click();
  await page.getByText('10 recovery codes are left').waitFor();
  forgive(page, 401);
  forgive(page, 403);
});

test('another browser signs in with a recovery code, and is signed out from here', async () => {
  const other = await openPage(browser);
  await other.goto(server.url);
  await fillSignIn(other);
  await byId(other, 'second-factor-code').fill(recoveryCodes[0].toLowerCase());
  await byId(other, 'second-factor-submit').click();
  await byId(other, 'nav-live').waitFor();
  await page.reload();
  await page.getByText('9 recovery codes are left').waitFor();
  assert.equal(await byId(page, 'own-session').count(), 2);
  await checkLayout(page, 'account-sessions');
  await byId(page, 'end-others').click();
  await byId(page, 'own-session').nth(1).waitFor({ state: 'detached' });
  // Its WebSocket is closed within a second, and the page asks why.
  await byId(other, 'sign-in-username').waitFor();
  await other.context().close();
});

test('the password is changed', async () => {
  await byId(page, 'old-password').fill(PASSWORD);
  await byId(page, 'new-password').fill('short');
  await byId(page, 'change-password').click();
  await page.getByText('Use at least 15 characters').waitFor();
  await byId(page, 'new-password').fill(NEW_PASSWORD);
  await byId(page, 'change-password').click();
  await page.getByText('Your password was changed').waitFor();
});

test('whoever must have a second factor sets it up before anything else', async () => {
  await api(page, 'PUT', '/access-rules', { ...(await api(page, 'GET', '/access-rules')), second_factor: 'everybody' });
  const { roles } = await api(page, 'GET', '/roles');
  const viewer = roles.find(({ name }) => name === 'Viewer');
  const { invitation } = await api(page, 'POST', '/users', {
    name: 'Grace',
    assignments: [{ role_id: viewer.id, scope: 'organisation' }],
  });
  const other = await openPage(browser);
  await other.goto(server.url);
  await byId(other, 'sign-in-username').waitFor();
  await api(other, 'POST', '/session/invitation', { username: 'Grace', code: invitation.code, password: NEW_PASSWORD });
  await other.reload();
  await byId(other, 'authenticator-password').waitFor();
  await checkLayout(other, 'second-factor-required');
  assert.deepEqual((await api(other, 'GET', '/session')).rights, []);
  await byId(other, 'authenticator-password').fill(NEW_PASSWORD);
  await byId(other, 'authenticator-submit').click();
  const theirs = (await byId(other, 'authenticator-secret').textContent()).replaceAll(' ', '');
  await byId(other, 'authenticator-code').fill(codeOf(theirs, Math.floor(Date.now() / 1000 / STEP_SECONDS)));
  await byId(other, 'authenticator-confirm-submit').click();
  await byId(other, 'recovery-kept').check();
  await byId(other, 'recovery-done').click();
  await byId(other, 'nav-live').waitFor();
  assert.deepEqual((await api(other, 'GET', '/session')).rights, ['see_live', 'hear']);
  await other.context().close();
});

test('nothing was complained of', () => {
  assert.ok(USER.length > 0);
  assert.deepEqual(page.complaints, []);
});

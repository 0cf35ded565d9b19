// Passkeys with Chromium's virtual authenticator: made, used in every way, refused, removed.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { checkAccess } from './support/axe.mjs';
import { api, byId, claim, fillSignIn, forgive, openPage, startBrowser } from './support/browser.mjs';
import { checkLayout } from './support/layout.mjs';
import { addDevice, touching } from './support/passkey.mjs';
import { PASSWORD, USER, delay, folder, freePort, startServer } from './support/product.mjs';

/** A further name of the server, as an administrator's DNS would have it. */
const OTHER_NAME = 'vedette.test';
let scratch, server, browser, page, device, recoveryCodes;

/** The keyboard is there. */
const hasFocus = (page, id) =>
  page.waitForFunction((id) => document.activeElement?.getAttribute('data-testid') === id, id);

async function signOut(page) {
  await byId(page, 'account-menu').click();
  await byId(page, 'sign-out').click();
  await byId(page, 'sign-in-passkey').waitFor();
}

before(async () => {
  scratch = await folder();
  server = await startServer('serve', `${scratch.path}/data`, {
    port: await freePort(),
    more: ['--name', OTHER_NAME],
  });
  browser = await startBrowser(`${scratch.path}/home`, server.authority, [
    `--host-resolver-rules=MAP ${OTHER_NAME} 127.0.0.1`,
  ]);
  page = await openPage(browser);
  // The virtual device takes what the browser offers with the user name at once, as long as it is touched. That has a test of its own.
  await page.addInitScript(() => {
    PublicKeyCredential.isConditionalMediationAvailable = async () => false;
  });
  device = await addDevice(page);
  await claim(page, server);
  forgive(page, 401);
});

after(async () => {
  await browser?.close();
  const code = await server?.stop();
  await scratch?.remove();
  if (server) assert.equal(code, 0, `vedette did not end well:\n${server.output()}`);
});

test('a passkey is made by keyboard alone, and brings recovery codes', async () => {
  await byId(page, 'account-menu').click();
  await byId(page, 'own-account').click();
  await byId(page, 'passkey-add').focus();
  await page.keyboard.press('Enter');
  await hasFocus(page, 'passkey-name');
  await checkLayout(page, 'passkey-add');
  await checkAccess(page, 'passkey-add');
  assert.match(await byId(page, 'passkey-name').inputValue(), /Chrome/);
  await byId(page, 'passkey-name').fill('Laptop');
  await page.keyboard.press('Tab');
  await page.keyboard.type('not this one');
  await page.keyboard.press('Enter');
  await page.getByText('The password is wrong').waitFor();
  await byId(page, 'passkey-password').fill(PASSWORD);
  await touching(device, async () => {
    await page.keyboard.press('Enter');
    await byId(page, 'recovery-codes').waitFor();
  });
  recoveryCodes = await byId(page, 'recovery-codes').locator('code').allTextContents();
  assert.equal(recoveryCodes.length, 10);
  await byId(page, 'recovery-kept').check();
  await byId(page, 'recovery-done').click();
  await byId(page, 'passkey').getByText('Laptop').waitFor();
  await byId(page, 'passkey').getByText('not used yet').waitFor();
  await checkLayout(page, 'passkeys');
  await checkAccess(page, 'passkeys');
  const [credential] = await device.credentials();
  assert.equal(credential.isResidentCredential, true);
  assert.equal(credential.rpId, 'localhost');
  forgive(page, 403);
});

test('it signs in without a name and without a password', async () => {
  await signOut(page);
  await checkLayout(page, 'sign-in-passkey');
  await checkAccess(page, 'sign-in-passkey');
  await touching(device, async () => {
    await byId(page, 'sign-in-passkey').focus();
    await page.keyboard.press('Enter');
    await byId(page, 'passkey').getByText('last used').waitFor();
  });
  assert.equal((await api(page, 'GET', '/session')).second_factor, 'on');
});

test('it gets another name, by keyboard alone', async () => {
  for (const [before, now] of [['Laptop', 'Laptop in the office'], ['Laptop in the office', 'Laptop']]) {
    await page.getByRole('button', { name: `Rename the passkey ${before}`, exact: true }).focus();
    await page.keyboard.press('Enter');
    await hasFocus(page, 'passkey-new-name');
    await checkLayout(page, 'passkey-rename');
    await checkAccess(page, 'passkey-rename');
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type(now);
    await page.keyboard.press('Enter');
    await byId(page, 'passkey').getByText(now, { exact: true }).waitFor();
    await hasFocus(page, 'passkey-rename');
  }
  const { entries } = await api(page, 'GET', '/audit?action=manage_own_account&limit=1');
  assert.equal(entries[0].operation, 'renamePasskey');
});

test('with a name it has to be that user’s', async () => {
  await signOut(page);
  await byId(page, 'sign-in-username').fill('somebody else');
  await touching(device, async () => {
    await byId(page, 'sign-in-passkey').click();
    await page.getByText('This passkey does not open this account').waitFor();
  });
  await checkLayout(page, 'sign-in-passkey-refused');
  await byId(page, 'sign-in-username').fill(USER.toUpperCase());
  await touching(device, async () => {
    await byId(page, 'sign-in-passkey').click();
    await byId(page, 'passkey').waitFor();
  });
  forgive(page, 401);
});

test('whoever is not recognised is told so, and can try again', async () => {
  await signOut(page);
  await device.recognise(false);
  await touching(device, async () => {
    await byId(page, 'sign-in-passkey').click();
    await page.getByText('No passkey was used: it was cancelled, or it took too long').waitFor();
  });
  await checkLayout(page, 'sign-in-passkey-cancelled');
  await device.recognise(true);
  await touching(device, async () => {
    await byId(page, 'sign-in-passkey').click();
    await byId(page, 'passkey').waitFor();
  });
});

test('after the password it is the second factor', async () => {
  await signOut(page);
  await fillSignIn(page);
  await byId(page, 'second-factor-passkey').waitFor();
  await checkLayout(page, 'second-factor-passkey');
  await checkAccess(page, 'second-factor-passkey');
  await touching(device, async () => {
    await byId(page, 'second-factor-passkey').click();
    await byId(page, 'passkey').waitFor();
  });
  await signOut(page);
  await fillSignIn(page);
  await byId(page, 'second-factor-code').fill(recoveryCodes[0]);
  await byId(page, 'second-factor-submit').click();
  await page.getByText('(9 left)').waitFor();
});

test('the browser offers it where it fills in the user name', async () => {
  const other = await openPage(browser);
  const same = await addDevice(other);
  for (const credential of await device.credentials()) await same.add(credential);
  await same.touch(true);
  await other.goto(server.url);
  await byId(other, 'nav-live').waitFor();
  // It counts its uses: from here on there would be two of it.
  for (const credential of await same.credentials()) {
    await device.remove(credential.credentialId);
    await device.add(credential);
  }
  assert.deepEqual(other.complaints.filter((text) => !text.includes('status of 401')), []);
  await other.context().close();
});

test('a copy of it is found by its counter, and told to the auditor', async () => {
  await signOut(page);
  const [credential] = await device.credentials();
  await device.remove(credential.credentialId);
  await device.add({ ...credential, signCount: 0 });
  await touching(device, async () => {
    await byId(page, 'sign-in-passkey').click();
    await page.getByText('there may be a copy of it').waitFor();
  });
  await device.remove(credential.credentialId);
  await device.add({ ...credential, signCount: 100 });
  await touching(device, async () => {
    await byId(page, 'sign-in-passkey').click();
    await byId(page, 'passkey').waitFor();
  });
  const { entries } = await api(page, 'GET', '/audit?limit=100');
  const reasons = entries.filter(({ operation }) => operation === 'signInWithPasskey').map(({ reason }) => reason);
  assert.ok(reasons.includes('passkey_copied'), reasons.join());
  assert.ok(reasons.includes('passkey_unknown'), reasons.join());
  assert.ok(entries.some(({ operation, details }) => operation === 'addPasskey' && details.asked.name === 'Laptop'));
  assert.equal(entries.find(({ operation, allowed }) => operation === 'signInWithPasskey' && allowed).details.passkey, 'Laptop');
  forgive(page, 401);
});

test('a second one is made with the first, the same device is not taken twice', async () => {
  await byId(page, 'passkey-add').click();
  await byId(page, 'passkey-name').fill('Security key');
  await byId(page, 'passkey-password').fill(PASSWORD);
  await touching(device, async () => {
    await byId(page, 'passkey-create').click();
    await page.getByText('This device has a passkey for your account already').waitFor();
  });
  await checkLayout(page, 'passkey-twice');
  await byId(page, 'passkey-cancel').click();
  await hasFocus(page, 'passkey-add');
});

test('under another name of the server there are other passkeys', async () => {
  const other = await openPage(browser);
  const theirs = await addDevice(other);
  await other.goto(`https://${OTHER_NAME}:${server.port}`);
  await fillSignIn(other);
  await byId(other, 'second-factor-passkey').click();
  await other.getByText(`You have no passkey for the name ${OTHER_NAME}; use a code.`).waitFor();
  await byId(other, 'second-factor-code').fill(recoveryCodes[1]);
  await byId(other, 'second-factor-submit').click();
  await byId(other, 'account-menu').click();
  await byId(other, 'own-account').click();
  await byId(other, 'passkey').getByText('works at localhost').waitFor();
  await byId(other, 'passkey-add').click();
  await byId(other, 'passkey-password').fill(PASSWORD);
  await byId(other, 'passkey-code').fill(recoveryCodes[2]);
  await touching(theirs, async () => {
    await byId(other, 'passkey-create').click();
    await byId(other, 'passkey').nth(1).waitFor();
  });
  assert.equal((await theirs.credentials())[0].rpId, OTHER_NAME);
  // Removed from here with itself: the other one is of no use here.
  await byId(other, 'passkey-remove').nth(1).click();
  await byId(other, 'passkey-remove-password').fill(PASSWORD);
  await touching(theirs, async () => {
    await byId(other, 'passkey-remove-submit').click();
    await byId(other, 'passkey').nth(1).waitFor({ state: 'detached' });
  });
  await other.context().close();
});

test('it is removed with the password and itself', async () => {
  await byId(page, 'passkey-remove').click();
  await hasFocus(page, 'passkey-remove-password');
  await byId(page, 'passkey-remove-password').fill(PASSWORD);
  await checkLayout(page, 'passkey-remove');
  await checkAccess(page, 'passkey-remove');
  await touching(device, async () => {
    await byId(page, 'passkey-remove-submit').click();
    await byId(page, 'passkey').waitFor({ state: 'detached' });
  });
  assert.equal((await api(page, 'GET', '/session')).second_factor, 'off');
});

test('whoever must have a second factor may choose a passkey', async () => {
  // An address may try 20 times at once, and once more each 3 s; a fast machine is here before that.
  await delay(20_000);
  // The rule takes one of those who make it.
  await byId(page, 'passkey-add').click();
  await byId(page, 'passkey-password').fill(PASSWORD);
  await touching(device, async () => {
    await byId(page, 'passkey-create').click();
    await byId(page, 'recovery-kept').check();
  });
  await byId(page, 'recovery-done').click();
  await byId(page, 'passkey').waitFor();
  await api(page, 'PUT', '/access-rules', { ...(await api(page, 'GET', '/access-rules')), second_factor: 'everybody' });
  const { roles } = await api(page, 'GET', '/roles');
  const { invitation } = await api(page, 'POST', '/users', {
    name: 'Grace',
    assignments: [{ role_id: roles.find(({ name }) => name === 'Viewer').id, scope: 'organisation' }],
  });
  const other = await openPage(browser);
  const theirs = await addDevice(other);
  await other.goto(server.url);
  await byId(other, 'sign-in-username').waitFor();
  await api(other, 'POST', '/session/invitation', { username: 'Grace', code: invitation.code, password: PASSWORD });
  await other.reload();
  await byId(other, 'passkey-add').waitFor();
  await checkLayout(other, 'second-factor-required-passkey');
  await byId(other, 'passkey-add').click();
  await byId(other, 'passkey-password').fill(PASSWORD);
  await touching(theirs, async () => {
    await byId(other, 'passkey-create').click();
    await byId(other, 'recovery-kept').check();
  });
  await byId(other, 'recovery-done').click();
  await byId(other, 'nav-live').waitFor();
  assert.deepEqual((await api(other, 'GET', '/session')).rights, ['see_live', 'hear']);
  await other.context().close();
});

test('at an IP address, and without passkeys in the browser, one sentence says what to do', async () => {
  const other = await openPage(browser);
  await other.goto(`https://127.0.0.1:${server.port}`);
  await byId(other, 'sign-in-passkey').click();
  const instead = `https://${OTHER_NAME}:${server.port}`;
  await other.getByText(`A passkey belongs to a name and not to an address; open Vedette as ${instead}`).waitFor();
  await checkLayout(other, 'sign-in-passkey-address');
  await other.context().close();
  const old = await openPage(browser);
  await old.addInitScript(() => delete window.PublicKeyCredential);
  await old.goto(server.url);
  await byId(old, 'sign-in-passkey').click();
  await old.getByText('This browser can’t use passkeys').waitFor();
  assert.deepEqual(old.complaints.filter((text) => !text.includes('status of 401')), []);
  await old.context().close();
});

test('nothing was complained of', () => {
  assert.deepEqual(page.complaints, []);
});

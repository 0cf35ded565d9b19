// API tokens: made in Your account, used by programs (curl, and the client's example), revoked by their user and by an administrator.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { checkAccess } from './support/axe.mjs';
import { api, byId, claim, forgive, openPage, startBrowser } from './support/browser.mjs';
import { checkLayout } from './support/layout.mjs';
import { PASSWORD, folder, freePort, startServer, waitFor } from './support/product.mjs';
import { makeSteps } from './support/steps.mjs';

const run = promisify(execFile);
const EXAMPLE = fileURLToPath(new URL('../../web/sdk/examples/download.mjs', import.meta.url));
let scratch, server, browser, page, camera, token;

before(async () => {
  scratch = await folder();
  server = await startServer('demo', `${scratch.path}/data`, { more: ['--camera-port', await freePort(), '--cameras', 2] });
  browser = await startBrowser(`${scratch.path}/home`, server.authority);
  page = await openPage(browser);
  await claim(page, server);
  forgive(page, 401);
  camera = await waitFor('two cameras', async () => {
    const { cameras } = await api(page, 'GET', '/cameras');
    return cameras.length === 2 && cameras[0];
  });
});

after(async () => {
  await browser?.close();
  const code = await server?.stop();
  await scratch?.remove();
  if (server) assert.equal(code, 0, `vedette did not end well:\n${server.output()}`);
});

const step = makeSteps();

/** As docs/guide/api.md has it; status and body. */
async function curl(path, secret, ...more) {
  const { stdout } = await run('curl', [
    '--silent', '--show-error', '--cacert', server.authority, '--write-out', '\n%{http_code}',
    '--header', `Authorization: Bearer ${secret}`, ...more, `${server.url}/api/v1${path}`,
  ]);
  const end = stdout.lastIndexOf('\n');
  const text = stdout.slice(0, end);
  return { status: Number(stdout.slice(end + 1)), body: text ? JSON.parse(text) : undefined };
}

const focused = () => page.evaluate(() => document.activeElement?.getAttribute('data-testid'));

step('a token is made with the keyboard, and shown once', async () => {
  await byId(page, 'account-menu').click();
  await byId(page, 'own-account').click();
  await byId(page, 'token-new').focus();
  await page.keyboard.press('Enter');
  await byId(page, 'token-form').waitFor();
  assert.equal(await focused(), 'token-name');
  await page.keyboard.press('Enter');
  await page.getByText('Name the program that will use it.').waitFor();
  await page.getByText('Choose at least one right.').waitFor();
  await checkLayout(page, 'token-form');
  await checkAccess(page, 'token-form');
  await byId(page, 'token-name').fill('Nightly backup');
  for (const right of ['see_live', 'play_back', 'export_recordings', 'manage_users']) {
    await byId(page, `right-${right}`).focus();
    await page.keyboard.press('Space');
  }
  // For some cameras there are no rights over the organisation.
  await byId(page, 'token-some-cameras').focus();
  await page.keyboard.press('Space');
  await byId(page, 'right-manage_users').waitFor({ state: 'detached' });
  await byId(page, `token-camera-${camera.name}`).focus();
  await page.keyboard.press('Space');
  await byId(page, 'token-days').fill('30');
  await byId(page, 'token-password').fill('not the password');
  await byId(page, 'token-make').focus();
  await page.keyboard.press('Enter');
  await byId(page, 'token-form').getByText('The password is wrong').waitFor();
  forgive(page, 403);
  await byId(page, 'token-password').fill(PASSWORD);
  await byId(page, 'token-make').focus();
  await page.keyboard.press('Enter');
  await byId(page, 'token-made').waitFor();
  assert.equal(await focused(), 'token-made');
  token = await byId(page, 'token-secret').textContent();
  assert.match(token, /^vdt_[0-9A-Za-z]{49}$/);
  await checkLayout(page, 'token-shown');
  await checkAccess(page, 'token-shown');
  await byId(page, 'token-done').focus();
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement?.getAttribute('data-testid') === 'token-new');
  await page.reload();
  await byId(page, 'api-token').waitFor();
  assert.ok(!(await page.content()).includes(token.slice(0, 12)));
  assert.match(await byId(page, 'api-token').textContent(), /Nightly backup.*Play recordings.*for .*until .*never used/s);
});

step('curl uses it, within its scope', async () => {
  const { status, body } = await curl('/session', token);
  assert.equal(status, 200);
  assert.equal(body.api_token.name, 'Nightly backup');
  const { cameras } = (await curl('/cameras', token)).body;
  assert.deepEqual(cameras.map(({ id }) => id), [camera.id]);
  assert.deepEqual(cameras[0].rights, ['see_live', 'play_back', 'export_recordings']);
  const users = await curl('/users', token);
  assert.deepEqual([users.status, users.body.type], [403, 'urn:vedette:problem:beyond_scope']);
  const more = await curl('/account/tokens', token, '--json', '{"name":"more","rights":["see_live"]}');
  assert.deepEqual([more.status, more.body.type], [403, 'urn:vedette:problem:not_for_tokens']);
  const wrong = await curl('/cameras', `${token.slice(0, -1)}~`);
  assert.equal(wrong.status, 401);
  assert.match(wrong.body.detail, /copy it again/);
});

step('the example of the client lists the cameras and downloads a recording', async () => {
  await waitFor('a recording', async () => {
    const query = new URLSearchParams({ start_90k: 0, end_90k: 4_000_000_000_000_000 });
    return (await api(page, 'GET', `/cameras/${camera.id}/recordings?${query}`)).extent;
  });
  const env = { ...process.env, VEDETTE_URL: server.url, NODE_EXTRA_CA_CERTS: server.authority };
  const file = `${scratch.path}/recording.mp4`;
  const example = (secret) =>
    run(process.execPath, [EXAMPLE, camera.name, '5', file], { env: { ...env, VEDETTE_TOKEN: secret } });
  const { stdout } = await example(token);
  assert.match(stdout, new RegExp(`${camera.id}  ${camera.name}`));
  const media = await readFile(file);
  assert.equal(media.toString('latin1', 4, 8), 'ftyp');
  assert.ok(media.includes('moof') && media.length > 10_000, `${media.length} bytes`);
  const refused = await example('vdt_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg1jbXeK').catch((error) => error);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /There is no such API token/);
});

step('the list says when it was used, and the audit log by which token', async () => {
  await byId(page, 'api-token').getByText(/last used .* from 127\.0\.0\.1/).waitFor();
  await checkLayout(page, 'tokens');
  await checkAccess(page, 'tokens');
  const { entries } = await api(page, 'GET', '/audit');
  const download = entries.find(({ operation }) => operation === 'getRecordedMedia');
  assert.equal(download.who.kind, 'api_client');
  assert.equal(download.details.api_token.name, 'Nightly backup');
  assert.ok(!JSON.stringify(entries).includes(token.slice(4, 20)));
  await page.goto(`${server.url}/audit`);
  await page.getByText('admin, by Nightly backup').first().waitFor();
  await page.goBack();
});

step('revoked with the keyboard, it is refused at once', async () => {
  await byId(page, 'revoke-Nightly backup').focus();
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement?.getAttribute('data-testid') === 'ask-yes');
  await checkLayout(page, 'token-revoke');
  await checkAccess(page, 'token-revoke');
  await page.keyboard.press('Enter');
  await byId(page, 'api-token').waitFor({ state: 'detached' });
  assert.equal((await curl('/cameras', token)).status, 401);
});

step('an administrator sees and revokes those of others', async () => {
  const { roles } = await api(page, 'GET', '/roles');
  const viewer = roles.find(({ name }) => name === 'Viewer');
  const { invitation } = await api(page, 'POST', '/users', {
    name: 'ben',
    assignments: [{ role_id: viewer.id, scope: 'organisation' }],
  });
  const other = await openPage(browser);
  await other.goto(server.url);
  await byId(other, 'sign-in-username').waitFor();
  await api(other, 'POST', '/session/invitation', { username: 'ben', code: invitation.code, password: 'a kettle for every morning' });
  await other.goto(`${server.url}/account`);
  // Only what he holds is offered.
  await byId(other, 'token-new').click();
  assert.deepEqual(await other.locator('[data-testid^="right-"]').count(), 2);
  await byId(other, 'right-see_live').check();
  await byId(other, 'token-name').fill('Wall display');
  await byId(other, 'token-password').fill('a kettle for every morning');
  await byId(other, 'token-make').click();
  const his = await byId(other, 'token-secret').textContent();
  assert.equal((await curl('/cameras', his)).status, 200);
  await page.goto(`${server.url}/people`);
  await byId(page, 'open-ben').click();
  await byId(page, 'user-card').getByText('Wall display').waitFor();
  await checkLayout(page, 'user-tokens');
  await checkAccess(page, 'user-tokens');
  await byId(page, 'revoke-Wall display').click();
  await byId(page, 'ask-yes').click();
  await byId(page, 'api-token').waitFor({ state: 'detached' });
  assert.equal((await curl('/cameras', his)).status, 401);
  await other.context().close();
});

step('nothing was complained of', () => assert.deepEqual(page.complaints, []));

// The audit log: what was done is found there in plain words, what was refused stands out, and it can be taken away.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { after, before, test } from 'node:test';
import { checkAccess } from './support/axe.mjs';
import { api, byId, claim, forgive, openPage, startBrowser } from './support/browser.mjs';
import { checkLayout } from './support/layout.mjs';
import { folder, freePort, startServer, startSimulator, waitFor } from './support/product.mjs';
import { seeMove } from './support/picture.mjs';

let scratch, server, browser, page, farm, gate;

before(async () => {
  scratch = await folder();
  const cameraPort = await freePort();
  farm = await startSimulator(cameraPort, '--cameras', 2);
  server = await startServer('serve', `${scratch.path}/data`, {});
  browser = await startBrowser(`${scratch.path}/home`, server.authority);
  page = await openPage(browser);
  await claim(page, server);
  forgive(page, 401);
  const camera = (name, number) => api(page, 'POST', '/cameras', { name, main_url: `rtsp://127.0.0.1:${cameraPort}/cam${number}` });
  gate = (await camera('Gate', 1)).id;
  await camera('Loading bay at the back of the warehouse', 2);
});

after(async () => {
  await browser?.close();
  await farm?.stop();
  const code = await server?.stop();
  await scratch?.remove();
  if (server) assert.equal(code, 0, `vedette did not end well:\n${server.output()}`);
});

const rows = () => byId(page, 'audit-entry');
const rowOf = (action) => page.locator(`[data-testid="audit-entry"][data-action="${action}"]`).first();

test('what was done is in the log, in plain words', async () => {
  await page.goto(`${server.url}/cameras/${gate}`);
  await seeMove('the camera', page.locator('video').first(), 1, 60);
  await api(page, 'PATCH', `/cameras/${gate}`, { name: 'Main gate' });
  await page.evaluate(() => fetch('/api/v1/session', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username: 'eve', password: 'guessed' }),
    credentials: 'omit',
  }));
  await page.evaluate((id) => fetch(`/api/v1/cameras/${id}`, { method: 'DELETE', credentials: 'omit' }), gate);
  await page.evaluate(() => fetch('/api/v1/cameras/00000000-0000-4000-8000-000000000001', { method: 'DELETE' }));
  forgive(page, 401);
  forgive(page, 404);
  await byId(page, 'account-menu').click();
  await byId(page, 'audit-log').click();
  await rowOf('watch_live').getByText('Watch live').waitFor();
  await rowOf('change_camera').getByText('Main gate').or(rowOf('change_camera').getByText('Gate')).first().waitFor();
  await rowOf('sign_in').getByText('Refused').waitFor();
  await rowOf('sign_in').getByText('Wrong name or password').waitFor();
  await rowOf('sign_in').getByText('eve').waitFor();
  await page.locator('[data-action="remove_camera"]').getByText('Denied').waitFor();
  await page.locator('[data-action="remove_camera"]').getByText('Failed').waitFor();
  await page.locator('[data-action="claim"]').getByText('Create the first administrator').waitFor();
  await checkAccess(page, 'audit');
  await checkLayout(page, 'audit');
});

test('a row tells more on demand', async () => {
  await rowOf('change_camera').getByTestId('audit-details').click();
  await page.getByText('Gate → Main gate').waitFor();
  await checkLayout(page, 'audit-details');
  await checkAccess(page, 'audit-details');
  await rowOf('change_camera').getByTestId('audit-details').click();
});

test('filters narrow it down and are kept in the address', async () => {
  await page.getByLabel('Only what was refused').click();
  await page.waitForURL(/refused=yes/);
  await rowOf('sign_in').waitFor();
  await rowOf('add_camera').waitFor({ state: 'detached' });
  assert.ok((await rows().count()) >= 2);
  for (const text of await rows().allInnerTexts()) assert.match(text, /Refused|Denied/);
  await page.reload();
  await rowOf('sign_in').waitFor();
  assert.ok(await page.getByLabel('Only what was refused').isChecked());
  await byId(page, 'audit-clear').click();
  await byId(page, 'audit-action').selectOption('add_camera');
  await rowOf('add_camera').first().waitFor();
  await waitFor('the two that added a camera alone', async () => (await rows().count()) === 2);
  await byId(page, 'audit-camera').selectOption({ label: 'Main gate' });
  await byId(page, 'audit-empty').waitFor();
  await checkLayout(page, 'audit-empty');
  await byId(page, 'audit-clear').click();
  await rowOf('change_camera').getByRole('button', { name: 'admin' }).click();
  await byId(page, 'audit-user').getByText('Only admin').waitFor();
  await rowOf('sign_in').waitFor({ state: 'detached' });
  await byId(page, 'audit-clear').click();
});

test('it can be taken away', async () => {
  await byId(page, 'audit-download').click();
  const downloading = page.waitForEvent('download');
  await byId(page, 'audit-jsonl').click();
  const download = await downloading;
  assert.match(download.suggestedFilename(), /^vedette-audit-.*\.jsonl$/);
  const lines = (await readFile(await download.path(), 'utf8')).trim().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual(lines.map((line) => line.sequence), lines.map((_, index) => index));
  // What was recorded while it went, such as the end of a picture, may come after it.
  assert.ok(lines.some(({ operation }) => operation === 'exportAudit'));
  assert.deepEqual(page.complaints, []);
});

/** A syslog server on this machine: what it was sent, and its port. */
async function listen(port = 0) {
  const sockets = new Set();
  const listener = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (data) => (taken.text += data));
  });
  const taken = { text: '', port: 0 };
  await new Promise((resolve) => listener.listen(port, '127.0.0.1', resolve));
  taken.port = listener.address().port;
  taken.close = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => listener.close(resolve));
  };
  return taken;
}

test('it is sent to a syslog server, and what waits is told', async () => {
  const collector = await listen();
  await page.goto(`${server.url}/audit`);
  const state = byId(page, 'syslog-state');
  await state.getByText('Entries stay on this machine').waitFor();
  await checkLayout(page, 'syslog-off');
  await byId(page, 'syslog-change').click();
  await byId(page, 'syslog-host').fill('127.0.0.1');
  await byId(page, 'syslog-ca').fill('this is no certificate');
  forgive(page, 400);
  await byId(page, 'syslog-test').click();
  await byId(page, 'syslog-form').getByText('certificates in PEM are expected').waitFor();
  await checkAccess(page, 'syslog-form');
  await checkLayout(page, 'syslog-form');
  await byId(page, 'syslog-transport').getByText('Not encrypted').click();
  await byId(page, 'syslog-port').fill('9');
  await byId(page, 'syslog-test').click();
  await byId(page, 'syslog-test-result').getByText('127.0.0.1:9 refused the connection').waitFor();
  await checkLayout(page, 'syslog-refused');
  await byId(page, 'syslog-port').fill(String(collector.port));
  await byId(page, 'syslog-test').click();
  await byId(page, 'syslog-test-result').getByText('has taken a test message').waitFor();
  assert.match(collector.text, /^\d+ <110>1 .* vedette - test \[origin /);
  await byId(page, 'syslog-beginning').click();
  await byId(page, 'syslog-save').click();
  await state.getByText(`Everything is at 127.0.0.1, port ${collector.port}.`).waitFor();
  assert.match(collector.text, / vedette - claim \[vedette@32473 sequence="0" /);
  assert.match(collector.text, / vedette - setAuditStream \[vedette@32473 /);
  await checkAccess(page, 'syslog-sending');
  await checkLayout(page, 'syslog-sending');
  await collector.close();
  await api(page, 'PATCH', `/cameras/${gate}`, { name: 'Back gate' });
  await state.getByText(/entr(y waits|ies wait): 127\.0\.0\.1:\d+ refused the connection/).waitFor();
  await checkLayout(page, 'syslog-failing');
  const again = await listen(collector.port);
  await state.getByText(`Everything is at 127.0.0.1, port ${collector.port}.`).waitFor({ timeout: 90_000 });
  assert.match(again.text, /cameraName="(Back|Main) gate"/);
  await byId(page, 'syslog-change').click();
  await byId(page, 'syslog-stop').click();
  await state.getByText('Entries stay on this machine').waitFor();
  await again.close();
});

test('older entries come when they are asked for', async () => {
  await page.evaluate(async () => {
    for (let i = 0; i < 105; i++) await fetch('/api/v1/audit?limit=1');
  });
  await byId(page, 'audit-refresh').click();
  await byId(page, 'audit-more').waitFor();
  assert.equal(await page.locator('[data-action="claim"]').count(), 0);
  await byId(page, 'audit-more').click();
  await page.locator('[data-action="claim"]').waitFor();
});

// Cameras that sign their own video, as an operator sees it: what it is worth, what is wrong, and a key that changed.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { checkAccess } from './support/axe.mjs';
import { api, byId, claim, forgive, openPage, startBrowser } from './support/browser.mjs';
import { checkLayout } from './support/layout.mjs';
import { folder, freePort, start, startServer, waitFor } from './support/product.mjs';

let scratch, server, browser, page, yardPort;
const farms = {};
const cameras = {};

const simulate = (port, ...options) =>
  start(['simulate', '--port', port, '--cameras', 1, ...options], /rtsp:/);

const signatureOf = async (name) => {
  const { streams } = await api(page, 'GET', `/cameras/${cameras[name].id}`);
  return streams.find(({ kind }) => kind === 'main').signature;
};
const openHealth = async (name) => {
  await page.goto(`${server.url}/cameras/${cameras[name].id}?panel=health`);
  await byId(page, 'health-main').waitFor();
};

before(async () => {
  scratch = await folder();
  server = await startServer('serve', `${scratch.path}/data`);
  browser = await startBrowser(`${scratch.path}/home`, server.authority);
  page = await openPage(browser);
  await claim(page, server);
  forgive(page, 401);
  yardPort = await freePort();
  const gatePort = await freePort();
  farms.Yard = await simulate(yardPort, '--sign', 'onvif');
  farms.Gate = await simulate(gatePort, '--sign', 'axis', '--sign-fault', 'changed');
  for (const [name, port] of [['Yard', yardPort], ['Gate', gatePort]]) {
    cameras[name] = await api(page, 'POST', '/cameras', { name, main_url: `rtsp://127.0.0.1:${port}/cam1` });
  }
});

after(async () => {
  await browser?.close();
  for (const farm of Object.values(farms)) await farm.stop();
  const code = await server?.stop();
  await scratch?.remove();
  if (server) assert.equal(code, 0, `vedette did not end well:\n${server.output()}`);
});

test('what a signature is worth stands among the figures', async () => {
  await waitFor('a good signature', async () => (await signatureOf('Yard'))?.last === 'authentic', 60);
  await openHealth('Yard');
  await byId(page, 'health-main').getByText('authentic', { exact: true }).waitFor();
  await checkAccess(page, 'signature-health');
  await checkLayout(page, 'signature-health');
});

test('pictures that were changed are told, with when and what to do', async () => {
  await waitFor('a bad signature', async () => (await signatureOf('Gate'))?.not_authentic_at_90k, 90);
  await byId(page, 'nav-cameras').click();
  await byId(page, 'camera-row-Gate').getByText('not as the camera signed them').waitFor();
  assert.equal(await byId(page, 'camera-row-Yard').getByText('signed').count(), 0);
  await checkLayout(page, 'signature-not-authentic');
});

test('another key is told, and accepted', async () => {
  await farms.Yard.stop();
  farms.Yard = await simulate(yardPort, '--sign', 'onvif');
  const warning = byId(page, 'signing-key-changed-Yard');
  await warning.waitFor({ timeout: 60_000 });
  await checkAccess(page, 'signature-key');
  await checkLayout(page, 'signature-key');
  await byId(page, 'accept-signing-key-Yard').click();
  await warning.waitFor({ state: 'detached' });
  const { key, trusted } = await signatureOf('Yard');
  assert.equal(key, trusted);
});

test('nothing was complained of', () => {
  assert.deepEqual(page.complaints, []);
});

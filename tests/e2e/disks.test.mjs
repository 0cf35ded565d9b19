// Several disks: one is chosen for a camera, and one that goes away is told above every page.

import assert from 'node:assert/strict';
import { mkdir, rename } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { checkAccess } from './support/axe.mjs';
import { api, byId, claim, forgive, openPage, startBrowser } from './support/browser.mjs';
import { checkLayout } from './support/layout.mjs';
import { folder, freePort, startServer, startSimulator, waitFor } from './support/product.mjs';

let scratch, server, browser, page, farm;

before(async () => {
  scratch = await folder();
  const disks = ['attic', 'cellar'].map((name) => `${scratch.path}/${name}`);
  for (const disk of disks) await mkdir(disk);
  const more = ['--media', `attic=${disks[0]}`, '--media', `cellar=${disks[1]}`];
  server = await startServer('serve', `${scratch.path}/data`, { more });
  const port = await freePort();
  farm = await startSimulator(port, '--cameras', 2);
  browser = await startBrowser(`${scratch.path}/home`, server.authority);
  page = await openPage(browser);
  await claim(page, server);
  forgive(page, 401);
  for (const [name, number] of [
    ['Gate', 1],
    ['Yard', 2],
  ])
    await api(page, 'POST', '/cameras', { name, main_url: `rtsp://127.0.0.1:${port}/cam${number}` });
});

after(async () => {
  await browser?.close();
  await farm?.stop();
  const code = await server?.stop();
  await scratch?.remove();
  if (server) assert.equal(code, 0, `vedette did not end well:\n${server.output()}`);
});

const site = () => api(page, 'GET', '/cameras');

test('a disk is chosen for a camera', async () => {
  await page.goto(`${server.url}/cameras`);
  await byId(page, 'edit-Gate').click();
  await byId(page, 'camera-place').click();
  await page.getByRole('option', { name: /^cellar/ }).waitFor();
  await checkLayout(page, 'camera-disk');
  await page.getByRole('option', { name: /^cellar/ }).click();
  await byId(page, 'camera-place').scrollIntoViewIfNeeded();
  await checkAccess(page, 'camera-disk');
  await byId(page, 'camera-save').click();
  await byId(page, 'camera-form').waitFor({ state: 'detached' });
  assert.equal((await site()).cameras.find((camera) => camera.name === 'Gate').place, 'cellar');
});

test('a disk that is away is told, and recording goes on', async () => {
  await rename(`${scratch.path}/cellar`, `${scratch.path}/taken`);
  await byId(page, 'banner-disk').waitFor({ timeout: 30_000 });
  const text = await byId(page, 'banner-disk').textContent();
  assert.match(text, /“?"?cellar"?”? is away/);
  assert.match(text, /Recording goes on elsewhere/);
  await checkLayout(page, 'banner-disk');
  await checkAccess(page, 'banner-disk');
  assert.equal((await site()).storage.recording_possible, true);
  await rename(`${scratch.path}/taken`, `${scratch.path}/cellar`);
  await byId(page, 'banner-disk').waitFor({ state: 'detached', timeout: 30_000 });
  await waitFor('the disk to be good', async () => (await site()).storage.places.every((place) => place.state === 'good'));
});

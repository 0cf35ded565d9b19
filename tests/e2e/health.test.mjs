// The health of cameras, as an operator sees it: plain words in the list, figures and history on the camera's page.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { api, byId, claim, forgive, openPage, startBrowser } from './support/browser.mjs';
import { checkLayout } from './support/layout.mjs';
import { folder, freePort, start, startServer, waitFor } from './support/product.mjs';

let scratch, server, browser, page;
const farms = {};
const cameras = {};

async function startFarm(name, ...quirks) {
  const port = await freePort();
  farms[name] = await start(
    ['simulate', '--port', port, '--cameras', 1, ...quirks.flatMap((quirk) => ['--quirk', quirk])],
    /rtsp:/,
  );
  const url = `rtsp://127.0.0.1:${port}/cam1`;
  cameras[name] = await api(page, 'POST', '/cameras', { name, main_url: url, sub_url: `${url}/sub` });
}

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
  await startFarm('Yard');
  await startFarm('Gate', 'wall-clock-behind', 'loss-inside-the-camera');
});

after(async () => {
  await browser?.close();
  for (const farm of Object.values(farms)) await farm.stop();
  const code = await server?.stop();
  await scratch?.remove();
  if (server) assert.equal(code, 0, `vedette did not end well:\n${server.output()}`);
});

test('a clock that is wrong is told in the list, in words', async () => {
  await byId(page, 'nav-cameras').click();
  const row = byId(page, 'camera-row-Gate');
  await row.getByText('Its clock is 40 seconds behind').waitFor();
  assert.equal(await byId(page, 'camera-row-Yard').getByText('clock').count(), 0);
  await checkLayout(page, 'camera-health-list');
});

test("figures and history stand on the camera's page", async () => {
  await waitFor('damaged pictures', async () => {
    const { streams } = await api(page, 'GET', `/cameras/${cameras.Gate.id}`);
    return streams[0].health.damaged_pictures > 0;
  });
  await openHealth('Gate');
  const main = byId(page, 'health-main');
  await main.getByText('40 seconds behind').waitFor();
  await main.getByText('every 2 s').waitFor();
  await byId(page, 'state-history').getByText('Recording').first().waitFor();
  await checkLayout(page, 'health');
});

test('a camera that goes away is told at once, with the reason', async () => {
  await openHealth('Yard');
  await farms.Yard.stop();
  const newest = byId(page, 'state-history').locator('li').first();
  await newest.getByText('Offline').waitFor();
  assert.match(await newest.textContent(), /The camera|refused/);
  await byId(page, 'health-main').getByText(/ago$/).waitFor();
  await checkLayout(page, 'health-offline');
});

test('nothing was complained of', () => {
  assert.deepEqual(page.complaints, []);
});

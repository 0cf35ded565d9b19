// A network outage that the camera's own storage fills, as it is seen on the camera's page.

import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { checkAccess } from './support/axe.mjs';
import { api, byId, claim, forgive, openPage, startBrowser } from './support/browser.mjs';
import { checkLayout } from './support/layout.mjs';
import { seeMove } from './support/picture.mjs';
import { TICKS_PER_SECOND, delay, folder, freePort, start, startServer, waitFor } from './support/product.mjs';

let scratch, server, browser, page, farm, path, cut;

before(async () => {
  scratch = await folder();
  cut = `${scratch.path}/cut`;
  server = await startServer('serve', `${scratch.path}/data`);
  const [port, onvif] = [await freePort(), await freePort()];
  const args = ['simulate', '--port', port, '--cameras', 1, '--onvif', onvif, '--edge-storage', '--outage-file', cut];
  farm = await start(args, /ONVIF: http/);
  browser = await startBrowser(`${scratch.path}/home`, server.authority);
  page = await openPage(browser);
  await claim(page, server);
  forgive(page, 401);
  const camera = await api(page, 'POST', '/cameras', {
    name: 'Yard',
    main_url: `rtsp://127.0.0.1:${port}/cam1`,
    device: { onvif_url: `http://127.0.0.1:${onvif}/cam1/onvif/device_service` },
  });
  path = `/cameras/${camera.id}`;
});

after(async () => {
  await browser?.close();
  await farm?.stop();
  const code = await server?.stop();
  await scratch?.remove();
  if (server) assert.equal(code, 0, `vedette did not end well:\n${server.output()}`);
});

const camera = () => api(page, 'GET', path);
async function recordedSeconds() {
  const { ranges } = await api(page, 'GET', `${path}/recordings?start_90k=0&end_90k=${(Date.now() + 60_000) * 90}&stream=main`);
  return ranges.reduce((sum, range) => sum + range.end_90k - range.start_90k, 0) / TICKS_PER_SECOND;
}
const state = async () => (await camera()).streams[0].state;

test('an outage is filled, and shown apart from what came live', async () => {
  await waitFor('some seconds of recording', async () => (await recordedSeconds()) > 4);
  await writeFile(cut, '');
  await waitFor('the outage', async () => (await state()) === 'waiting');
  await delay(8_000);
  await rm(cut);
  await waitFor('the gap to be filled', async () => (await camera()).gap_filling.message.includes('filled'), 90);

  await page.goto(`${server.url}${path}?panel=gaps`);
  const fetched = byId(page, 'timeline-fetched');
  await fetched.waitFor();
  await checkLayout(page, 'camera-filled-gap');
  await checkAccess(page, 'camera-filled-gap');
  const box = await fetched.boundingBox();
  assert.ok(box.width > 5, `${box.width} px`);
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  await waitFor('playback', async () => (await byId(page, 'player').getAttribute('data-mode')) === 'playback');
  await seeMove('what the camera had kept', page.locator('video'));
  assert.deepEqual(page.complaints, []);
});

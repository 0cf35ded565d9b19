// A camera in use, as an operator meets it: turned by pointer and keys, presets and a patrol, its events, its outputs.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { checkAccess } from './support/axe.mjs';
import { api, byId, claim, forgive, openPage, startBrowser } from './support/browser.mjs';
import { checkLayout } from './support/layout.mjs';
import { delay, folder, freePort, start, startServer, waitFor } from './support/product.mjs';

let scratch, server, browser, page, farm, path, address;

before(async () => {
  scratch = await folder();
  server = await startServer('serve', `${scratch.path}/data`);
  const [port, onvif] = [await freePort(), await freePort()];
  const args = ['simulate', '--port', port, '--cameras', 1, '--onvif', onvif, '--onvif-motion', 6];
  farm = await start(args, /ONVIF: http/);
  browser = await startBrowser(`${scratch.path}/home`, server.authority);
  page = await openPage(browser);
  await claim(page, server);
  forgive(page, 401);
  const camera = await api(page, 'POST', '/cameras', {
    name: 'Gate',
    main_url: `rtsp://127.0.0.1:${port}/cam1`,
    device: { onvif_url: `http://127.0.0.1:${onvif}/cam1/onvif/device_service` },
  });
  path = `/cameras/${camera.id}`;
  address = `${server.url}/cameras/${camera.id}`;
});

after(async () => {
  await browser?.close();
  await farm?.stop();
  const code = await server?.stop();
  await scratch?.remove();
  if (server) assert.equal(code, 0, `vedette did not end well:\n${server.output()}`);
});

const ptz = () => api(page, 'GET', `${path}/ptz`);

/** Where the camera has come to rest. */
async function rest() {
  let last;
  return waitFor('the camera to stand still', async () => {
    const now = await ptz();
    const still = last && last.pan === now.pan && last.tilt === now.tilt && last.zoom === now.zoom;
    last = now;
    return still ? now : undefined;
  });
}

test('the pad turns the camera while it is held', async () => {
  await page.goto(`${address}?panel=move`);
  const pad = byId(page, 'ptz-pad');
  await pad.waitFor();
  await checkLayout(page, 'camera-move');
  await checkAccess(page, 'camera-move');
  const box = await pad.boundingBox();
  // Half way from the middle is a quarter of the speed: it must be seen to turn before it comes to its end.
  await page.mouse.move(box.x + box.width * 0.75, box.y + box.height / 2);
  await page.mouse.down();
  await waitFor('the camera to turn', async () => (await ptz()).pan > 0.05);
  await page.mouse.up();
  const { pan, tilt } = await rest();
  assert.ok(pan < 1 && Math.abs(tilt) < 0.1, `it stands at ${pan}, ${tilt}`);
});

test('arrow keys and buttons do so as well', async () => {
  await byId(page, 'ptz-pad').focus();
  await page.keyboard.down('ArrowUp');
  await waitFor('the camera to look up', async () => (await ptz()).tilt > 0.1);
  await page.keyboard.up('ArrowUp');
  assert.ok((await rest()).tilt < 1);
  await byId(page, 'ptz-zoom-in').hover();
  await page.mouse.down();
  await waitFor('the camera to zoom', async () => (await ptz()).zoom > 0.05);
  await page.mouse.up();
  assert.ok((await rest()).zoom < 1);
});

test('a page that goes away stops it', async () => {
  const box = await byId(page, 'ptz-pad').boundingBox();
  await page.mouse.move(box.x + box.width * 0.25, box.y + box.height / 2);
  await page.mouse.down();
  const before = (await ptz()).pan;
  await waitFor('the camera to turn', async () => (await ptz()).pan < before);
  await page.goto(`${server.url}/cameras`);
  await page.mouse.up();
  assert.ok((await rest()).pan > -1);
});

test('presets are kept and recalled, and a patrol visits them', async () => {
  await page.goto(`${address}?panel=move`);
  await byId(page, 'ptz-preset-name').fill('Entrance');
  await byId(page, 'ptz-preset-save').click();
  const presets = byId(page, 'ptz-presets');
  await presets.getByText('Entrance').waitFor();
  const kept = (await ptz()).pan;
  await api(page, 'PUT', `${path}/ptz/position`, { pan: 0.9, tilt: 0 });
  await presets.getByText('Entrance').click();
  await waitFor('the preset', async () => (await ptz()).pan === kept);

  await byId(page, 'ptz-patrol-new').click();
  await byId(page, 'ptz-patrol-name').fill('Night');
  await byId(page, 'ptz-patrol-presets').click({ force: true }); // its input lies below its frame
  await page.getByRole('option', { name: 'Entrance' }).click();
  await page.keyboard.press('Escape');
  await byId(page, 'ptz-patrol-save').click();
  await byId(page, 'ptz-patrol-toggle').click();
  await waitFor('the patrol', async () => (await ptz()).patrol === 'Night');
  await page.getByLabel('Stop the patrol Night').click();
  await waitFor('the end of the patrol', async () => (await ptz()).patrol === '');
});

test('events are listed as they come, marked on the timeline, and lead to their picture', async () => {
  await page.goto(`${address}?panel=events`);
  const events = byId(page, 'event');
  await waitFor('two events', async () => (await events.count()) >= 2, 60);
  assert.equal(await events.first().getAttribute('data-kind'), 'motion');
  await waitFor('marks', async () => (await byId(page, 'timeline-event').count()) >= 1);
  await checkLayout(page, 'camera-events');
  await checkAccess(page, 'camera-events');
  await delay(3000); // so that what came before the event is recorded
  await events.first().click();
  await waitFor('playback', async () => (await byId(page, 'player').getAttribute('data-mode')) === 'playback');
});

test('an output is switched, and the input that is wired to it is an event', async () => {
  await page.goto(`${address}?panel=outputs`);
  const relay = page.getByLabel('Output relay1');
  await relay.waitFor();
  await checkLayout(page, 'camera-outputs');
  await relay.click({ force: true });
  await waitFor('the relay', async () => (await api(page, 'GET', `${path}/relays`)).relays[0].active === true);
  await page.goto(`${address}?panel=events`);
  await page.getByText('input1').first().waitFor();
});

test('nothing complained on the way', () => {
  assert.deepEqual(page.complaints, []);
});

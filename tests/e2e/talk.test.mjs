// Speaking through a camera, with the browser's false microphone: what is said comes out of the simulated loudspeaker.

import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { checkAccess } from './support/axe.mjs';
import { api, byId, claim, forgive, openPage, startBrowser } from './support/browser.mjs';
import { checkLayout } from './support/layout.mjs';
import { folder, freePort, start, startServer, waitFor } from './support/product.mjs';

let scratch, server, browser, page, farm, gate, heard;

before(async () => {
  scratch = await folder();
  heard = `${scratch.path}/heard.ulaw`;
  server = await startServer('serve', `${scratch.path}/data`);
  const [port, mute] = [await freePort(), await freePort()];
  farm = [
    await start(['simulate', '--port', port, '--cameras', 1, '--back-channel-file', heard], /cam1/),
    await start(['simulate', '--port', mute, '--cameras', 1], /cam1/),
  ];
  browser = await startBrowser(`${scratch.path}/home`, server.authority, ['--use-fake-device-for-media-stream']);
  page = await openPage(browser, { permissions: ['microphone'] });
  await claim(page, server);
  forgive(page, 401);
  const camera = async (name, at) => {
    const { id } = await api(page, 'POST', '/cameras', { name, main_url: `rtsp://127.0.0.1:${at}/cam1` });
    return `${server.url}/cameras/${id}?panel=talk`;
  };
  gate = { speaking: await camera('Gate', port), mute: await camera('Hall', mute) };
});

after(async () => {
  await browser?.close();
  for (const one of farm ?? []) await one.stop();
  const code = await server?.stop();
  await scratch?.remove();
  if (server) assert.equal(code, 0, `vedette did not end well:\n${server.output()}`);
});

const size = () => stat(heard).then(
  (found) => found.size,
  () => 0,
);
async function phase(on, wanted) {
  const shown = () => byId(on, 'talk').getAttribute('data-phase');
  await waitFor(`the button to be ${wanted}`, async () => (await shown()) === wanted).catch(async (error) => {
    error.message += `; it is ${await shown()}, and the page says: ${(await byId(on, 'notice').allInnerTexts()).join(' ')}`;
    throw error;
  });
}

test('what is said while the button is held is heard, and nothing after', async () => {
  await page.goto(gate.speaking);
  const button = byId(page, 'talk');
  await button.waitFor();
  await checkLayout(page, 'camera-talk');
  await checkAccess(page, 'camera-talk');

  await button.hover();
  await page.mouse.down();
  await phase(page, 'talking');
  await checkLayout(page, 'camera-talking');
  await waitFor('half a second at the loudspeaker', async () => (await size()) > 4000);

  const other = await page.context().newPage();
  await other.goto(gate.speaking);
  await other.getByText('Somebody else is speaking').waitFor();
  assert.ok(await byId(other, 'talk').isDisabled());
  await other.close();

  await page.bringToFront();
  await page.mouse.up();
  await phase(page, 'idle');
  await waitFor('silence', async () => {
    const before = await size();
    await new Promise((done) => setTimeout(done, 500));
    return (await size()) === before;
  });
  assert.deepEqual(page.complaints, []);
});

test('by keyboard: as long as the key is held', async () => {
  const before = await size();
  const button = byId(page, 'talk');
  await waitFor('the button to be free again', () => button.isEnabled());
  await button.focus();
  await page.keyboard.down('Space');
  await phase(page, 'talking');
  await waitFor('the sound', async () => (await size()) > before + 2000);
  await page.keyboard.up('Space');
  await phase(page, 'idle');
});

test('a camera without loudspeaker, and a browser without permission, say so', async () => {
  await page.goto(gate.mute);
  await waitFor('the camera to be known', async () => (await byId(page, 'talk').count()) === 1);
  await byId(page, 'talk').hover();
  await page.mouse.down();
  await byId(page, 'notice').waitFor();
  await page.mouse.up();
  await checkLayout(page, 'camera-talk-mute');

  await page.context().clearPermissions();
  await byId(page, 'talk').hover();
  await page.mouse.down();
  await page.getByText('does not allow the microphone').waitFor();
  await page.mouse.up();
  await phase(page, 'idle');
});

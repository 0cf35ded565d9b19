// What goes away and comes back: a camera, which leaves a gap that playback crosses, and the server itself.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { checkAccess } from './support/axe.mjs';
import { api, byId, claim, openPage, signIn, startBrowser } from './support/browser.mjs';
import { checkLayout } from './support/layout.mjs';
import { seeMove } from './support/picture.mjs';
import { TICKS_PER_SECOND, folder, freePort, startServer, startSimulator, waitFor } from './support/product.mjs';

let scratch, server, simulator, cameraPort, browser, page, camera;

before(async () => {
  scratch = await folder();
  cameraPort = await freePort();
  simulator = await startSimulator(cameraPort, '--cameras', 1);
  server = await startServer('serve', `${scratch.path}/data`);
  browser = await startBrowser(`${scratch.path}/home`, server.authority);
  page = await openPage(browser);
});

after(async () => {
  await browser?.close();
  await simulator?.stop();
  await server?.stop();
  await scratch?.remove();
});

const video = () => byId(page, 'player').locator('video');

async function recordings() {
  const end = Date.now() * 90 + 60 * TICKS_PER_SECOND;
  return api(page, 'GET', `/cameras/${camera}/recordings?start_90k=0&end_90k=${end}&stream=main`);
}

const seconds = (range) => (range.end_90k - range.start_90k) / TICKS_PER_SECOND;

test('a camera that is away is said to be, and leaves a gap', async () => {
  await claim(page, server);
  await byId(page, 'no-cameras').waitFor();
  ({ id: camera } = await api(page, 'POST', '/cameras', {
    name: 'Yard',
    main_url: `rtsp://127.0.0.1:${cameraPort}/cam1`,
    sub_url: `rtsp://127.0.0.1:${cameraPort}/cam1/sub`,
  }));
  await byId(page, 'tile-Yard').waitFor();
  await waitFor('six seconds of recording', async () => {
    const { ranges } = await recordings();
    return ranges.length > 0 && seconds(ranges[0]) > 6;
  });

  await simulator.stop();
  await byId(page, 'tile-Yard').getByText('Offline').waitFor();
  simulator = await startSimulator(cameraPort, '--cameras', 1);
  await waitFor('the camera to be back', async () => {
    const { ranges } = await recordings();
    return ranges.length > 1 && seconds(ranges.at(-1)) > 6;
  }, 60);
  await seeMove('the tile', byId(page, 'tile-Yard').locator('video'));
});

test('playback crosses the gap, and says so', async () => {
  await byId(page, 'tile-Yard').locator('a').click();
  await seeMove('the live picture', video());
  const { ranges, gaps } = await recordings();
  assert.ok(gaps.length >= 1);
  const [before, afterwards] = [ranges[0], ranges.at(-1)];
  // The word about the gap stands for seconds only, which a busy machine may need to ask for it: it is waited for from here on.
  const said = byId(page, 'player-notice').getByText(/not recorded/).waitFor();
  await byId(page, 'timeline').getByRole('slider').focus();
  await page.keyboard.press('Home');
  await Promise.all([
    said,
    waitFor('playback before the gap', async () => {
      const ticks = Number(await byId(page, 'picture-time').getAttribute('data-ticks'));
      return ticks > before.start_90k && ticks < before.end_90k;
    }),
  ]);
  await waitFor('playback after the gap', async () => Number(await byId(page, 'picture-time').getAttribute('data-ticks')) > afterwards.start_90k);
  await seeMove('the recording after the gap', video());
});

test('a server that is away is said to be, and everything goes on when it is back', async () => {
  await byId(page, 'nav-live').click();
  await seeMove('the tile', byId(page, 'tile-Yard').locator('video'));
  const complaints = page.complaints.splice(0);
  assert.deepEqual(complaints.filter((text) => !text.includes('status of 401')), []);
  await server.stop();
  await byId(page, 'banner-unreachable').waitFor();
  server = await startServer('serve', `${scratch.path}/data`, { port: server.port });
  await byId(page, 'banner-unreachable').waitFor({ state: 'detached' });
  await seeMove('the tile', byId(page, 'tile-Yard').locator('video'));
});

test('who signs out while the server is away sees nothing any more, and is signed out when it is back', async () => {
  const cookies = await page.context().cookies();
  assert.equal(cookies.length, 1);
  const port = server.port;
  await server.stop();
  await byId(page, 'banner-unreachable').waitFor();
  await byId(page, 'account-menu').click();
  await byId(page, 'sign-out').click();
  await page.getByText('Nothing is shown here any more').waitFor();
  assert.equal(await page.locator('video').count(), 0);
  await checkLayout(page, 'signed-out-away');
  await checkAccess(page, 'signed-out-away');
  await page.goto('about:blank');
  server = await startServer('serve', `${scratch.path}/data`, { port });
  await page.goto(server.url);
  await byId(page, 'sign-in-form').waitFor();
  await page.context().addCookies(cookies);
  const status = await page.evaluate(async () => (await fetch('/api/v1/session')).status);
  assert.equal(status, 401, 'whoever kept the cookie has no session either');
  await signIn(page, server);
  page.complaints.splice(0);
});

test('damage that the check in the background found stands above every page', async () => {
  const port = server.port;
  await server.stop();
  const found =
    'camera "Yard" main, 2026-11-21T02:35:00.000Z to 2026-11-21T02:35:02.000Z, 1 fragment (record 17): It was altered or damaged: the hash is another one.';
  await writeFile(`${scratch.path}/data/checked`, `2026-11-21T02:35:06.000Z\n${found}\ncamera 2: It is missing.\n`);
  server = await startServer('serve', `${scratch.path}/data`, { port });
  const banner = byId(page, 'banner-damage');
  await banner.waitFor();
  assert.match(await banner.innerText(), /Recordings are damaged\..*Yard.*And 1 more/s);
  await page.goto(`${server.url}/cameras`);
  await page.getByText(/all checked .*21/).waitFor();
  await checkLayout(page, 'damaged-recordings');
  await checkAccess(page, 'damaged-recordings');
});

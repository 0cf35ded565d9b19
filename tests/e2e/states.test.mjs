// What the screen says when something is wrong, and what happens after: each state in words, by axe, at every width.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { open, mkdir, rm } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { checkAccess } from './support/axe.mjs';
import { api, byId, claim, fillSignIn, openPage, startBrowser } from './support/browser.mjs';
import { checkLayout } from './support/layout.mjs';
import { seeMove } from './support/picture.mjs';
import { TICKS_PER_SECOND, clip, folder, freePort, startServer, startSimulator, waitFor } from './support/product.mjs';

const run = promisify(execFile);
/** Room for half a minute of these cameras. */
const DISK_BYTES = 96 << 20;
const LONG_NAME = 'The camera over the loading bay of the eastern warehouse, where the lorries of the night shift stand';
let scratch, disk, server, browser, page, yard, yardPort, gate, gatePort, modern, modernPort, mounted;

before(async () => {
  scratch = await folder();
  disk = `${scratch.path}/disk`;
  await mkdir(disk);
  mounted = await run('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'none', disk]).then(() => true, () => false);
  [yardPort, gatePort, modernPort] = [await freePort(), await freePort(), await freePort()];
  yard = await startSimulator(yardPort, '--cameras', 1);
  gate = await startSimulator(gatePort, '--cameras', 1, '--tls-dir', `${scratch.path}/first`);
  modern = await startSimulator(modernPort, '--cameras', 1, '--clip', clip('h265.h265'));
  server = await startServer('serve', `${disk}/data`);
  browser = await startBrowser(`${scratch.path}/home`, server.authority);
  page = await openPage(browser);
});

after(async () => {
  await browser?.close();
  for (const farm of [yard, gate, modern]) await farm?.stop();
  await server?.stop();
  if (mounted) await run('umount', ['-l', disk]);
  await scratch?.remove();
});

const video = () => byId(page, 'player').locator('video');
const tile = (name) => byId(page, `tile-${name}`);
const pictureTime = async () => Number(await byId(page, 'picture-time').getAttribute('data-ticks')) / TICKS_PER_SECOND;
/** Requests and sockets fail where the server is away or the session is over: those words of the browser are expected. */
const expectFailures = () => (page.complaints = page.complaints.filter((text) => !/status of|ERR_CONNECTION|WebSocket connection/.test(text)));

async function checkScreen(name) {
  await checkAccess(page, name);
  await checkLayout(page, `state-${name}`);
}

const add = (name, main_url, sub_url = '') => api(page, 'POST', '/cameras', { name, main_url, sub_url });

test('a sub stream that fails: the wall shows the main stream, and says so', async () => {
  await claim(page, server);
  const address = `rtsp://127.0.0.1:${yardPort}/cam1`;
  await add('Yard', address, `${address}/no-such-stream`);
  await waitFor('the main stream on the wall', async () => (await tile('Yard').getAttribute('data-stream')) === 'main', 60);
  await seeMove('the tile', tile('Yard').locator('video'));
  await tile('Yard').getByText('as the sub stream fails').waitFor();
});

test('a codec that this browser lacks is named, and recorded all the same', async () => {
  await add(LONG_NAME, `rtsp://127.0.0.1:${modernPort}/cam1`);
  await tile(LONG_NAME).getByText('This browser can’t play H.265').waitFor();
  await tile(LONG_NAME).getByText('Recording').waitFor();
});

test('a changed certificate stops the camera until somebody has looked', async () => {
  await add('Gate', `rtsps://127.0.0.1:${gatePort}/cam1`);
  await seeMove('the tile', tile('Gate').locator('video'));
  await gate.stop();
  await byId(page, 'camera-news').getByText(/Gate/).waitFor({ state: 'attached' });
  gate = await startSimulator(gatePort, '--cameras', 1, '--tls-dir', `${scratch.path}/second`);
  await tile('Gate').getByText('Certificate not trusted', { exact: true }).waitFor({ timeout: 60_000 });
  await checkScreen('live');
  await byId(page, 'nav-cameras').click();
  await byId(page, 'certificate-changed-Gate').waitFor();
  await checkScreen('cameras');
  await byId(page, 'accept-certificate-Gate').click();
  await byId(page, 'certificate-changed-Gate').waitFor({ state: 'detached' });
  await byId(page, 'camera-row-Gate').getByText('Recording').waitFor();
});

test('a camera that is lost is said to be, with its reason, and its gap is listed', async () => {
  await byId(page, 'camera-row-Yard').getByRole('link').click();
  await seeMove('the live picture', video());
  await yard.stop();
  await byId(page, 'notice').waitFor();
  await checkScreen('camera-lost');
  yard = await startSimulator(yardPort, '--cameras', 1);
  await seeMove('the live picture', video(), 2, 60);
  await byId(page, 'panel-gaps').click();
  const gaps = byId(page, 'side-panel').locator('li');
  await waitFor('the gap in the list', async () => (await gaps.count()) >= 1);
  assert.ok((await gaps.first().innerText()).length > 20, 'a gap has a reason');
  await checkScreen('camera-gaps');
  // The timeline shows the same, to the keyboard too.
  await byId(page, 'timeline').locator('button').first().focus();
  await byId(page, 'timeline').getByRole('tooltip').getByText(/Not recorded for/).waitFor();
  await gaps.first().getByRole('button').click();
  await waitFor('playback', async () => (await byId(page, 'player').getAttribute('data-mode')) === 'playback');
  await seeMove('the recording', video(), 1);
});

test('a session that ends in mid-play leads to sign-in, and back to the moment', async () => {
  await byId(page, 'timeline').getByRole('slider').focus();
  await page.keyboard.press('Home');
  await seeMove('the recording', video());
  await waitFor('the moment in the address', () => page.url().includes('at='));
  const before = await pictureTime();
  const clock = Date.now();
  await api(page, 'DELETE', '/session');
  await byId(page, 'sign-in-form').waitFor();
  await page.getByText('Your session has ended').waitFor();
  await checkScreen('session-over');
  await fillSignIn(page);
  await seeMove('the recording', video());
  const now = await pictureTime();
  const passed = (Date.now() - clock) / 1000;
  assert.ok(now > before - 10 && now < before + passed + 10, `back at ${now - before} s from where it was`);
  expectFailures();
});

test('a server that restarts: playback goes on where it was', async () => {
  const before = await pictureTime();
  const clock = Date.now();
  await server.stop();
  await byId(page, 'banner-unreachable').waitFor();
  await checkScreen('server-away');
  server = await startServer('serve', `${disk}/data`, { port: server.port });
  await byId(page, 'banner-unreachable').waitFor({ state: 'detached' });
  await seeMove('the recording', video());
  assert.equal(await byId(page, 'player').getAttribute('data-mode'), 'playback');
  const now = await pictureTime();
  const passed = (Date.now() - clock) / 1000;
  assert.ok(now > before - 1 && now < before + passed + 10, `back at ${now - before} s from where it was`);
  expectFailures();
});

test('a full disk: nothing is recorded, and every page says so', async (t) => {
  if (!mounted) return t.skip('needs the right to mount a file system');
  const filler = await open(`${disk}/fill`, 'w');
  await waitFor(
    'the disk to be found full',
    async () => {
      await filler.write(Buffer.alloc(8 << 20)).catch(() => undefined);
      return (await byId(page, 'banner-storage').count()) > 0;
    },
    60,
  );
  await filler.close();
  await byId(page, 'banner-storage').getByText('Nothing is being recorded').waitFor();
  await checkScreen('disk-full');
  await rm(`${disk}/fill`);
  await byId(page, 'banner-storage').waitFor({ state: 'detached', timeout: 60_000 });
});

test('a server that never answered: the door says so, and opens by itself', async () => {
  expectFailures();
  await server.stop();
  const visitor = await openPage(browser);
  // The page itself comes from the browser's memory, as it does for a page that was left open.
  await visitor.goto(server.url).catch(() => undefined);
  server = await startServer('serve', `${disk}/data`, { port: server.port });
  await visitor.goto(server.url);
  await byId(visitor, 'sign-in-form').waitFor();
  await visitor.context().setOffline(true);
  await fillSignIn(visitor);
  await byId(visitor, 'notice').getByText('can’t be reached').waitFor();
  await visitor.context().setOffline(false);
  await fillSignIn(visitor);
  await visitor.context().close();
});

test('nothing else complained on the way', () => {
  expectFailures();
  assert.deepEqual(page.complaints, []);
});

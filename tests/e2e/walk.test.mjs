// The main job, as a new user meets it: `vedette demo`, claim, live pictures, cameras, a recording of a minute ago, session.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { api, byId, forgive, openPage, signIn, startBrowser } from './support/browser.mjs';
import { checkLayout } from './support/layout.mjs';
import { seeMove } from './support/picture.mjs';
import { PASSWORD, TICKS_PER_SECOND, USER, folder, freePort, startServer, startSimulator, waitFor } from './support/product.mjs';

const CAMERAS = 4;
const LOCKED = { user: 'viewer', password: 'only for the tests' };
let scratch, server, locked, lockedPort, browser, page, firstCamera;

before(async () => {
  scratch = await folder();
  server = await startServer('demo', `${scratch.path}/data`, {
    more: ['--camera-port', await freePort(), '--cameras', CAMERAS],
  });
  browser = await startBrowser(`${scratch.path}/home`, server.authority);
  page = await openPage(browser);
});

after(async () => {
  await browser?.close();
  await locked?.stop();
  const code = await server?.stop();
  await scratch?.remove();
  if (server) assert.equal(code, 0, `vedette did not end well:\n${server.output()}`);
});

const video = () => byId(page, 'player').locator('video');

/** The moment of the shown picture, in seconds since 1970; undefined while there is none. */
async function pictureTime() {
  const ticks = await byId(page, 'picture-time').getAttribute('data-ticks');
  return ticks === null ? undefined : Number(ticks) / TICKS_PER_SECOND;
}

const ago = async () => Date.now() / 1000 - ((await pictureTime()) ?? Infinity);

async function recordedSeconds() {
  const end = Date.now() * 90 + 60 * TICKS_PER_SECOND;
  const { ranges } = await api(page, 'GET', `/cameras/${firstCamera}/recordings?start_90k=0&end_90k=${end}&stream=main`);
  return ranges.reduce((sum, range) => sum + range.end_90k - range.start_90k, 0) / TICKS_PER_SECOND;
}

/** Presses the timeline so many seconds before now; it shows ten minutes, now at 94 % of its width. */
async function clickTimeline(seconds) {
  const area = byId(page, 'timeline').getByRole('slider');
  const box = await area.boundingBox();
  await area.click({ position: { x: box.width * (0.94 - seconds / 600), y: box.height / 2 } });
}

test('a wrong claim code is refused at its field, the printed one makes the administrator', async () => {
  await page.goto(server.url);
  await byId(page, 'claim-form').waitFor();
  await checkLayout(page, 'claim');
  await byId(page, 'claim-code').fill('AAAA-BBBB-CCCC-DDDD');
  await byId(page, 'claim-username').fill(USER);
  await byId(page, 'claim-password').fill(PASSWORD);
  await byId(page, 'claim-submit').click();
  const refusal = byId(page, 'claim-form').locator('.mantine-InputWrapper-error');
  await refusal.waitFor();
  assert.match(await refusal.innerText(), /claim code/i);
  assert.equal(await byId(page, 'claim-code').getAttribute('aria-invalid'), 'true');

  await byId(page, 'claim-code').fill(await server.claimCode());
  await byId(page, 'claim-submit').click();
  await byId(page, 'offer-later').waitFor();
  await checkLayout(page, 'offer');
  await byId(page, 'offer-later').click();
  await byId(page, 'live-wall').waitFor();
  forgive(page, 401); // the first question: who is signed in? Nobody.
  forgive(page, 403); // the wrong code
});

test('every tile of the live wall moves', async () => {
  const tiles = page.locator('article[data-testid^="tile-"]');
  await waitFor('all tiles', async () => (await tiles.count()) === CAMERAS);
  for (const tile of await tiles.all()) {
    await seeMove(await tile.getAttribute('data-testid'), tile.locator('video'));
    assert.equal(await tile.getAttribute('data-phase'), 'playing');
  }
  await checkLayout(page, 'live');
});

test('the test of a connection says in words what is wrong', async () => {
  const passwordFile = `${scratch.path}/password`;
  await writeFile(passwordFile, `${LOCKED.password}\n`, { mode: 0o600 });
  lockedPort = await freePort();
  locked = await startSimulator(lockedPort, '--cameras', 1, '--user', LOCKED.user, '--password-file', passwordFile);
  const right = `rtsp://127.0.0.1:${lockedPort}/cam1`;

  await byId(page, 'nav-cameras').click();
  await byId(page, 'add-camera').click();
  await byId(page, 'camera-name').fill('Back gate');
  const report = byId(page, 'test-report');
  const tryOut = async (url, password, expected) => {
    await byId(page, 'camera-main-url').fill(url);
    await byId(page, 'camera-username').fill(LOCKED.user);
    await byId(page, 'camera-password').fill(password);
    await byId(page, 'camera-test').click();
    await report.getByText(expected).first().waitFor().catch(async () => {
      assert.fail(`instead of ${expected}: ${(await report.count()) > 0 ? await report.innerText() : 'no report'}`);
    });
  };
  await tryOut(right, 'not this one', /password/i);
  await checkLayout(page, 'add-camera');
  await tryOut(`rtsp://127.0.0.1:${lockedPort}/no-such-path`, LOCKED.password, /path|no stream|not found/i);
  await tryOut(`rtsp://127.0.0.1:${await freePort()}/cam1`, LOCKED.password, /refuse|port|nothing listens/i);
  await tryOut(right, LOCKED.password, /H\.?264/);

  await byId(page, 'camera-save').click();
  const row = byId(page, 'camera-row-Back gate');
  await row.getByText('Recording').waitFor();
  await checkLayout(page, 'cameras');
});

test('a camera is renamed, and deleted once its name was typed', async () => {
  await byId(page, 'edit-Back gate').click();
  await byId(page, 'camera-name').fill('Side gate');
  await byId(page, 'camera-save').click();
  await byId(page, 'camera-row-Side gate').getByText('Recording').waitFor();

  await byId(page, 'delete-Side gate').click();
  assert.ok(await byId(page, 'delete-submit').isDisabled());
  await byId(page, 'delete-confirm').fill('Side gate');
  await checkLayout(page, 'delete-camera');
  await byId(page, 'delete-submit').click();
  await byId(page, 'camera-row-Side gate').waitFor({ state: 'detached' });
  const { cameras } = await api(page, 'GET', '/cameras');
  assert.equal(cameras.length, CAMERAS);
});

test('a camera is near to now, and its timeline grows', async () => {
  await byId(page, 'nav-live').click();
  await page.locator('article[data-testid^="tile-"] a').first().click();
  await seeMove('the live picture', video());
  firstCamera = new URL(page.url()).pathname.split('/').at(-1);
  // The recording's groups of pictures are two seconds long, and a loaded machine adds its own.
  await waitFor('the live picture to be recent', async () => (await ago()) < 6);

  const recorded = () =>
    byId(page, 'timeline-range').evaluateAll((bars) => bars.reduce((sum, bar) => sum + Number(bar.getAttribute('width')), 0));
  const before = await waitFor('a recorded range', recorded);
  await waitFor('the timeline to grow', async () => (await recorded()) > before + 1);
});

test('a minute ago plays, from a click on the timeline', async () => {
  await waitFor('a minute of recording', async () => (await recordedSeconds()) > 66, 90);
  const clock = Date.now();
  await clickTimeline(60);
  await seeMove('the recording', video());
  assert.equal(await byId(page, 'player').getAttribute('data-mode'), 'playback');
  const begin = await pictureTime();
  const distance = await ago();
  const passed = (Date.now() - clock) / 1000;
  assert.ok(distance > 45 && distance < 65 + passed, `the picture is ${distance} s old`);
  // Ten seconds are several fragments.
  await waitFor('ten seconds to play', async () => (await pictureTime()) > begin + 10);
  await seeMove('the recording', video());
  await checkLayout(page, 'playback');
});

test('the timeline zooms', async () => {
  const width = async () => Number(await byId(page, 'timeline-range').last().getAttribute('width'));
  const first = await width();
  await byId(page, 'zoom-in').click();
  await waitFor('twice the scale', async () => (await width()) > first * 1.5);
  await byId(page, 'zoom-out').click();
  await waitFor('the scale from before', async () => (await width()) < first * 1.4);
});

test('a recording plays faster, is heard, and is saved as a file', async () => {
  const before = await pictureTime();
  await page.getByLabel('Speed').selectOption('2');
  assert.equal(await video().evaluate((element) => element.playbackRate), 2);
  await waitFor('ten seconds to play', async () => (await pictureTime()) > before + 10);
  await byId(page, 'mute').click();
  assert.equal(await video().evaluate((element) => element.muted), false);
  await byId(page, 'mute').click();

  await byId(page, 'download').click();
  const [download] = await Promise.all([page.waitForEvent('download'), byId(page, 'download-link').click()]);
  const file = await readFile(await download.path());
  assert.equal(file.toString('latin1', 4, 8), 'ftyp');
  assert.ok(file.length > 1_000_000, `the file has ${file.length} bytes`);
});

test('keys step, pause, go on and lead back to live', async () => {
  const area = byId(page, 'timeline').getByRole('slider');
  await area.focus();
  const before = await pictureTime();
  await page.keyboard.press('ArrowLeft');
  await waitFor('a step back', async () => (await pictureTime()) < before - 5);
  await seeMove('the recording', video());
  await page.keyboard.press('Space');
  await waitFor('the pause', () => video().evaluate((element) => element.paused));
  await page.keyboard.press('Space');
  await seeMove('the recording', video());
  await page.keyboard.press('l');
  await byId(page, 'live-badge').waitFor();
  await seeMove('the live picture', video());
  await waitFor('the live picture to be recent', async () => (await ago()) < 6);
});

test('a live picture that was held goes on from there, or is live again', async () => {
  const mode = () => byId(page, 'player').getAttribute('data-mode');
  await page.keyboard.press('Space');
  await waitFor('the pause', () => video().evaluate((element) => element.paused));
  await page.keyboard.press('l');
  await seeMove('the live picture', video());
  assert.equal(await mode(), 'live');

  await page.keyboard.press('Space');
  await waitFor('the pause', () => video().evaluate((element) => element.paused));
  const held = await pictureTime();
  await page.keyboard.press('Space');
  await waitFor('playback', async () => (await mode()) === 'playback');
  await waitFor('the picture to go on where it stood', async () => (await pictureTime()) > held);
  await seeMove('the picture', video());
  await page.keyboard.press('l');
  await byId(page, 'live-badge').waitFor();
});

test('who signs out sees nothing until signed in again', async () => {
  await byId(page, 'account-menu').click();
  await byId(page, 'sign-out').click();
  await byId(page, 'sign-in-form').waitFor();
  assert.equal(await page.locator('video').count(), 0);
  await checkLayout(page, 'sign-in');

  await byId(page, 'sign-in-username').fill(USER);
  await byId(page, 'sign-in-password').fill('three wrong words here');
  await byId(page, 'sign-in-submit').click();
  await byId(page, 'notice').waitFor();
  forgive(page, 401);
  await signIn(page, server);
  forgive(page, 401); // again the first question of a new page
  await seeMove('a tile', page.locator('article video').first());
});

test('a session that ends elsewhere leads to sign-in', async () => {
  await api(page, 'DELETE', '/session');
  await byId(page, 'sign-in-form').waitFor();
  forgive(page, 401);
});

test('nothing complained on the way', () => {
  assert.deepEqual(page.complaints, []);
});

// What differs between devices and people: fingers, small windows, motion, contrast, memory, clocks, hidden tabs, many cameras.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { api, byId, claim, forgive, openPage, startBrowser } from './support/browser.mjs';
import { seeMove } from './support/picture.mjs';
import { TICKS_PER_SECOND, delay, folder, freePort, startServer, startSimulator, waitFor } from './support/product.mjs';

/** More than fit the window of the wall. */
const CAMERAS = 24;
const WALL = { width: 1280, height: 360 };
/** Chromium keeps a few seconds of these cameras in so little. */
const SMALL_BUFFER = ['--mse-video-buffer-size-limit-mb=3', '--mse-audio-buffer-size-limit-mb=1'];
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
let scratch, server, simulator, browser, page, cameras, session;

before(async () => {
  scratch = await folder();
  const port = await freePort();
  simulator = await startSimulator(port, '--cameras', CAMERAS);
  server = await startServer('serve', `${scratch.path}/data`);
  browser = await startBrowser(`${scratch.path}/home`, server.authority, SMALL_BUFFER);
  page = await openPage(browser);
  await claim(page, server);
  await byId(page, 'no-cameras').waitFor();
  await page.goto(`${server.url}/cameras/find`); // shows no picture while others are looked at
  cameras = [];
  for (let number = 1; number <= CAMERAS; ++number) {
    // Small streams only, but for the first: this is about the client.
    const address = `rtsp://127.0.0.1:${port}/cam${number}`;
    const urls = number === 1 ? { main_url: address, sub_url: `${address}/sub` } : { main_url: `${address}/sub` };
    cameras.push(await api(page, 'POST', '/cameras', { name: `Camera ${String(number).padStart(2, '0')}`, ...urls }));
  }
  session = await page.context().storageState();
  forgive(page, 401); // the first question: who is signed in? Nobody.
});

after(async () => {
  await browser?.close();
  await simulator?.stop();
  await server?.stop();
  await scratch?.remove();
});

/** A page of the same session as another device would open it. */
const visit = async (path, options = {}) => {
  const visitor = await openPage(browser, { storageState: session, ...options });
  await visitor.goto(`${server.url}${path}`);
  return visitor;
};
const cameraPath = () => `/cameras/${cameras[0].id}`;
const video = (on) => byId(on, 'player').locator('video');
const slider = (on) => byId(on, 'timeline').getByRole('slider');

async function recordedSeconds() {
  const end = Date.now() * 90 + 60 * TICKS_PER_SECOND;
  const { ranges } = await api(page, 'GET', `/cameras/${cameras[0].id}/recordings?start_90k=0&end_90k=${end}&stream=main`);
  return ranges.reduce((sum, range) => sum + range.end_90k - range.start_90k, 0) / TICKS_PER_SECOND;
}

/** Channels of live media that a page has open, from what it sends. */
function watchChannels(on) {
  const open = new Set();
  on.on('websocket', (socket) =>
    socket.on('framesent', ({ payload }) => {
      const message = typeof payload === 'string' ? JSON.parse(payload) : {};
      if (message.type === 'live.start') open.add(message.channel);
      if (message.type === 'stop') open.delete(message.channel);
    }),
  );
  return open;
}

test('a wall of many shows what is in view, and asks for no more', async () => {
  const wall = await openPage(browser, { storageState: session, viewport: WALL });
  const open = watchChannels(wall);
  await wall.goto(`${server.url}/live`);
  const tiles = wall.locator('article');
  await waitFor('all tiles', async () => (await tiles.count()) === CAMERAS);
  await seeMove('the first tile', tiles.first().locator('video'));
  await waitFor('some channels', () => open.size > 4);
  assert.ok(open.size < CAMERAS, `${open.size} streams for ${CAMERAS} cameras`);
  assert.equal(await tiles.last().getAttribute('data-stream'), null);
  await tiles.last().scrollIntoViewIfNeeded();
  await seeMove('the last tile', tiles.last().locator('video'));
  await waitFor('the streams out of view to be given back', async () => (await tiles.first().getAttribute('data-stream')) === null);
  assert.ok(open.size < CAMERAS, `${open.size} streams for ${CAMERAS} cameras`);
  assert.deepEqual(wall.complaints, []);
  await wall.context().close();
  for (const { id } of cameras.splice(1)) await api(page, 'DELETE', `/cameras/${id}`);
});

test('a hidden tab gives its streams back, and has a picture again at once when it is shown', async () => {
  const hidden = await openPage(browser, { storageState: session });
  // Chromium under a test's control never hides a page, so that the page is told what a browser would tell it.
  await hidden.addInitScript(() => {
    let state = 'visible';
    Object.defineProperty(Document.prototype, 'hidden', { get: () => state === 'hidden' });
    Object.defineProperty(Document.prototype, 'visibilityState', { get: () => state });
    window.showPage = (shown) => {
      state = shown ? 'visible' : 'hidden';
      document.dispatchEvent(new Event('visibilitychange'));
    };
  });
  const open = watchChannels(hidden);
  await hidden.goto(`${server.url}${cameraPath()}`);
  await seeMove('the live picture', video(hidden));
  assert.equal(open.size, 1);
  await waitFor('a glance at another tab that was short by the page’s own clock', async () => {
    await waitFor('the stream', () => open.size === 1);
    const away = await hidden.evaluate(async () => {
      const left = performance.now();
      window.showPage(false);
      await new Promise((resolve) => setTimeout(resolve, 1500));
      window.showPage(true);
      return performance.now() - left;
    });
    if (away > 2500) return false;
    assert.equal(open.size, 1, 'a glance at another tab costs nothing');
    return true;
  });
  await hidden.evaluate(() => window.showPage(false));
  await waitFor('the stream to be given back', () => open.size === 0);
  await hidden.evaluate(() => window.showPage(true));
  await waitFor('the live picture', async () => (await byId(hidden, 'player').getAttribute('data-phase')) === 'playing');
  await seeMove('the live picture', video(hidden));
  await hidden.context().close();
});

test('fingers drag the timeline, spread it, and touch a moment; the page still scrolls', async () => {
  const phone = await visit(cameraPath(), PHONE);
  await seeMove('the live picture', video(phone));
  await waitFor('some recording', async () => (await recordedSeconds()) > 25, 60);
  const touch = await touchOf(phone);
  const bar = byId(phone, 'timeline-range').last();
  const end = async () => Number(await bar.getAttribute('x')) + Number(await bar.getAttribute('width'));
  const box = await slider(phone).boundingBox();
  const [x, y] = [box.x + box.width / 2, box.y + 45];

  const before = await end();
  await touch.drag([[x, y]], [[x - 100, y]]);
  assert.ok(Math.abs((await end()) - before + 100) < 25, `dragged by ${before - (await end())} px`);
  await byId(phone, 'follow').tap();
  await byId(phone, 'follow').waitFor({ state: 'detached' });

  const width = async () => Number(await bar.getAttribute('width'));
  const narrow = await width();
  const right = box.x + box.width * 0.9;
  await touch.drag([[right - 60, y], [right, y]], [[right - 240, y], [right, y]]);
  await waitFor('the time between the fingers to be spread', async () => (await width()) > narrow * 2.5);
  await touch.drag([[right - 240, y], [right, y]], [[right - 60, y], [right, y]]);
  await waitFor('and to be pinched again', async () => (await width()) < narrow * 2);
  assert.equal(await byId(phone, 'player').getAttribute('data-mode'), 'live', 'a gesture is no touch');

  const inside = (await bar.boundingBox()).x + (await width()) / 3;
  await phone.touchscreen.tap(inside, y);
  await waitFor('playback', async () => (await byId(phone, 'player').getAttribute('data-mode')) === 'playback');
  await seeMove('the recording', video(phone));

  await touch.drag([[x, y]], [[x, y - 160]]);
  await waitFor('the page to scroll', () => phone.evaluate(() => window.scrollY > 40));
  await phone.context().close();
});

/** Fingers on a page: each gesture goes from some points to as many others. */
async function touchOf(on) {
  const cdp = await on.context().newCDPSession(on);
  const send = (type, points) =>
    cdp.send('Input.dispatchTouchEvent', { type, touchPoints: points.map(([x, y], id) => ({ x, y, id })) });
  return {
    async drag(from, to, steps = 12) {
      await send('touchStart', from);
      for (let step = 1; step <= steps; ++step) {
        const share = step / steps;
        await send('touchMove', from.map(([x, y], i) => [x + (to[i][0] - x) * share, y + (to[i][1] - y) * share]));
        await delay(16);
      }
      await send('touchEnd', []);
      await delay(400); // what follows at once would belong to this gesture
    },
  };
}

test('little memory: the buffer is trimmed, and the picture never stops', async () => {
  await waitFor('most of a minute of recording', async () => (await recordedSeconds()) > 45, 60);
  const small = await visit(cameraPath());
  await seeMove('the live picture', video(small));
  const buffered = () =>
    video(small).evaluate(({ buffered }) => Array.from({ length: buffered.length }, (_, i) => buffered.end(i) - buffered.start(i)).reduce((a, b) => a + b, 0));
  await slider(small).focus();
  await small.keyboard.press('Home');
  await seeMove('the recording', video(small));
  const time = async () => Number(await byId(small, 'picture-time').getAttribute('data-ticks')) / TICKS_PER_SECOND;
  const first = await time();
  await small.getByLabel('Speed').selectOption('4');
  await waitFor('half a minute to play', async () => (await time()) > first + 30);
  assert.ok((await buffered()) < 30, `${await buffered()} s are buffered`);
  await seeMove('the recording', video(small), 1);
  // Back to what was trimmed: it comes again.
  await slider(small).focus();
  await small.keyboard.press('Home');
  await waitFor('the beginning', async () => (await time()) < first + 8);
  await seeMove('the recording', video(small));
  await small.context().close();
});

test('a device whose clock is wrong shows the server’s times, and says so', async () => {
  const late = await openPage(browser, { storageState: session });
  const MINUTES = 12;
  await late.addInitScript((ms) => {
    const now = Date.now.bind(Date);
    Date.now = () => now() - ms;
  }, MINUTES * 60_000);
  await late.goto(`${server.url}${cameraPath()}`);
  await byId(late, 'banner-clock').getByText(`${MINUTES} minutes behind`).waitFor();
  await seeMove('the live picture', video(late));
  const shown = async () => Number(await byId(late, 'picture-time').getAttribute('data-ticks')) / TICKS_PER_SECOND;
  await waitFor('the picture to be near to now', async () => Math.abs(Date.now() / 1000 - (await shown())) < 6);
  // The timeline knows where now is: what is recorded lies in view, and a step back plays it.
  await byId(late, 'timeline-range').first().waitFor();
  await slider(late).focus();
  await late.keyboard.press('ArrowLeft');
  await waitFor('playback', async () => (await byId(late, 'player').getAttribute('data-mode')) === 'playback');
  await seeMove('the recording', video(late));
  await late.context().close();
});

test('who wants no motion gets none', async () => {
  const calm = await visit('/cameras', { reducedMotion: 'reduce' });
  await byId(calm, 'add-camera').click();
  await byId(calm, 'camera-form').waitFor();
  const moving = await calm.evaluate(() =>
    document.getAnimations().filter((animation) => Number(animation.effect.getComputedTiming().duration) > 1).length,
  );
  assert.equal(moving, 0);
  const durations = await calm.evaluate(() =>
    [...new Set([...document.querySelectorAll('*')].map((element) => getComputedStyle(element).transitionDuration))].filter((text) => !/^0s(, 0s)*$/.test(text)),
  );
  assert.deepEqual(durations, []);
  await calm.context().close();
});

test('forced colours keep recording, gap, state and focus apart', async () => {
  const forced = await visit(cameraPath(), { forcedColors: 'active' });
  await byId(forced, 'timeline-range').first().waitFor();
  const look = await forced.evaluate(() => {
    const fill = (element) => getComputedStyle(element).fill;
    const timeline = document.querySelector('[data-testid="timeline"]');
    const [recorded, track] = [timeline.querySelector('[data-testid="timeline-range"]'), timeline.querySelector('svg > rect')];
    return { recorded: fill(recorded), track: fill(track), ground: getComputedStyle(document.body).backgroundColor };
  });
  assert.notEqual(look.recorded, look.track);
  assert.notEqual(look.recorded, look.ground);
  const tabs = await forced.evaluate(() =>
    [...document.querySelectorAll('[role="tab"]')].map((tab) => getComputedStyle(tab).borderBottomColor + getComputedStyle(tab, '::before').backgroundColor),
  );
  assert.equal(new Set(tabs).size, 2, 'the open tab looks different');
  await slider(forced).focus();
  await forced.keyboard.press('Tab');
  assert.notEqual(await forced.evaluate(() => getComputedStyle(document.activeElement).outlineStyle), 'none');
  await forced.context().close();
});

test('a page that is older than its server says so instead of staying white', async () => {
  const old = await openPage(browser, { storageState: session });
  await old.route('**/api/v1/cameras', async (route) => {
    const response = await route.fetch({ ignoreHTTPSErrors: true });
    const answer = await response.json();
    for (const camera of answer.cameras) delete camera.streams;
    await route.fulfill({ response, json: answer });
  });
  await old.goto(`${server.url}/cameras`);
  await byId(old, 'mishap').getByText('perhaps the server was updated').waitFor();
  await old.unroute('**/api/v1/cameras');
  await byId(old, 'mishap').getByRole('button').click();
  await byId(old, 'add-camera').waitFor();
  await old.context().close();
});

test('nothing complained on the way', () => {
  assert.deepEqual(page.complaints, []);
});

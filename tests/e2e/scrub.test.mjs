// Looking through recordings: the timeline shows small pictures under the mouse, the keyboard and a finger.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { checkAccess } from './support/axe.mjs';
import { api, byId, claim, forgive, openPage, signIn, startBrowser } from './support/browser.mjs';
import { TICKS_PER_SECOND, delay, folder, freePort, start, startServer, waitFor } from './support/product.mjs';

const SCREENSHOTS = process.env.VEDETTE_SCREENSHOTS;
const RECORDED_SECONDS = 25;
let scratch, server, browser, page, farm, path;

before(async () => {
  scratch = await folder();
  server = await startServer('serve', `${scratch.path}/data`);
  const port = await freePort();
  farm = await start(['simulate', '--port', port, '--cameras', 1], /rtsps?:\/\//);
  browser = await startBrowser(`${scratch.path}/home`, server.authority);
  page = await openPage(browser);
  await claim(page, server);
  forgive(page, 401);
  const camera = await api(page, 'POST', '/cameras', { name: 'Yard', main_url: `rtsp://127.0.0.1:${port}/cam1` });
  path = `/cameras/${camera.id}`;
  await waitFor('some recording', async () => (await recordedSeconds()) > RECORDED_SECONDS, 120);
});

after(async () => {
  await browser?.close();
  await farm?.stop();
  const code = await server?.stop();
  await scratch?.remove();
  if (server) assert.equal(code, 0, `vedette did not end well:\n${server.output()}`);
});

async function recordedSeconds() {
  const { ranges } = await api(page, 'GET', `${path}/recordings?start_90k=0&end_90k=${(Date.now() + 60_000) * 90}&stream=main`);
  return ranges.reduce((sum, range) => sum + range.end_90k - range.start_90k, 0) / TICKS_PER_SECOND;
}

const thumbnail = (of) => byId(of, 'thumbnail');
/** The time of the picture that is shown, once it is no longer on its way. */
const shownTime = (of) =>
  waitFor('a thumbnail', async () => (await thumbnail(of).count()) > 0 && Number(await thumbnail(of).getAttribute('data-time-90k')), 60);
const recordedBox = (of) => byId(of, 'timeline-range').last().boundingBox();
async function keep(of, name) {
  if (!SCREENSHOTS) return;
  await mkdir(SCREENSHOTS, { recursive: true });
  for (const colorScheme of ['dark', 'light']) {
    await of.emulateMedia({ colorScheme });
    await delay(600);
    await of.screenshot({ path: join(SCREENSHOTS, `${name}-${of.viewportSize().width}-${colorScheme}.png`) });
  }
  await of.emulateMedia({ colorScheme: null });
}

test('the mouse shows what was recorded where it points, and words where nothing was', async () => {
  await page.goto(`${server.url}${path}`);
  const box = await waitFor('the recording on the timeline', async () => (await byId(page, 'timeline-range').count()) > 0 && recordedBox(page));
  await page.mouse.move(box.x + box.width * 0.3, box.y + box.height / 2);
  const early = await shownTime(page);
  assert.ok(await thumbnail(page).locator('img').evaluate((image) => image.complete && image.naturalWidth === 320 && image.naturalHeight === 180));
  await keep(page, 'scrub-mouse');
  await checkAccess(page, 'scrub-mouse');
  await page.mouse.move(box.x + box.width * 0.8, box.y + box.height / 2);
  const late = await waitFor('a later picture', async () => (await shownTime(page)) > early && shownTime(page));
  assert.ok(late - early > 5 * TICKS_PER_SECOND, `${(late - early) / TICKS_PER_SECOND} s`);
  // Before the first recording there is a time, and no picture.
  await page.mouse.move(box.x - 60, box.y + box.height / 2);
  await waitFor('the picture to go', async () => (await thumbnail(page).count()) === 0);
  assert.match(await page.getByRole('tooltip').textContent(), /\d/);
  assert.deepEqual(page.complaints, []);
});

test('the keyboard looks elsewhere while the picture stays, and Enter goes there', async () => {
  const slider = page.getByRole('slider', { name: 'Timeline' });
  await page.mouse.move(5, 5);
  await slider.focus();
  const before = await byId(page, 'player').getAttribute('data-mode');
  await page.keyboard.press('Shift+ArrowLeft');
  const seen = await shownTime(page);
  assert.equal(await byId(page, 'player').getAttribute('data-mode'), before);
  await keep(page, 'scrub-keyboard');
  await page.keyboard.press('Escape');
  await waitFor('the picture to go', async () => (await thumbnail(page).count()) === 0);
  await page.keyboard.press('Shift+ArrowLeft');
  await shownTime(page);
  await page.keyboard.press('Enter');
  await waitFor('playback', async () => (await byId(page, 'player').getAttribute('data-mode')) === 'playback');
  assert.ok(seen > 0);
  assert.deepEqual(page.complaints, []);
});

test('a finger that rests on the timeline looks through it, and plays from where it is lifted', async () => {
  const phone = await openPage(browser, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await signIn(phone, server);
  forgive(phone, 401);
  await phone.goto(`${server.url}${path}`);
  await waitFor('the recording on the timeline', async () => (await byId(phone, 'timeline-range').count()) > 0);
  await byId(phone, 'zoom-in').scrollIntoViewIfNeeded();
  for (let i = 0; i < 3; ++i) await byId(phone, 'zoom-in').tap();
  await byId(phone, 'timeline').scrollIntoViewIfNeeded();
  const box = await recordedBox(phone);
  const devtools = await phone.context().newCDPSession(phone);
  const touch = (type, x) => devtools.send('Input.dispatchTouchEvent', { type, touchPoints: type === 'touchEnd' ? [] : [{ x, y: box.y + box.height / 2 }] });
  const from = box.x + box.width * 0.3;
  await touch('touchStart', from);
  const first = await shownTime(phone);
  await keep(phone, 'scrub-touch');
  for (let x = from; x < from + box.width * 0.3; x += 8) await touch('touchMove', x);
  await waitFor('a later picture', async () => (await shownTime(phone)) > first);
  await touch('touchEnd');
  await waitFor('playback', async () => (await byId(phone, 'player').getAttribute('data-mode')) === 'playback');
  assert.equal(await thumbnail(phone).count(), 0);
  assert.deepEqual(phone.complaints, []);
  await phone.context().close();
});

test('whoever looked is in the audit log, once for each time', async () => {
  const { entries } = await api(page, 'GET', '/audit?action=preview_recording&limit=100');
  assert.equal(entries.length, 2, 'one of each session');
});

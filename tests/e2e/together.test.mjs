// The recordings of several cameras at one moment: they keep in step, a gap stays a gap, and all obey one set of controls.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { checkAccess } from './support/axe.mjs';
import { api, byId, claim, forgive, openPage, startBrowser } from './support/browser.mjs';
import { checkLayout } from './support/layout.mjs';
import { seeMove } from './support/picture.mjs';
import { TICKS_PER_SECOND, delay, folder, freePort, startServer, startSimulator, waitFor } from './support/product.mjs';

const NAMES = ['Gate', 'Hall', 'Loading bay', 'Yard'];
/** Pictures of one moment are so near to each other. */
const IN_STEP_SECONDS = 0.1;
let scratch, server, browser, page, farm, lone, lonePort, cameras;

before(async () => {
  scratch = await folder();
  server = await startServer('serve', `${scratch.path}/data`);
  const port = await freePort();
  lonePort = await freePort();
  farm = await startSimulator(port, '--cameras', 3);
  lone = await startSimulator(lonePort, '--cameras', 1);
  browser = await startBrowser(`${scratch.path}/home`, server.authority);
  page = await openPage(browser);
  await claim(page, server);
  forgive(page, 401);
  cameras = [];
  for (const [index, name] of NAMES.entries()) {
    const address = index < 3 ? `rtsp://127.0.0.1:${port}/cam${index + 1}` : `rtsp://127.0.0.1:${lonePort}/cam1`;
    cameras.push(await api(page, 'POST', '/cameras', { name, main_url: address, sub_url: `${address}/sub` }));
  }
  await waitFor('some recording', async () => (await recordedSeconds(3)) > 8, 120);
  // The yard is away for a while.
  await lone.stop();
  await delay(12_000);
  lone = await startSimulator(lonePort, '--cameras', 1);
  await waitFor('the yard to be back', async () => (await rangesOf(3)).length > 1 && (await recordedSeconds(3)) > 18, 120);
});

after(async () => {
  await browser?.close();
  await farm?.stop();
  await lone?.stop();
  const code = await server?.stop();
  await scratch?.remove();
  if (server) assert.equal(code, 0, `vedette did not end well:\n${server.output()}`);
});

async function rangesOf(index) {
  const { ranges } = await api(page, 'GET', `/cameras/${cameras[index].id}/recordings?start_90k=0&end_90k=${(Date.now() + 60_000) * 90}&stream=sub`);
  return ranges;
}
const recordedSeconds = async (index) =>
  (await rangesOf(index)).reduce((sum, range) => sum + range.end_90k - range.start_90k, 0) / TICKS_PER_SECOND;
const tile = (name) => byId(page, `step-${name}`);
const phaseOf = (name) => tile(name).getAttribute('data-phase');
const open = (moment90k) => page.goto(`${server.url}/playback?at=${new Date(moment90k / 90).toISOString()}`);
/** The wall times of all pictures that are shown, in seconds, read in one go. */
const moments = () =>
  page.evaluate(() =>
    [...document.querySelectorAll('[data-testid^="step-"][data-phase="playing"] video')].map(
      (video) => Number(video.dataset.origin90k) / 90_000 + video.currentTime,
    ),
  );
const apart = (times) => Math.max(...times) - Math.min(...times);
const allPlay = (count) => waitFor(`${count} pictures`, async () => (await moments()).length === count);

test('four cameras play in step', async () => {
  const ranges = await rangesOf(0);
  await open(ranges[0].start_90k + 2 * TICKS_PER_SECOND);
  await allPlay(4);
  for (const name of NAMES) await seeMove(name, tile(name).locator('video'), 1);
  // They meet within a second or two, and stay together.
  await waitFor('them to be in step', async () => apart(await moments()) < IN_STEP_SECONDS, 20);
  for (let look = 0; look < 8; ++look) {
    const times = await moments();
    assert.equal(times.length, 4);
    assert.ok(apart(times) < IN_STEP_SECONDS, `${apart(times)} s apart: ${times}`);
    await delay(250);
  }
  await checkLayout(page, 'together');
  await checkAccess(page, 'together');
  assert.deepEqual(page.complaints, []);
});

test('pause, speed and steps are for all', async () => {
  // So that ten seconds earlier all have something, however long the picture before took.
  const since = async () => (await rangesOf(3)).at(-1);
  const from = (await since()).start_90k + 13 * TICKS_PER_SECOND;
  await waitFor('enough to be recorded', async () => (await since()).end_90k > from + 20 * TICKS_PER_SECOND, 120);
  await open(from);
  await allPlay(4);
  await waitFor('them to be in step', async () => apart(await moments()) < IN_STEP_SECONDS, 20);
  await byId(page, 'step-play').click();
  await delay(400);
  const still = await moments();
  await delay(600);
  assert.deepEqual(await moments(), still);
  assert.ok(apart(still) < IN_STEP_SECONDS, `${apart(still)} s apart`);
  await byId(page, 'step-back').click();
  await waitFor('all to be 10 s earlier', async () => {
    const times = await moments();
    return times.length === 4 && times.every((time) => Math.abs(still[0] - time) > 1) && apart(times) < IN_STEP_SECONDS;
  });
  await byId(page, 'step-play').click();
  const [before] = await moments();
  const began = Date.now();
  await page.getByLabel('Speed').selectOption('2');
  await delay(3_000);
  const times = await moments();
  const factor = (times[0] - before) / ((Date.now() - began) / 1000);
  assert.ok(factor > 1.3 && factor < 2.3, `${factor} times as fast`);
  assert.ok(apart(times) < 2 * IN_STEP_SECONDS, `${apart(times)} s apart`);
  await page.getByLabel('Speed').selectOption('1');
});

test('where one has a gap it says so, the others go on, and it comes back', async () => {
  const ranges = await rangesOf(3);
  const gap = { from: ranges[0].end_90k, to: ranges[1].start_90k };
  assert.ok(gap.to - gap.from > 3 * TICKS_PER_SECOND);
  await open(gap.from - 3 * TICKS_PER_SECOND);
  await allPlay(4);
  await waitFor('the gap', async () => (await phaseOf('Yard')) === 'gap', 30);
  assert.match(await tile('Yard').textContent(), /Not recorded/);
  const there = await moments();
  assert.equal(there.length, 3);
  for (const time of there) assert.ok(time * TICKS_PER_SECOND < gap.to, 'nobody jumped over it');
  assert.ok((await byId(page, 'row-gap').count()) >= 1);
  await checkLayout(page, 'together-gap');
  // Straight into it, and played out of it.
  await open(gap.to - 3 * TICKS_PER_SECOND);
  await waitFor('the gap again', async () => (await phaseOf('Yard')) === 'gap', 30);
  await waitFor('the yard to be back', async () => (await phaseOf('Yard')) === 'playing', 30);
  await waitFor('it to be in step', async () => (await moments()).length === 4 && apart(await moments()) < IN_STEP_SECONDS, 20);
  assert.deepEqual(page.complaints, []);
});

test('the cameras are chosen, and the address says which', async () => {
  await page.goto(`${server.url}/playback?cameras=${cameras[1].id},${cameras[2].id}`);
  await allPlay(2);
  assert.equal(await tile('Gate').count(), 0);
  await page.reload();
  await allPlay(2);
  assert.equal(await tile('Yard').count(), 0);
});

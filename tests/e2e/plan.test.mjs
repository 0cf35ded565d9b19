// When a camera is recorded: the plan is painted in its settings, and told in its page and its timeline.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { checkAccess } from './support/axe.mjs';
import { api, byId, claim, forgive, openPage, startBrowser } from './support/browser.mjs';
import { checkLayout } from './support/layout.mjs';
import { seeMove } from './support/picture.mjs';
import { TICKS_PER_SECOND, delay, folder, freePort, start, startServer, waitFor } from './support/product.mjs';
import { makeSteps } from './support/steps.mjs';

let scratch, server, browser, page, farm, path;
const step = makeSteps();

before(async () => {
  scratch = await folder();
  server = await startServer('serve', `${scratch.path}/data`);
  const [port, onvif] = [await freePort(), await freePort()];
  farm = await start(['simulate', '--port', port, '--cameras', 1, '--onvif', onvif, '--onvif-motion', 0], /ONVIF: http/);
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
});

after(async () => {
  await browser?.close();
  await farm?.stop();
  const code = await server?.stop();
  await scratch?.remove();
  if (server) assert.equal(code, 0, `vedette did not end well:\n${server.output()}`);
});

const camera = () => api(page, 'GET', path);
const recordings = () => api(page, 'GET', `${path}/recordings?start_90k=0&end_90k=${(Date.now() + 60_000) * 90}&stream=main`);
async function recordedSeconds() {
  const { ranges } = await recordings();
  return ranges.reduce((sum, range) => sum + range.end_90k - range.start_90k, 0) / TICKS_PER_SECOND;
}
async function openSettings() {
  await page.goto(`${new URL(page.url()).origin}/cameras`);
  await byId(page, 'edit-Gate').click();
  await byId(page, 'camera-form').waitFor();
}
async function choose(name) {
  await byId(page, 'recording-choice').click();
  await page.getByRole('option', { name, exact: true }).click();
}
const brush = (name) => byId(page, 'recording-brush').getByText(name, { exact: true }).click();
const cell = (day, hour) => byId(page, 'recording-week').locator(`[data-cell="${day}-${hour}"]`);
async function paint(from, to) {
  await from.scrollIntoViewIfNeeded();
  await from.hover();
  await page.mouse.down();
  await to.hover();
  await page.mouse.up();
}

step('a week is painted, and read in words', async () => {
  await waitFor('some seconds of recording', async () => (await recordedSeconds()) > 6);
  await openSettings();
  await choose('By the hours of the week');
  await byId(page, 'recording-words').getByText('Continuous, always.').waitFor();
  await brush('On event');
  await paint(cell(0, 0), cell(6, 23));
  await byId(page, 'recording-words').getByText('On event, always.').waitFor();
  await brush('Continuous');
  await paint(cell(0, 8), cell(4, 17));
  await byId(page, 'recording-words').getByText('Continuous 08:00 to 18:00 Mon to Fri, otherwise on event.').waitFor();
  await brush('Off');
  await cell(6, 0).focus();
  await page.keyboard.press('Space');
  for (let hour = 1; hour < 24; ++hour) await page.keyboard.press('Shift+ArrowRight');
  await byId(page, 'recording-words').getByText('off all of Sun, otherwise on event').waitFor();
  await checkAccess(page, 'camera-plan');
  await checkLayout(page, 'camera-plan');
});

step('what is wrong is said at its place', async () => {
  await byId(page, 'recording-post-roll').fill('4');
  await byId(page, 'camera-save').click();
  await page.getByText('Enter whole seconds from 5 to 600.').waitFor();
  await byId(page, 'recording-post-roll').fill('5');
  await byId(page, 'recording-pre-roll').fill('4');
  await byId(page, 'recording-kinds').getByText('Sound', { exact: true }).click();
  await byId(page, 'camera-save').click();
  await byId(page, 'camera-form').waitFor({ state: 'hidden' });
  const { recording } = await camera();
  assert.equal(recording.continuous, `${'00000000ffffffffff000000'.repeat(5)}${'0'.repeat(48)}`);
  assert.equal(recording.on_event, `${'ffffffff0000000000ffffff'.repeat(5)}${'f'.repeat(24)}${'0'.repeat(24)}`);
  assert.deepEqual([recording.pre_roll_s, recording.post_roll_s], [4, 5]);
  assert.deepEqual(recording.event_kinds, ['motion', 'tamper', 'digital_input', 'analytics']);
});

step('a camera that waits for an event says so, and is seen live', async () => {
  await openSettings();
  await choose('When something happens');
  await byId(page, 'camera-save').click();
  await byId(page, 'camera-form').waitFor({ state: 'hidden' });
  await page.getByText('Waiting for an event').waitFor();
  await page.goto(`${new URL(page.url()).origin}${path}?panel=health`);
  await byId(page, 'health-plan').getByText('On event, always.').waitFor();
  await byId(page, 'health-plan').getByText('On event: from 4 s before an event until 5 s after it.').waitFor();
  await byId(page, 'health-plan-now').getByText('waiting for an event').waitFor();
  await seeMove('the live picture', page.locator('video'));
});

step('the timeline tells what the plan left out from what failed', async () => {
  await delay(8_000);
  await api(page, 'POST', `${path}/relays`, { token: 'relay1', active: true });
  await waitFor('the event to be recorded', async () => (await camera()).recording_now.wanted);
  await api(page, 'POST', `${path}/relays`, { token: 'relay1', active: false });
  await waitFor('the gap before it', async () => (await recordings()).gaps.some((gap) => gap.by_plan), 60);
  await waitFor('the end of the recording', async () => !(await camera()).recording_now.wanted, 60);
  await page.goto(`${new URL(page.url()).origin}${path}?panel=gaps`);
  await byId(page, 'timeline-planned').first().waitFor();
  await byId(page, 'timeline-legend').getByText('Not recorded, by its plan').waitFor();
  assert.equal(await byId(page, 'timeline-gap').count(), 0);
  await page.getByText('Not recorded by its plan: no event came.').first().waitFor();
  await checkAccess(page, 'camera-planned-gap');
  await checkLayout(page, 'camera-planned-gap');
  assert.deepEqual(page.complaints, []);
});

test('off is off', async () => {
  await openSettings();
  await choose('Never; only watched live');
  await byId(page, 'camera-save').click();
  await page.getByText('Off by plan').waitFor();
  await delay(5_000);
  const before = await recordedSeconds();
  await delay(4_000);
  assert.equal(await recordedSeconds(), before);
});

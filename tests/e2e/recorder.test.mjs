// What happened to the recorder itself: the timeline marks its starts, and the clock that was set, with a word.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { checkAccess } from './support/axe.mjs';
import { api, byId, claim, openPage, startBrowser } from './support/browser.mjs';
import { checkLayout } from './support/layout.mjs';
import { TICKS_PER_SECOND, folder, freePort, startServer, startSimulator, waitFor } from './support/product.mjs';

let scratch, server, browser, page, farm, camera;
const data = () => `${scratch.path}/data`;
const recorded = () =>
  api(page, 'GET', `/cameras/${camera}/recordings?start_90k=0&end_90k=${(Date.now() + 60_000) * 90}&stream=main`);
const recordSome = (from) =>
  waitFor('recordings', async () =>
    (await recorded()).ranges.some(({ start_90k, end_90k }) => end_90k - Math.max(start_90k, from) > 3 * TICKS_PER_SECOND),
  );

before(async () => {
  scratch = await folder();
  server = await startServer('serve', data());
  const port = await freePort();
  farm = await startSimulator(port);
  browser = await startBrowser(`${scratch.path}/home`, server.authority);
  page = await openPage(browser);
  await claim(page, server);
  camera = (await api(page, 'POST', '/cameras', { name: 'Gate', main_url: `rtsp://127.0.0.1:${port}/cam1` })).id;
  await recordSome(0);
  // Stopped, and the clock was ten minutes ahead then.
  await page.goto('about:blank');
  assert.equal(await server.stop(), 0, server.output());
  const told = /^vedette alive 1\nstopped (\d+)\n$/.exec(await readFile(`${data()}/alive`, 'utf8'));
  await writeFile(`${data()}/alive`, `vedette alive 1\nstopped ${Number(told[1]) + 600 * TICKS_PER_SECOND}\n`);
  server = await startServer('serve', data(), { port: server.port });
  await page.goto(`${server.url}/cameras/${camera}`);
  await recordSome(Date.now() * 90);
});

after(async () => {
  await browser?.close();
  await farm?.stop();
  const code = await server?.stop();
  await scratch?.remove();
  if (server) assert.equal(code, 0, `vedette did not end well:\n${server.output()}`);
});

test('starts and a clock that was set are marked, and said when pointed at', async () => {
  const { recorder_events: events } = await recorded();
  assert.deepEqual(events.map(({ kind }) => kind), ['start', 'clock_step', 'start']);
  await page.goto(`${server.url}/cameras/${camera}?at=${new Date(events[0].at_90k / 90 + 5000).toISOString()}`);
  const timeline = byId(page, 'timeline');
  await waitFor('the marks', async () => (await byId(page, 'timeline-recorder').count()) >= 2);
  const list = timeline.getByRole('list', { name: 'What happened to the recorder' });
  const heard = (await list.getByRole('listitem').allTextContents()).join('\n');
  assert.match(heard, /The recorder was started \(version [\d.]+\)/);
  assert.match(heard, /The clock was set (9|10) minutes back while the recorder was not running/);

  const mark = byId(page, 'timeline-recorder').first();
  const place = await mark.locator('line').boundingBox();
  const whole = await timeline.boundingBox();
  await page.mouse.move(place.x, whole.y + 45);
  await timeline.getByText(/· The recorder was started \(version/).waitFor();
  assert.deepEqual(await byId(page, 'timeline-recorder').locator('text').first().allTextContents(), ['Started']);
  await checkAccess(page, 'timeline-recorder');
  await checkLayout(page, 'timeline-recorder');
});

// What is kept: rules in a camera's form, holds on its page, and what a rule deleted on the timeline.

import assert from 'node:assert/strict';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { api, byId, claim, forgive, openPage, startBrowser } from './support/browser.mjs';
import { checkLayout } from './support/layout.mjs';
import { TICKS_PER_SECOND, folder, freePort, startServer, startSimulator, waitFor } from './support/product.mjs';

const LIVES = 3;
let scratch, server, browser, page, farm, camera;

const data = () => `${scratch.path}/data`;

async function recorded() {
  const end = Date.now() * 90 + 60 * TICKS_PER_SECOND;
  return api(page, 'GET', `/cameras/${camera}/recordings?start_90k=0&end_90k=${end}&stream=main`);
}
const seconds = ({ ranges }) => ranges.reduce((sum, range) => sum + range.end_90k - range.start_90k, 0) / TICKS_PER_SECOND;

async function segments() {
  const folder = join(data(), 'media', camera, 'main');
  const days = await readdir(folder).catch(() => []);
  const all = await Promise.all(days.map(async (day) => (await readdir(join(folder, day))).map((name) => join(folder, day, name))));
  return all.flat().sort();
}

// Each life of the server closes one file.
before(async () => {
  scratch = await folder();
  const port = await freePort();
  const cameraPort = await freePort();
  farm = await startSimulator(cameraPort, '--cameras', 1);
  for (let life = 1; life <= LIVES; life++) {
    server = await startServer('serve', data(), { port });
    if (life === 1) {
      browser = await startBrowser(`${scratch.path}/home`, server.authority);
      page = await openPage(browser);
      await claim(page, server);
      forgive(page, 401);
      camera = (await api(page, 'POST', '/cameras', { name: 'Gate', main_url: `rtsp://127.0.0.1:${cameraPort}/cam1` })).id;
    } else {
      await page.goto(server.url);
      await byId(page, 'nav-live').waitFor();
    }
    const before = seconds(await recorded());
    await waitFor('a recording', async () => seconds(await recorded()) > before + 4, 60);
    if (life === LIVES) break;
    await page.goto('about:blank');
    assert.equal(await server.stop(), 0, server.output());
  }
});

after(async () => {
  await browser?.close();
  await farm?.stop();
  const code = await server?.stop();
  await scratch?.remove();
  if (server) assert.equal(code, 0, `vedette did not end well:\n${server.output()}`);
});

test('recordings are held for a reason', async () => {
  await page.goto(`${server.url}/cameras/${camera}?panel=holds`);
  await page.getByText('Nothing is held').waitFor({ timeout: 60_000 });
  await byId(page, 'hold-add').click();
  const first = (await recorded()).ranges[0];
  assert.ok(await byId(page, 'hold-place').isDisabled(), 'a hold needs a reason');
  await byId(page, 'hold-reason').fill('Theft in the yard');
  await checkLayout(page, 'hold-form');
  // The proposal is around the shown moment, which is now: the first file is within its five minutes.
  await byId(page, 'hold-place').click();
  const row = byId(page, 'hold');
  await row.getByText('Theft in the yard').waitFor();
  await row.getByText('placed by admin').waitFor();
  const [hold] = (await api(page, 'GET', `/cameras/${camera}/holds`)).holds;
  assert.ok(hold.start_90k <= first.start_90k && hold.end_90k > first.start_90k);
  await checkLayout(page, 'holds');
});

test('a rule in the form of the camera deletes nothing that is held', async () => {
  const files = await segments();
  assert.ok(files.length >= LIVES - 1);
  await page.goto(`${server.url}/cameras`);
  await byId(page, 'edit-Gate').click();
  await byId(page, 'camera-keep-days').fill('0');
  await byId(page, 'camera-save').click();
  await page.getByText('Enter whole days from 1 to 3650').waitFor();
  await byId(page, 'camera-keep-days').fill('30');
  await byId(page, 'camera-keep-gb').fill('0.001');
  await checkLayout(page, 'camera-rules');
  await byId(page, 'camera-save').click();
  await byId(page, 'camera-form').waitFor({ state: 'detached' });
  const saved = await api(page, 'GET', `/cameras/${camera}`);
  assert.equal(saved.keep_days, 30);
  assert.equal(saved.keep_bytes, 1_000_000);
  assert.deepEqual((await recorded()).deleted, []);
  for (const file of files) await stat(file);
});

test('once the hold is lifted the rule deletes, and the timeline says so', async () => {
  const [oldest] = await segments();
  await page.goto(`${server.url}/cameras/${camera}?panel=holds`);
  await byId(page, 'hold-lift').click();
  await byId(page, 'hold').getByText('deleted at once').waitFor();
  await checkLayout(page, 'hold-lift');
  await byId(page, 'hold-lift-confirm').click();
  await page.getByText('Nothing is held').waitFor();
  await waitFor('the oldest file to go', () => stat(oldest).then(() => false, () => true));
  const { deleted } = await recorded();
  assert.equal(deleted[0].rule, 'keep_bytes');
  await byId(page, 'timeline-deleted').first().waitFor({ state: 'attached' });
  await byId(page, 'timeline-legend').getByText('Deleted by the rule of at most 1.0 MB').waitFor();
  await checkLayout(page, 'timeline-deleted');
});

test('an empty field takes the rule away', async () => {
  await page.goto(`${server.url}/cameras`);
  await byId(page, 'edit-Gate').click();
  await byId(page, 'camera-keep-gb').fill('');
  await byId(page, 'camera-test').click();
  await byId(page, 'test-report').getByText(/H\.?264/).first().waitFor();
  await byId(page, 'camera-save').click();
  await byId(page, 'camera-form').waitFor({ state: 'detached' });
  const saved = await api(page, 'GET', `/cameras/${camera}`);
  assert.equal(saved.keep_bytes, null);
  assert.equal(saved.keep_days, 30);
});

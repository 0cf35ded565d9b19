// Light encryption, which is partial: it is chosen in a camera's settings, called a risk there, and named wherever the camera is.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before } from 'node:test';
import { promisify } from 'node:util';
import { checkAccess } from './support/axe.mjs';
import { api, byId, claim, forgive, openPage, startBrowser } from './support/browser.mjs';
import { checkLayout } from './support/layout.mjs';
import { seeMove } from './support/picture.mjs';
import { folder, freePort, start, startServer, waitFor } from './support/product.mjs';
import { makeSteps } from './support/steps.mjs';

let scratch, server, browser, page, farm, path;
const step = makeSteps();

before(async () => {
  scratch = await folder();
  // CABAC: the clips of other tests have CAVLC, which is never encrypted lightly.
  const clip = `${scratch.path}/gate.h264`;
  const source = 'testsrc2=size=640x360:rate=25:duration=4,noise=alls=8:allf=t';
  const options = ['-preset', 'ultrafast', '-coder', '1', '-bf', '0', '-g', '25', '-keyint_min', '25', '-sc_threshold', '0'];
  await promisify(execFile)('ffmpeg', ['-nostdin', '-v', 'error', '-f', 'lavfi', '-i', source, '-c:v', 'libx264', '-pix_fmt', 'yuv420p', ...options, '-f', 'h264', clip]);
  server = await startServer('serve', `${scratch.path}/data`);
  const port = await freePort();
  farm = await start(['simulate', '--port', port, '--cameras', 2, '--clip', clip], /cam1/);
  browser = await startBrowser(`${scratch.path}/home`, server.authority);
  page = await openPage(browser);
  await claim(page, server);
  forgive(page, 401);
  const camera = await api(page, 'POST', '/cameras', { name: 'Gate', main_url: `rtsp://127.0.0.1:${port}/cam1` });
  await api(page, 'POST', '/cameras', { name: 'Yard', main_url: `rtsp://127.0.0.1:${port}/cam2` });
  path = `/cameras/${camera.id}`;
});

after(async () => {
  await browser?.close();
  await farm?.stop();
  const code = await server?.stop();
  await scratch?.remove();
  if (server) assert.equal(code, 0, `vedette did not end well:\n${server.output()}`);
});

async function openSettings() {
  await page.goto(`${server.url}/cameras`);
  await byId(page, 'edit-Gate').click();
  await byId(page, 'camera-form').waitFor();
}
async function choose(name) {
  await byId(page, 'camera-encryption').click();
  await page.getByRole('option', { name, exact: true }).click();
}
const encryptions = async () => {
  const { ranges } = await api(page, 'GET', `${path}/recordings?start_90k=0&end_90k=${(Date.now() + 60_000) * 90}&stream=main`);
  return ranges.map((range) => range.encryption);
};

step('it is chosen knowingly', async () => {
  await openSettings();
  await page.getByText('Everything is encrypted').waitFor();
  await choose('Light (partial)');
  await page.getByText('A risk: parts of the picture data lie unencrypted on disk.').waitFor();
  await byId(page, 'camera-encryption').scrollIntoViewIfNeeded();
  await checkAccess(page, 'camera-encryption');
  await checkLayout(page, 'camera-encryption');
  await byId(page, 'camera-save').click();
  await byId(page, 'camera-form').waitFor({ state: 'hidden' });
  assert.equal((await api(page, 'GET', path)).encryption, 'light');
});

step('and named as partial in the list and on the page of that camera alone', async () => {
  await byId(page, 'light-Gate').getByText('Partially encrypted (light)').waitFor();
  assert.equal(await byId(page, 'light-Yard').count(), 0);
  await checkAccess(page, 'cameras-light');
  await checkLayout(page, 'cameras-light');
  await page.goto(`${server.url}${path}?panel=details`);
  await byId(page, 'details-encryption').getByText('Light (partial)').waitFor();
  await checkAccess(page, 'camera-details-light');
  await checkLayout(page, 'camera-details-light');
});

step('what was recorded so plays as ever', async () => {
  await waitFor('recordings under light encryption', async () => (await encryptions()).includes('light'));
  const { ranges } = await api(page, 'GET', `${path}/recordings?start_90k=0&end_90k=${(Date.now() + 60_000) * 90}&stream=main`);
  const light = ranges.find((range) => range.encryption === 'light');
  await page.goto(`${server.url}${path}?at=${new Date(light.start_90k / 90 + 500).toISOString()}`);
  await seeMove('the recording', page.locator('video'));
  assert.deepEqual(page.complaints, []);
});

step('full again', async () => {
  await openSettings();
  await choose('Full');
  await byId(page, 'camera-save').click();
  await byId(page, 'camera-form').waitFor({ state: 'hidden' });
  await byId(page, 'light-Gate').waitFor({ state: 'hidden' });
  await waitFor('fully encrypted recordings behind', async () => (await encryptions()).at(-1) === 'full');
});

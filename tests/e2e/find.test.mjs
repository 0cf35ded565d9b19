// Finding cameras, as an installer meets it: search, one password for many, plain words, add all.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { api, byId, claim, forgive, openPage, startBrowser } from './support/browser.mjs';
import { checkLayout } from './support/layout.mjs';
import { folder, freePort, start, startServer, waitFor } from './support/product.mjs';

const ACCOUNT = { user: 'viewer', password: 'only for the tests' };
// Farms have addresses of their own in 127.0.0.0/8, as cameras have on a network.
const NETWORK = `127.${1 + (process.pid % 250)}.${Math.floor(process.pid / 250) % 250}`;
let scratch, server, browser, page;
const farms = [];

async function startFarm(host, cameras, ...more) {
  const args = ['simulate', '--bind', `${NETWORK}.${host}`, '--port', await freePort(), '--cameras', cameras];
  farms.push(await start([...args, '--onvif', await freePort(), ...more], /ONVIF: http/));
}

before(async () => {
  scratch = await folder();
  server = await startServer('serve', `${scratch.path}/data`);
  await writeFile(`${scratch.path}/password`, `${ACCOUNT.password}\n`);
  const account = ['--user', ACCOUNT.user, '--password-file', `${scratch.path}/password`];
  await startFarm(10, 3, ...account);
  await startFarm(11, 1, ...account, '--onvif-clock', -9000);
  browser = await startBrowser(`${scratch.path}/home`, server.authority);
  page = await openPage(browser);
  await claim(page, server);
  forgive(page, 401);
});

after(async () => {
  await browser?.close();
  for (const farm of farms) await farm.stop();
  const code = await server?.stop();
  await scratch?.remove();
  if (server) assert.equal(code, 0, `vedette did not end well:\n${server.output()}`);
});

const rows = () => byId(page, 'found-list').locator('li');

test('a new installation offers to search', async () => {
  await byId(page, 'nav-cameras').click();
  await byId(page, 'find-cameras').click();
  await byId(page, 'search-form').waitFor();
  await checkLayout(page, 'find');
});

test('an address range that is none is refused in words', async () => {
  await byId(page, 'search-ranges').fill('10.0.0.0/8');
  await byId(page, 'search').click();
  await page.getByText('At most 1024 addresses').waitFor();
  forgive(page, 400);
});

test('cameras of an address range are found and chosen', async () => {
  await byId(page, 'search-ranges').fill(`${NETWORK}.8-12`);
  await byId(page, 'search').click();
  await byId(page, 'found-list').waitFor();
  await waitFor('four cameras', async () => (await rows().count()) >= 4);
  for (const row of await rows().filter({ hasText: NETWORK }).all()) assert.ok(await row.getByRole('checkbox').isChecked());
  await checkLayout(page, 'find-found');
});

test('a wrong password is told at each camera', async () => {
  await byId(page, 'find-username').fill(ACCOUNT.user);
  await byId(page, 'find-password').fill('wrong');
  await byId(page, 'find-check').click();
  await waitFor('four refusals', async () => (await rows().filter({ hasText: 'refuses the user name or the password' }).count()) === 4);
  assert.ok(await byId(page, 'find-add').isDisabled());
  await checkLayout(page, 'find-refused');
});

test('the right one opens them all, and a wrong clock is a warning', async () => {
  await byId(page, 'find-password').fill(ACCOUNT.password);
  await byId(page, 'find-check').click();
  await waitFor('four that work', async () => (await rows().filter({ hasText: 'Works: main H.264 1920 × 1080' }).count()) === 4, 120);
  assert.equal(await rows().filter({ hasText: 'clock is 2 hours behind' }).count(), 1);
  // Each shows what it sees, through the gateway.
  await waitFor('four pictures', async () => (await rows().locator('img').count()) === 4);
  const sizes = await rows().locator('img').evaluateAll((images) => Promise.all(images.map((image) => image.decode().then(() => image.naturalWidth))));
  assert.deepEqual(sizes, [640, 640, 640, 640]);
  await checkLayout(page, 'find-checked');
});

test('all are added, with names of one’s own, and record', async () => {
  await page.getByLabel(`Name of ${NETWORK}.11`).fill('Yard');
  await byId(page, 'find-add').click();
  await byId(page, 'find-done').waitFor();
  await checkLayout(page, 'find-added');
  const { cameras } = await api(page, 'GET', '/cameras');
  assert.deepEqual(cameras.map((camera) => camera.name).sort(), ['Camera 1', 'Camera 2', 'Camera 3', 'Yard']);
  for (const camera of cameras) {
    assert.match(camera.device.serial, /^SIM-/);
    assert.ok(camera.sub_url.endsWith('/sub'));
    assert.ok(!JSON.stringify(camera).includes(ACCOUNT.password));
  }
  await byId(page, 'find-done').click();
  await waitFor('all to record', async () => (await page.getByText('4 of 4 recording').count()) === 1, 60);
  await checkLayout(page, 'cameras-found');
});

test('nothing complained on the way', () => {
  assert.deepEqual(page.complaints, []);
});

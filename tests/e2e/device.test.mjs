// Looking after a camera from its page: clock, picture, password, restart.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { api, byId, claim, forgive, openPage, startBrowser } from './support/browser.mjs';
import { checkLayout } from './support/layout.mjs';
import { folder, freePort, start, startServer, waitFor } from './support/product.mjs';

const PASSWORD = 'only for the tests';
const ADDRESS = `127.${1 + (process.pid % 250)}.${Math.floor(process.pid / 250) % 250}.30`;
let scratch, server, browser, page, farm, camera;

const device = () => api(page, 'GET', `/cameras/${camera}/device`);

before(async () => {
  scratch = await folder();
  server = await startServer('serve', `${scratch.path}/data`);
  await writeFile(`${scratch.path}/password`, `${PASSWORD}\n`);
  const args = ['simulate', '--bind', ADDRESS, '--port', await freePort(), '--cameras', 1, '--onvif', await freePort()];
  farm = await start([...args, '--onvif-clock', -9000, '--user', 'viewer', '--password-file', `${scratch.path}/password`], /ONVIF: http/);
  browser = await startBrowser(`${scratch.path}/home`, server.authority);
  page = await openPage(browser);
  await claim(page, server);
  const [found] = (await api(page, 'POST', '/discovery', { ranges: [ADDRESS] })).cameras;
  const { address, port, path, secure, endpoint } = found;
  const account = { username: 'viewer', password: PASSWORD };
  const report = await api(page, 'POST', '/discovery/inspect', { address, port, path, secure, endpoint, ...account });
  const [channel] = report.channels;
  const added = await api(page, 'POST', '/cameras', {
    name: 'Gate', main_url: channel.main.url, sub_url: channel.sub.url, device: report.device, ...account,
  });
  camera = added.id;
});

after(async () => {
  await browser?.close();
  await farm?.stop();
  const code = await server?.stop();
  await scratch?.remove();
  if (server) assert.equal(code, 0, `vedette did not end well:\n${server.output()}`);
});

test('the panel tells what the device is', async () => {
  await page.goto(`${new URL(page.url()).origin}/cameras/${camera}?panel=device`);
  await byId(page, 'device-panel').waitFor({ timeout: 60_000 });
  await page.getByText('The camera’s clock is 2 hours behind.').waitFor();
  await page.getByText('Installed: 1.0.1').waitFor();
  await checkLayout(page, 'device');
});

test('the clock is set', async () => {
  await byId(page, 'device-set-clock').click();
  await page.getByText('The camera’s clock is right.').waitFor();
  assert.ok(Math.abs((await device()).clock.offset_seconds) < 5);
});

test('the picture is set', async () => {
  await page.getByRole('radiogroup', { name: 'Infrared filter' }).getByText('Night').click();
  await byId(page, 'device-set-imaging').click();
  await page.getByText('The picture is set.').waitFor();
  assert.equal((await device()).imaging.ir_cut, 'off');
});

test('a password is changed, once the risk is accepted', async () => {
  await byId(page, 'device-password').fill('another for the tests');
  await byId(page, 'device-password-again').fill('another for the tests');
  assert.ok(await byId(page, 'device-change-password').isDisabled());
  await byId(page, 'device-password-clear').click();
  await byId(page, 'device-change-password').click();
  await page.getByText('The camera has the new password').waitFor();
  await waitFor('recording with it', async () => (await api(page, 'GET', `/cameras/${camera}`)).streams[0].state === 'recording', 60);
});

test('firmware is installed', async () => {
  forgive(page, 409);
  const chooser = page.waitForEvent('filechooser');
  await byId(page, 'device-firmware-file').click();
  const content = Buffer.concat([Buffer.from('VEDETTE FIRMWARE 2.0\n'), Buffer.alloc(1_500_000, 7)]);
  await (await chooser).setFiles({ name: 'firmware.bin', mimeType: 'application/octet-stream', buffer: content });
  await byId(page, 'device-firmware-clear').click();
  await byId(page, 'device-install-firmware').click();
  await page.getByText('The camera has taken the firmware').waitFor();
  await checkLayout(page, 'device-firmware');
  await waitFor('the new version', async () => (await api(page, 'GET', `/cameras/${camera}`)).device.firmware === '2.0', 90);
});

test('nothing complained on the way', () => {
  assert.deepEqual(page.complaints, []);
});

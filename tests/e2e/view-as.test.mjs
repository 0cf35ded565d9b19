// Looking as somebody else, hearing as a right of its own, kinds of client, and devices that sign in by certificates.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { promisify } from 'node:util';
import { checkAccess } from './support/axe.mjs';
import { acceptInvitation, api, byId, forgive, openPage } from './support/browser.mjs';
import { openHouse } from './support/house.mjs';
import { checkLayout } from './support/layout.mjs';
import { seeMove } from './support/picture.mjs';
import { folder } from './support/product.mjs';
import { makeSteps } from './support/steps.mjs';

const run = promisify(execFile);
const ANN = { name: 'ann', password: 'eleven lamps along the quay' };
const CLERK = { name: 'clerk', password: 'a kettle for every morning' };
let house, server, admin, clerk, ann, cameras, eyes, scratch;

before(async () => {
  scratch = await folder();
  house = await openHouse(2);
  ({ server, admin, other: clerk, cameras } = house);
  ann = await openPage(house.browser);
  const role = async (name, rights) => (await api(admin, 'POST', '/roles', { name, rights })).id;
  eyes = await role('Eyes', ['see_live', 'play_back', 'export_recordings']);
  const office = await role('Staff office', ['manage_users']);
  const fitter = await role('Fitter', ['see_live', 'configure_cameras']);
  const user = async (name, assignments) => (await api(admin, 'POST', '/users', { name, assignments })).invitation.code;
  const annCode = await user(ANN.name, [{ role_id: eyes, scope: 'camera', scope_id: cameras[0].id }]);
  const clerkCode = await user(CLERK.name, [{ role_id: office, scope: 'organisation' }]);
  await user('bob', [{ role_id: fitter, scope: 'organisation' }]);
  await acceptInvitation(clerk, server, CLERK, clerkCode);
  await byId(clerk, 'nav-people').waitFor();
  await acceptInvitation(ann, server, ANN, annCode);
  await byId(ann, 'nav-live').waitFor();
  for (const page of [admin, clerk, ann]) forgive(page, 401);
});

after(async () => {
  await house?.close();
  await scratch?.remove();
});

const step = makeSteps();

async function checkScreen(page, name) {
  await checkAccess(page, name);
  await checkLayout(page, `view-as-${name}`);
}

async function lookAs(page, name) {
  await byId(page, 'nav-people').click();
  await byId(page, 'people-users').click();
  await byId(page, `open-${name}`).click();
  await byId(page, 'look-as').click();
  await byId(page, 'banner-view-as').getByText(`You look as ${name}.`).waitFor();
}

async function end(page) {
  await byId(page, 'view-as-end').click();
  await byId(page, 'banner-view-as').waitFor({ state: 'detached' });
  await byId(page, 'open-ann').waitFor();
}

step('an administrator sees what a user would see', async () => {
  await lookAs(admin, 'ann');
  await seeMove('the tile', admin.locator('article video'));
  assert.equal(await admin.locator('article').count(), 1);
  assert.equal(await byId(admin, `tile-${cameras[0].name}`).count(), 1);
  for (const id of ['nav-people', 'account-menu']) assert.equal(await byId(admin, id).count(), 0, `${id} is not hers`);
  await checkScreen(admin, 'wall');
  await byId(admin, 'nav-cameras').click();
  await byId(admin, `camera-row-${cameras[0].name}`).waitFor();
  assert.equal(await byId(admin, `camera-row-${cameras[1].name}`).count(), 0);
  for (const id of ['add-camera', `edit-${cameras[0].name}`]) assert.equal(await byId(admin, id).count(), 0, `${id} is not offered`);
  await byId(admin, `camera-row-${cameras[0].name}`).getByRole('link').click();
  await seeMove('the live picture', byId(admin, 'player').locator('video'));
  await byId(admin, 'no-sound').waitFor();
  await byId(admin, 'download').click();
  await admin.getByText('You look as ann: nothing is downloaded.').waitFor();
  await admin.keyboard.press('Escape');
  await end(admin);
  assert.equal(await byId(admin, 'nav-people').count(), 1);
  assert.deepEqual(admin.complaints, []);
});

step('nothing is changed meanwhile, also where the user might', async () => {
  await lookAs(admin, 'bob');
  await byId(admin, 'nav-cameras').click();
  await byId(admin, `edit-${cameras[1].name}`).click();
  await byId(admin, 'camera-name').fill('Renamed');
  await byId(admin, 'camera-save').click();
  await byId(admin, 'camera-form').getByText('You look as bob, and change nothing').waitFor();
  await admin.keyboard.press('Escape');
  await byId(admin, 'camera-form').waitFor({ state: 'detached' });
  await end(admin);
  assert.equal((await api(admin, 'GET', '/cameras')).cameras.find(({ id }) => id === cameras[1].id).name, cameras[1].name);
});

step('who may see no picture sees none by looking', async () => {
  await lookAs(clerk, 'ann');
  const tile = byId(clerk, `tile-${cameras[0].name}`);
  await tile.getByText('You may not see it yourself').waitFor();
  assert.equal(await clerk.locator('article').count(), 1);
  await checkScreen(clerk, 'no-picture');
  await clerk.reload();
  await byId(clerk, 'nav-people').waitFor();
  assert.equal(await byId(clerk, 'banner-view-as').count(), 0, 'what is loaded again is one’s own');
  const { entries } = await api(admin, 'GET', '/audit?action=view_as_user&limit=50');
  const looked = entries.filter(({ allowed }) => allowed);
  assert.deepEqual(new Set(looked.map(({ who }) => who.name ?? who.user_name)), new Set(['admin', 'clerk']));
});

step('who sees and may not hear is told why there is no sound', async () => {
  await byId(ann, `tile-${cameras[0].name}`).waitFor();
  await ann.goto(`${server.url}/cameras/${cameras[0].id}`);
  await seeMove('the live picture', byId(ann, 'player').locator('video'));
  await byId(ann, 'no-sound').click();
  await ann.getByText('No sound: your account may not hear this camera.').waitFor();
  assert.equal(await byId(ann, 'mute').count(), 0);
  await checkScreen(ann, 'no-sound');
  await ann.keyboard.press('Escape');
  await byId(ann, 'download').click();
  await byId(ann, 'download-silent').waitFor();
  await ann.keyboard.press('Escape');
  // With the right the sound is there, without a new page.
  const name = { name: 'Eyes' };
  await api(admin, 'PUT', `/roles/${eyes}`, { ...name, rights: ['see_live', 'play_back', 'hear'] });
  await byId(ann, 'mute').waitFor();
  await seeMove('the picture with sound', byId(ann, 'player').locator('video'));
  await byId(ann, 'player').locator('video').evaluate((video) => video.audioTracks?.length ?? 1);
  await api(admin, 'PUT', `/roles/${eyes}`, { ...name, rights: ['see_live', 'play_back'] });
  await byId(ann, 'no-sound').waitFor();
  await seeMove('the picture without sound', byId(ann, 'player').locator('video'));
  assert.deepEqual(ann.complaints, []);
});

step('a role that counts by some kinds of client, and the question about it', async () => {
  await byId(admin, 'people-roles').click();
  await byId(admin, 'add-role').click();
  await byId(admin, 'role-name').fill('Screens');
  await byId(admin, 'right-see_live').check();
  await byId(admin, 'role-kinds').press('Space');
  await byId(admin, 'role-kind-web').uncheck();
  await byId(admin, 'role-save').click();
  await byId(admin, 'role-form').getByText('Choose at least one kind').waitFor();
  await byId(admin, 'role-kind-bridge').check();
  await byId(admin, 'role-kind-mobile').check();
  await checkScreen(admin, 'role-kinds');
  await byId(admin, 'role-save').click();
  await admin.getByRole('dialog').waitFor({ state: 'detached' });
  await byId(admin, 'role-Screens').getByText('by an app on a phone and a bridge').waitFor();
  const { roles } = await api(admin, 'GET', '/roles');
  const screens = roles.find(({ name }) => name === 'Screens');
  assert.deepEqual(screens.client_kinds.sort(), ['bridge', 'mobile']);
  const bob = (await api(admin, 'GET', '/users')).users.find(({ name }) => name === 'bob');
  await api(admin, 'PATCH', `/users/${bob.id}`, { assignments: [{ role_id: screens.id, scope: 'organisation' }] });
  await byId(admin, 'people-users').click();
  await byId(admin, 'open-bob').click();
  await byId(admin, 'decision').getByText('Not by that: a role gives bob this, by other kinds of client.').waitFor();
  await byId(admin, 'decision-kind').selectOption({ label: 'Bridge to another system' });
  await byId(admin, 'decision').getByText('Yes: a role gives bob this. Without sound').waitFor();
  await checkScreen(admin, 'why');
  await admin.keyboard.press('Escape');
});

step('a device is added with its certificate, used, and revoked', async () => {
  const [key, pem] = [join(scratch.path, 'device.key'), join(scratch.path, 'device.pem')];
  await run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=lobby', '-days', '30',
    '-keyout', key, '-out', pem]);
  await byId(admin, 'people-devices').click();
  await byId(admin, 'add-device').click();
  await byId(admin, 'device-save').click();
  await byId(admin, 'device-form').getByText('Name the device.').waitFor();
  await byId(admin, 'device-name').fill('Access control in the lobby');
  await byId(admin, 'device-user').selectOption({ label: 'bob' });
  await byId(admin, 'certificate').fill('nonsense');
  await byId(admin, 'right-see_live').check();
  await byId(admin, 'device-save').click();
  await byId(admin, 'device-form').getByText('Paste the certificate (PEM)').waitFor();
  await byId(admin, 'certificate').fill(await readFile(pem, 'utf8'));
  await checkScreen(admin, 'device-form');
  await byId(admin, 'device-save').click();
  await admin.getByRole('dialog').waitFor({ state: 'detached' });
  const row = byId(admin, 'api-token').filter({ hasText: 'Access control in the lobby' });
  await row.getByText('Account bob · Bridge to another system · signs in by its certificate').waitFor();
  await row.getByText('never used').waitFor();
  await checkScreen(admin, 'devices');
  await byId(admin, 'revoke-Access control in the lobby').click();
  await byId(admin, 'ask-yes').click();
  await row.waitFor({ state: 'detached' });
  assert.deepEqual((await api(admin, 'GET', '/devices')).devices, []);
});

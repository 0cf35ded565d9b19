// Who may see what: a role, a group and a user made by the administrator, and what that user then meets.

import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { checkAccess } from './support/axe.mjs';
import { acceptInvitation, api, byId, openPage } from './support/browser.mjs';
import { openHouse } from './support/house.mjs';
import { checkLayout } from './support/layout.mjs';
import { seeMove } from './support/picture.mjs';
import { waitFor } from './support/product.mjs';
import { makeSteps } from './support/steps.mjs';

const ANN = { name: 'ann', password: 'eleven lamps along the quay' };
const BEN = { name: 'ben', password: 'a kettle for every morning' };
/** The product ends a picture within a second; the rest is for the browser on a busy machine. */
const ENDS_WITHIN_S = 5;
let house, server, browser, admin, ann, cameras, code;

before(async () => {
  house = await openHouse(3);
  ({ server, browser, admin, other: ann, cameras } = house);
});

after(() => house?.close());

const step = makeSteps();

const option = (page, id, label) => byId(page, id).selectOption({ label });
const openTab = (tab) => byId(admin, `people-${tab}`).click();
const dialogGone = () => admin.getByRole('dialog').waitFor({ state: 'detached' });
const closeDialog = async () => {
  await admin.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  await dialogGone();
};
const userNamed = async (name) => (await api(admin, 'GET', '/users')).users.find((user) => user.name === name);
/** Requests that are refused, and the socket that is closed with the session, are expected. */
const expectFailures = (page) => (page.complaints = page.complaints.filter((text) => !/status of|WebSocket connection/.test(text)));

async function checkScreen(page, name) {
  await checkAccess(page, name);
  await checkLayout(page, `people-${name}`);
}

step('a role of one’s own: copied, changed, with hours', async () => {
  await byId(admin, 'nav-people').click();
  await openTab('roles');
  await byId(admin, 'role-matrix').waitFor();
  await checkScreen(admin, 'roles');
  assert.equal(await byId(admin, 'change-role-Viewer').count(), 0, 'a role that comes with Vedette is not changed');
  await byId(admin, 'copy-role-Viewer').click();
  await byId(admin, 'role-name').fill('Viewer');
  await byId(admin, 'right-play_back').check();
  await byId(admin, 'role-timed').press('Space');
  await byId(admin, 'schedule-words').fill('mo-su 0-23');
  await byId(admin, 'role-save').click();
  await byId(admin, 'role-form').getByText('There is a role of this name already').waitFor();
  await byId(admin, 'role-name').fill('Night watch');
  await checkScreen(admin, 'role-form');
  await byId(admin, 'schedule-words').fill('whenever');
  await byId(admin, 'role-save').click();
  await byId(admin, 'role-form').getByText('Write days and hours like').waitFor();
  await byId(admin, 'schedule-words').fill('mo-su 0-23');
  await byId(admin, 'role-placed').press('Space');
  await byId(admin, 'role-save').click();
  await byId(admin, 'role-form').getByText('Name at least one network').waitFor();
  await byId(admin, 'role-networks').fill('127.0.0.1/8');
  await byId(admin, 'role-save').click();
  await byId(admin, 'role-form').getByText('127.0.0.1/8 is no network').waitFor();
  await byId(admin, 'role-networks').fill('127.0.0.0/8\n::1');
  await checkScreen(admin, 'role-networks');
  await byId(admin, 'role-save').click();
  await dialogGone();
  const { roles } = await api(admin, 'GET', '/roles');
  const made = roles.find((role) => role.name === 'Night watch');
  assert.deepEqual(made.rights.sort(), ['hear', 'play_back', 'see_live']);
  assert.equal(made.schedule, `${'f'.repeat(23)}0`.repeat(7));
  assert.deepEqual(made.networks, ['127.0.0.0/8', '::1']);
  await byId(admin, 'role-Night watch').getByText('Mo-Su 0:00-23:00').waitFor();
  await byId(admin, 'role-Night watch').getByText('from 127.0.0.0/8 and ::1').waitFor();
});

step('hours by mouse and by keys', async () => {
  await byId(admin, 'change-role-Night watch').click();
  const cell = (day, hour) => byId(admin, 'schedule').locator(`[data-cell="${day}-${hour}"]`);
  const words = byId(admin, 'schedule-words');
  await words.fill('Mo 5-6');
  await cell(1, 8).scrollIntoViewIfNeeded();
  await cell(1, 8).hover();
  await admin.mouse.down();
  await cell(3, 9).hover();
  await cell(3, 10).hover();
  await admin.mouse.up();
  assert.equal(await words.inputValue(), 'Mo 5:00-6:00; Tu-Th 8:00-11:00');
  await cell(1, 8).focus();
  await admin.keyboard.press('ArrowUp');
  await admin.keyboard.press('Space');
  await admin.keyboard.press('Shift+ArrowRight');
  assert.equal(await words.inputValue(), 'Mo 5:00-6:00, 8:00-10:00; Tu-Th 8:00-11:00');
  await words.fill('Mo-Fr 8:00-12:00, 13:00-17:30; Sa 9:15-12:00');
  await checkScreen(admin, 'schedule');
  // So that the rest of this test may run at any time.
  await byId(admin, 'role-timed').press('Space');
  await byId(admin, 'role-save').click();
  await dialogGone();
});

step('what holds for everybody: second factors and holidays', async () => {
  await openTab('rules');
  await byId(admin, 'second-factor-everybody').check();
  await byId(admin, 'rules-save').click();
  await byId(admin, 'rules-form').getByText('Set up a second factor for yourself first').waitFor();
  await byId(admin, 'second-factor-nobody').check();
  await byId(admin, 'add-holiday').click();
  await byId(admin, 'rules-save').click();
  await byId(admin, 'rules-form').getByText('Choose a day.').waitFor();
  await byId(admin, 'holiday-date').fill('2026-12-25');
  await byId(admin, 'holiday-name').fill('Christmas');
  await byId(admin, 'holiday-yearly').check();
  await byId(admin, 'session-idle').fill('4');
  await byId(admin, 'rules-save').click();
  await byId(admin, 'rules-form').getByText('Between 5 and').waitFor();
  await byId(admin, 'session-idle').fill('60');
  await byId(admin, 'lock-out-three_failures').check();
  await checkScreen(admin, 'rules');
  await byId(admin, 'rules-save').click();
  await byId(admin, 'rules-form').getByText('Saved.').waitFor();
  const rules = await api(admin, 'GET', '/access-rules');
  assert.deepEqual(rules, {
    second_factor: 'nobody',
    session_idle_minutes: 60,
    session_hours: 168,
    lock_out: 'three_failures',
    holidays: [{ date: '2026-12-25', yearly: true, name: 'Christmas' }],
    safeguards: [],
    second_person_roles: [],
    mail_codes: false,
  });
});

step('a camera group', async () => {
  await openTab('groups');
  await byId(admin, 'no-groups').waitFor();
  await byId(admin, 'add-group').click();
  await byId(admin, 'group-name').fill('Gates');
  await byId(admin, `choose-${cameras[0].name}`).check();
  await byId(admin, `choose-${cameras[1].name}`).check();
  await checkScreen(admin, 'group-form');
  await byId(admin, 'group-save').click();
  await dialogGone();
  await byId(admin, 'group-Gates').getByText(`${cameras[0].name}, ${cameras[1].name}`).waitFor();
  await checkScreen(admin, 'groups');
});

step('what is kept of the cameras in a group', async () => {
  await byId(admin, 'nav-cameras').click();
  await byId(admin, 'keep-days-The whole site').fill('30');
  await byId(admin, 'keep-days-Gates').fill('0');
  await byId(admin, 'save-keep-rules').click();
  await admin.getByText('Enter whole days from 1 to 3650').waitFor();
  await byId(admin, 'keep-days-Gates').fill('');
  await byId(admin, 'keep-gb-Gates').fill('500');
  await byId(admin, 'save-keep-rules').click();
  await admin.getByText('The rules were saved.').waitFor();
  await checkScreen(admin, 'keep-rules');
  await byId(admin, `edit-${cameras[0].name}`).click();
  assert.equal(await byId(admin, 'camera-keep-days').getAttribute('placeholder'), 'By rule: 30 days');
  assert.equal(await byId(admin, 'camera-keep-gb').getAttribute('placeholder'), 'By rule: 500 GB');
  await admin.keyboard.press('Escape');
  await byId(admin, 'camera-form').waitFor({ state: 'detached' });
  await byId(admin, 'nav-people').click();
});

step('a user over the group but for one camera, with an invitation that is shown once', async () => {
  await openTab('users');
  await byId(admin, 'user-admin').getByText('Administrator everywhere').waitFor();
  await byId(admin, 'add-user').click();
  await byId(admin, 'user-name').fill('ADMIN');
  await option(admin, 'assignment-role-0', 'Night watch');
  await byId(admin, 'user-save').click();
  await byId(admin, 'user-form').getByText('Choose where.', { exact: true }).waitFor();
  await option(admin, 'assignment-place-0', 'Gates');
  await byId(admin, 'user-save').click();
  await byId(admin, 'user-form').getByText('There is a user of this name already').waitFor();
  await byId(admin, 'user-name').fill(ANN.name);
  await byId(admin, 'assignment-add').click();
  await option(admin, 'assignment-denies-1', 'Takes away');
  await option(admin, 'assignment-role-1', 'Night watch');
  await option(admin, 'assignment-place-1', cameras[1].name);
  await checkScreen(admin, 'user-form');
  await byId(admin, 'user-save').click();
  code = (await byId(admin, 'invitation-shown').innerText()).trim();
  assert.match(code, /^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$/);
  await checkScreen(admin, 'invitation');
  await byId(admin, 'invitation-done').click();
  await dialogGone();
  await byId(admin, 'user-ann').getByText(`Night watch over Gates, except ${cameras[1].name}`).waitFor();
  await byId(admin, 'user-ann').getByText('Invited until').waitFor();
  await checkScreen(admin, 'users');
});

step('the invited user chooses a password, and sees one tile and nothing that is not hers', async () => {
  await acceptInvitation(ann, server, { ...ANN, password: 'too short' }, code);
  await byId(ann, 'invitation-form').getByText('Use at least 15 characters').waitFor();
  await checkScreen(ann, 'accept');
  await acceptInvitation(ann, server, ANN, '0000-0000-0000-0000');
  await byId(ann, 'invitation-form').getByText('There is no such invitation').waitFor();
  await acceptInvitation(ann, server, ANN, code.toLowerCase());
  await seeMove('the tile', ann.locator('article video'));
  assert.equal(await ann.locator('article').count(), 1);
  assert.equal(await byId(ann, 'nav-people').count(), 0);
  expectFailures(ann);
  await byId(ann, 'nav-cameras').click();
  await byId(ann, `camera-row-${cameras[0].name}`).waitFor();
  for (const id of ['add-camera', 'find-cameras', `edit-${cameras[0].name}`, `delete-${cameras[0].name}`, 'only-trusted-certificates'])
    assert.equal(await byId(ann, id).count(), 0, `${id} is not offered`);
  await checkScreen(ann, 'her-cameras');
  await byId(ann, `camera-row-${cameras[0].name}`).getByRole('link').click();
  await seeMove('the live picture', byId(ann, 'player').locator('video'));
  await byId(ann, 'timeline').waitFor();
  const tabs = await byId(ann, 'side-panel').getByRole('tab').allInnerTexts();
  assert.deepEqual(tabs.map((text) => text.trim()), ['Details', 'Health', 'Gaps', 'Holds']);
  for (const id of ['download', 'hold-add']) assert.equal(await byId(ann, id).count(), 0, `${id} is not offered`);
  await byId(ann, 'panel-holds').click();
  await byId(ann, 'holds').waitFor();
  assert.equal(await byId(ann, 'hold-add').count(), 0);
  await checkScreen(ann, 'her-camera');
  assert.deepEqual(ann.complaints, []);
});

step('the question what she may is answered in words', async () => {
  await byId(admin, 'user-ann').getByText('signed in').waitFor({ timeout: 30_000 });
  await byId(admin, 'open-ann').click();
  await option(admin, 'decision-camera', cameras[0].name);
  await option(admin, 'decision-action', 'see it live');
  await byId(admin, 'decision').getByText('Yes: a role gives ann this.').waitFor();
  await byId(admin, 'decision-address').fill('203.0.113.9');
  await byId(admin, 'decision').getByText('Not from there').waitFor();
  await byId(admin, 'decision-address').fill('');
  await option(admin, 'decision-camera', cameras[1].name);
  await byId(admin, 'decision').getByText('No: no role gives ann this').waitFor();
  await option(admin, 'decision-action', 'manage users');
  await byId(admin, 'decision').getByText('No: no role gives ann this').waitFor();
  await checkScreen(admin, 'user');
  await closeDialog();
});

step('the own account is not changeable, and says why', async () => {
  await byId(admin, 'user-admin').getByText('You', { exact: true }).waitFor();
  await byId(admin, 'open-admin').click();
  await byId(admin, 'own-user').getByText('Nobody changes the own account').waitFor();
  assert.equal(await byId(admin, 'access-save').count(), 0);
  assert.equal(await byId(admin, 'account-delete').count(), 0);
  await closeDialog();
});

step('a right that is taken away ends the picture', async () => {
  await byId(ann, 'nav-live').click();
  await seeMove('the tile', ann.locator('article video'));
  await byId(admin, 'open-ann').click();
  await byId(admin, 'assignment-remove-1').click();
  await byId(admin, 'assignment-remove-0').click();
  await byId(admin, 'access-save').click();
  const saved = Date.now();
  await byId(ann, 'nothing-to-see').waitFor();
  const seconds = (Date.now() - saved) / 1000;
  assert.equal(await ann.locator('article').count(), 0);
  assert.ok(seconds < ENDS_WITHIN_S, `the picture ended after ${seconds} s`);
  await checkScreen(ann, 'nothing-to-see');
  await byId(admin, 'user-card').getByText('Saved').waitFor();
});

step('a right that comes back brings the picture back, and another one ends it while it is watched alone', async () => {
  await byId(admin, 'assignment-add').click();
  await option(admin, 'assignment-role-0', 'Operator');
  await option(admin, 'assignment-place-0', cameras[0].name);
  await byId(admin, 'access-save').click();
  await seeMove('the tile', ann.locator('article video'));
  await ann.locator('article a').click();
  await seeMove('the live picture', byId(ann, 'player').locator('video'));
  // She keeps what else an operator may.
  await byId(admin, 'assignment-add').click();
  await option(admin, 'assignment-denies-1', 'Takes away');
  await option(admin, 'assignment-role-1', 'Viewer');
  await option(admin, 'assignment-place-1', 'the whole organisation');
  await byId(admin, 'access-save').click();
  await byId(ann, 'player').getByText('Your account may not see this camera live').waitFor();
  await byId(ann, 'timeline').waitFor();
  assert.equal(await byId(ann, 'live-badge').count(), 0);
  await checkAccess(ann, 'not live');
});

step('a suspended user is signed out, and let in again', async () => {
  await byId(admin, 'account-suspend').click();
  await byId(admin, 'ask-yes').click();
  await byId(ann, 'sign-in-form').waitFor();
  await byId(admin, 'account-resume').click();
  await byId(admin, 'ask-yes').click();
  await byId(admin, 'account-suspend').waitFor();
  await byId(ann, 'sign-in-username').fill(ANN.name);
  await byId(ann, 'sign-in-password').fill(ANN.password);
  await byId(ann, 'sign-in-submit').click();
  await byId(ann, 'player').waitFor();
  expectFailures(ann);
});

step('a new invitation takes the password away; a deleted user is gone', async () => {
  await waitFor('her session', async () => (await userNamed('ann')).sessions > 0);
  await byId(admin, 'account-invite').click();
  await byId(admin, 'ask-yes').click();
  await byId(admin, 'invitation-shown').waitFor();
  await byId(ann, 'sign-in-form').waitFor();
  await byId(admin, 'invitation-done').click();
  await dialogGone();
  await byId(admin, 'user-ann').getByText('Invited until').waitFor();
  await byId(admin, 'open-ann').click();
  await byId(admin, 'account-delete').click();
  await checkScreen(admin, 'delete-user');
  await byId(admin, 'ask-yes').click();
  await byId(admin, 'user-ann').waitFor({ state: 'detached' });
  assert.equal(await userNamed('ann'), undefined);
});

const press = (key) => admin.keyboard.press(key);
const isFocused = (locator) => locator.evaluate((element) => element === document.activeElement || element.contains(document.activeElement));

async function tabTo(what, locator, key = 'Tab') {
  await locator.waitFor();
  for (let stops = 0; stops < 60; ++stops) {
    await press(key);
    if (await isFocused(locator)) return;
  }
  assert.fail(`${what} can't be reached with ${key}`);
}

step('a user is added by keyboard alone', async () => {
  await dialogGone();
  await waitFor('the focus on the page', () => isFocused(admin.locator('#content')));
  await tabTo('add', byId(admin, 'add-user'));
  await press('Enter');
  await waitFor('the focus in the dialog', () => isFocused(byId(admin, 'user-name')));
  await admin.keyboard.type(BEN.name);
  await tabTo('the role', byId(admin, 'assignment-role-0'));
  await admin.keyboard.type('Viewer');
  await tabTo('the place', byId(admin, 'assignment-place-0'));
  await admin.keyboard.type('the whole');
  await tabTo('add', byId(admin, 'user-save'));
  await press('Enter');
  const invitation = (await byId(admin, 'invitation-shown').innerText()).trim();
  await tabTo('done', byId(admin, 'invitation-done'));
  await press('Enter');
  await dialogGone();
  await waitFor('the focus to come back', () => isFocused(byId(admin, 'add-user')));
  await byId(admin, 'user-ben').getByText('Viewer everywhere').waitFor();
  const ben = await openPage(browser);
  await acceptInvitation(ben, server, BEN, invitation);
  await waitFor('all tiles', async () => (await ben.locator('article').count()) === 3);
  await ben.locator('article a').first().click();
  await seeMove('the live picture', byId(ben, 'player').locator('video'));
  assert.equal(await byId(ben, 'timeline').count(), 0, 'a viewer plays no recordings');
  await checkScreen(ben, 'viewer');
  expectFailures(ben);
  assert.deepEqual(ben.complaints, []);
});

step('nothing complained on the way', () => {
  expectFailures(admin);
  expectFailures(ann);
  assert.deepEqual([...admin.complaints, ...ann.complaints], []);
});

// Actions that take a second factor or a second person: the rules, the dialog, and who approves in another browser.

import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { checkAccess } from './support/axe.mjs';
import { acceptInvitation, api, byId } from './support/browser.mjs';
import { openHouse } from './support/house.mjs';
import { checkLayout } from './support/layout.mjs';
import { PASSWORD, waitFor } from './support/product.mjs';
import { makeSteps } from './support/steps.mjs';
import { codeNow } from './support/totp.mjs';

const GRACE = { name: 'grace', password: 'nine barrels by the sluice' };
let house, server, admin, grace, cameras, codes;

before(async () => {
  house = await openHouse(2);
  ({ server, admin, other: grace, cameras } = house);
});

after(() => house?.close());

const step = makeSteps();

/** What is refused until it is cleared is told by a status that Chromium logs. */
const expectFailures = (page) => (page.complaints = page.complaints.filter((text) => !/status of 4/.test(text)));
const nothingToComplain = (page) => {
  expectFailures(page);
  assert.deepEqual(page.complaints, []);
};
const focused = (page) => page.evaluate(() => document.activeElement?.getAttribute('data-testid'));
/** Recovery codes are there at once, while the app's come every half minute. */
const freshCode = () => codes.pop();

async function checkScreen(page, name) {
  await checkAccess(page, name);
  await checkLayout(page, `approvals-${name}`);
}

step('a second person is invited, and the administrator has a second factor', async () => {
  const { roles } = await api(admin, 'GET', '/roles');
  const approver = roles.find(({ name }) => name === 'Approver');
  assert.deepEqual(approver.rights, ['approve_actions']);
  const { invitation } = await api(admin, 'POST', '/users', {
    name: GRACE.name,
    assignments: [{ role_id: approver.id, scope: 'organisation' }],
  });
  await acceptInvitation(grace, server, GRACE, invitation.code);
  await byId(grace, 'account-menu').waitFor();
  const { secret } = await api(admin, 'POST', '/account/authenticator', { password: PASSWORD });
  codes = (await api(admin, 'POST', '/account/authenticator/confirm', { code: codeNow(secret) })).recovery_codes;
  assert.ok(codes.length > 5);
});

step('the rules say what actions take', async () => {
  await byId(admin, 'nav-people').click();
  await byId(admin, 'people-rules').click();
  await byId(admin, 'safeguard-place_hold').selectOption('step_up');
  await byId(admin, 'safeguard-export_recording').selectOption('step_up');
  await byId(admin, 'safeguard-remove_camera').selectOption('both');
  await byId(admin, 'rules-form').getByText('users and roles take one, too').waitFor();
  await checkScreen(admin, 'rules');
  await byId(admin, 'rules-save').click();
  await byId(admin, 'rules-form').getByText('Saved.').waitFor();
  const { safeguards } = await api(admin, 'GET', '/access-rules');
  assert.deepEqual(safeguards, [
    { action: 'export_recording', step_up: true, second_person: false },
    { action: 'place_hold', step_up: true, second_person: false },
    { action: 'remove_camera', step_up: true, second_person: true },
  ]);
  await byId(admin, 'safeguard-remove_camera').selectOption('nothing');
  await byId(admin, 'rules-save').click();
  await byId(admin, 'step-up-form').waitFor();
  await admin.keyboard.press('Escape');
  await byId(admin, 'rules-form').getByText('Your organisation asks for a second factor').waitFor();
  assert.equal((await api(admin, 'GET', '/access-rules')).safeguards.length, 3);
});

step('a second factor is asked for where it is missing, and the action goes on', async () => {
  await admin.goto(`${server.url}/cameras/${cameras[1].id}?panel=holds`);
  await byId(admin, 'hold-add').click();
  await byId(admin, 'hold-reason').fill('Theft in the yard');
  await admin.keyboard.press('Enter');
  await byId(admin, 'step-up-form').waitFor();
  await waitFor('the focus in the dialog', async () => (await focused(admin)) === 'step-up-code');
  await checkScreen(admin, 'step-up');
  await admin.keyboard.type('not a code');
  await admin.keyboard.press('Enter');
  await byId(admin, 'step-up-form').getByText(/code/i).first().waitFor();
  await byId(admin, 'step-up-code').fill(freshCode());
  await waitFor('the hold', async () => {
    if (await byId(admin, 'step-up-submit').isEnabled().catch(() => false)) await byId(admin, 'step-up-submit').click().catch(() => undefined);
    return (await byId(admin, 'hold').count()) === 1;
  });
  await byId(admin, 'hold').getByText('Theft in the yard').waitFor();
  nothingToComplain(admin);
});

step('a download, too', async () => {
  await byId(admin, 'download').click();
  await byId(admin, 'download-link').click();
  await byId(admin, 'step-up-form').waitFor();
  const [download] = await Promise.all([
    admin.waitForEvent('download'),
    byId(admin, 'step-up-code')
      .fill(freshCode())
      .then(() => byId(admin, 'step-up-submit').click()),
  ]);
  assert.match(download.suggestedFilename(), /\.mp4$/);
  assert.equal(await download.failure(), null);
  nothingToComplain(admin);
});

/** The administrator asks to delete a camera, and waits. */
async function askToDelete(camera, why) {
  await admin.goto(`${server.url}/cameras`);
  await byId(admin, `delete-${camera.name}`).click();
  await byId(admin, 'delete-confirm').fill(camera.name);
  await admin.keyboard.press('Enter');
  await byId(admin, 'step-up-code').fill(freshCode());
  await admin.keyboard.press('Enter');
  await byId(admin, 'wish-form').waitFor();
  await waitFor('the focus in the next form', async () => (await focused(admin)) === 'wish-reason');
  await byId(admin, 'wish-reason').fill(why);
}

step('a second person sees what is asked, and approves it', async () => {
  await askToDelete(cameras[0], 'It was taken down');
  await checkScreen(admin, 'wish');
  await byId(admin, 'wish-submit').click();
  await byId(admin, 'clearance-waiting').waitFor();
  await checkScreen(admin, 'waiting');
  await byId(grace, 'banner-approvals').getByText('delete a camera').waitFor();
  await checkScreen(grace, 'banner');
  await byId(grace, 'banner-approvals').getByRole('link', { name: 'Look' }).click();
  const card = byId(grace, 'approval');
  await card.getByText('It was taken down').waitFor();
  await card.getByText('with a second factor').waitFor();
  await card.getByText(cameras[0].name).first().waitFor();
  assert.equal(await byId(grace, 'approval-code').textContent(), await byId(admin, 'clearance-code').textContent());
  await checkScreen(grace, 'list');
  await byId(grace, 'approval-approve').focus();
  await grace.keyboard.press('Enter');
  await byId(grace, 'approvals-count').getByText('Nothing waits for you').waitFor();
  await byId(admin, `camera-row-${cameras[0].name}`).waitFor({ state: 'detached' });
  await admin.getByRole('dialog').first().waitFor({ state: 'detached' });
  assert.equal((await api(admin, 'GET', '/cameras')).cameras.length, 1);
  nothingToComplain(admin);
  nothingToComplain(grace);
});

step('or refuses it, with a word', async () => {
  await askToDelete(cameras[1], 'By mistake');
  await byId(admin, 'wish-submit').click();
  await byId(grace, 'approval-reason').fill('We need this one');
  await byId(grace, 'approval-refuse').click();
  await byId(admin, 'clearance').getByText('grace did not approve it: We need this one').waitFor();
  await checkScreen(admin, 'refused');
  await byId(admin, 'clearance-close').click();
  await admin.getByText('Your organisation asks for a second factor').or(admin.getByText('approval of a second person')).first().waitFor();
  assert.equal((await api(admin, 'GET', '/cameras')).cameras.length, 1);
});

step('a token can give neither', async () => {
  const { secret } = await api(admin, 'POST', '/account/tokens', {
    name: 'Script', rights: ['remove_cameras'], days: 1, password: PASSWORD, code: freshCode(),
  });
  const answer = await admin.evaluate(
    async ([path, token]) => {
      const response = await fetch(path, { method: 'DELETE', headers: { Authorization: `Bearer ${token}` } });
      return { status: response.status, ...(await response.json()) };
    },
    [`/api/v1/cameras/${cameras[1].id}`, secret],
  );
  assert.equal(answer.status, 403);
  assert.equal(answer.type, 'urn:vedette:problem:needs_a_person');
});

step('the audit log has who asked and who approved', async () => {
  const { entries } = await api(admin, 'GET', '/audit?limit=200');
  const done = entries.find(({ operation, allowed }) => operation === 'removeCamera' && allowed);
  assert.equal(done.details.clearance.answered_by, 'grace');
  assert.equal(done.details.clearance.second_factor, true);
  const { digest } = done.details.clearance;
  const steps = new Set(entries.filter((entry) => JSON.stringify(entry).includes(digest)).map(({ operation }) => operation));
  assert.deepEqual([...steps].sort(), ['askForApproval', 'giveApproval', 'giveStepUp', 'removeCamera']);
});

// Sign-in by two people: who is let in waits, and the second person answers in another browser.

import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { checkAccess } from './support/axe.mjs';
import { acceptInvitation, api, byId, fillSignIn, openPage } from './support/browser.mjs';
import { openHouse } from './support/house.mjs';
import { checkLayout } from './support/layout.mjs';
import { makeSteps } from './support/steps.mjs';

const EVE = { name: 'eve', password: 'nine barrels by the sluice' };
let house, server, admin, eve;

before(async () => {
  house = await openHouse(1);
  ({ server, admin, other: eve } = house);
});

after(() => house?.close());

const step = makeSteps();

async function checkScreen(page, name) {
  await checkAccess(page, name);
  await checkLayout(page, `second-person-${name}`);
}

const signInAsEve = () => fillSignIn(eve, EVE);

step('a technician is invited, and may come in alone', async () => {
  const { roles } = await api(admin, 'GET', '/roles');
  const { invitation } = await api(admin, 'POST', '/users', {
    name: EVE.name,
    assignments: [{ role_id: roles.find(({ name }) => name === 'Operator').id, scope: 'organisation' }],
  });
  await acceptInvitation(eve, server, EVE, invitation.code);
  await byId(eve, 'account-menu').waitFor();
});

step('the administrator asks a second person for her sign-in', async () => {
  await byId(admin, 'nav-people').click();
  await byId(admin, `open-${EVE.name}`).click();
  await byId(admin, 'user-second-person').check();
  await admin.waitForFunction(async () => {
    const { users } = await (await fetch('/api/v1/users')).json();
    return users.some(({ name, second_person }) => name === 'eve' && second_person);
  });
  await checkScreen(admin, 'user');
  await admin.keyboard.press('Escape');
  // Who is signed in stays so.
  assert.equal((await api(eve, 'GET', '/session')).username, EVE.name);
});

step('her sign-in waits, and the administrator lets her in', async () => {
  await api(eve, 'DELETE', '/session');
  await eve.goto(server.url);
  await signInAsEve();
  await byId(eve, 'second-person').waitFor();
  await checkScreen(eve, 'waiting');
  await byId(admin, 'banner-approvals').getByText('waits for your approval: sign in').waitFor();
  await byId(admin, 'banner-approvals').getByRole('link', { name: 'Look' }).click();
  const card = byId(admin, 'approval');
  await card.getByText('asks to be let in').waitFor();
  await card.getByText('Chrome on Linux').waitFor();
  assert.equal(await byId(admin, 'approval-code').textContent(), await byId(eve, 'second-person-code').textContent());
  await checkScreen(admin, 'approvals');
  await byId(admin, 'approval-approve').click();
  await byId(eve, 'nav-live').waitFor();
  assert.equal((await api(eve, 'GET', '/session')).username, EVE.name);
  await byId(admin, 'approvals-count').getByText('Nothing waits for you').waitFor();
});

step('or does not, with a word', async () => {
  await api(eve, 'DELETE', '/session');
  await eve.goto(server.url);
  await signInAsEve();
  await byId(admin, 'approval-reason').fill('Not tonight');
  await byId(admin, 'approval-refuse').click();
  await byId(eve, 'second-person').getByText('admin did not let you in: Not tonight').waitFor();
  await checkScreen(eve, 'refused');
  await byId(eve, 'second-person-again').click();
  await byId(eve, 'sign-in-username').waitFor();
});

step('a role can ask for it, and somebody who comes in alone is left', async () => {
  await byId(admin, 'nav-people').click();
  await byId(admin, 'people-rules').click();
  await byId(admin, 'second-person-role-Administrator').check();
  await byId(admin, 'rules-save').click();
  await byId(admin, 'rules-form').getByText('Nobody could let those in').waitFor();
  await byId(admin, 'second-person-role-Administrator').uncheck();
  await byId(admin, 'second-person-role-Operator').check();
  await byId(admin, 'rules-save').click();
  await byId(admin, 'rules-form').getByText('Saved.').waitFor();
  await checkScreen(admin, 'rules');
  const { id } = (await api(admin, 'GET', '/users')).users.find(({ name }) => name === EVE.name);
  await api(admin, 'PATCH', `/users/${id}`, { second_person: false });
  const page = await openPage(house.browser);
  await page.goto(server.url);
  await fillSignIn(page, EVE);
  await byId(page, 'second-person').waitFor();
  await page.context().close();
});

step('the audit log has who was let in by whom', async () => {
  const { entries } = await api(admin, 'GET', '/audit?limit=200');
  const entered = entries.find(({ operation }) => operation === 'finishSignIn');
  assert.equal(entered.who.name, EVE.name);
  assert.equal(entered.details.clearance.answered_by, 'admin');
  const answers = entries.filter(({ operation }) => operation === 'giveApproval');
  assert.equal(answers.length, 2);
});

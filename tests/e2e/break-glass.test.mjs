// A break-glass account: its envelope is printed, opened on a bad day, seen by everybody who administers, and sealed anew.

import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { checkAccess } from './support/axe.mjs';
import { api, byId, forgive } from './support/browser.mjs';
import { openHouse } from './support/house.mjs';
import { checkLayout } from './support/layout.mjs';
import { makeSteps } from './support/steps.mjs';

let house, server, admin, other, code;

before(async () => {
  house = await openHouse(1);
  ({ server, admin, other } = house);
});

after(() => house?.close());

const step = makeSteps();

async function checkScreen(page, name) {
  await checkAccess(page, name);
  await checkLayout(page, `break-glass-${name}`);
}

step('an administrator adds it, and prints the page for the envelope', async () => {
  await byId(admin, 'nav-people').click();
  await byId(admin, 'add-break-glass').click();
  await byId(admin, 'break-glass-form').waitFor();
  await checkScreen(admin, 'form');
  await byId(admin, 'break-glass-save').click();
  code = await byId(admin, 'envelope-code').textContent();
  assert.match(code, /^([0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}$/);
  await checkScreen(admin, 'envelope');
  // On paper there is the page for the envelope and nothing else.
  await admin.emulateMedia({ media: 'print' });
  assert.equal(await byId(admin, 'nav-live').isVisible(), false);
  assert.equal(await byId(admin, 'envelope-print').isVisible(), false);
  assert.equal(await byId(admin, 'envelope-paper').isVisible(), true);
  assert.equal(await byId(admin, 'envelope-paper').textContent(), code);
  const SCREENSHOTS = process.env.VEDETTE_SCREENSHOTS;
  if (SCREENSHOTS) await admin.screenshot({ path: `${SCREENSHOTS}/break-glass-paper.png` });
  // A page that is empty needs no fonts.
  const paper = await admin.pdf({ format: 'A4' });
  assert.ok(paper.length > 5_000, `${paper.length} bytes`);
  await admin.emulateMedia({ media: null });
  await byId(admin, 'envelope-done').click();
  await byId(admin, 'user-emergency').getByText('In its envelope').waitFor();
  await byId(admin, 'user-emergency').getByText('Security administrator').waitFor();
});

step('its code alone opens it, once', async () => {
  await other.goto(server.url);
  await byId(other, 'have-envelope').click();
  await byId(other, 'envelope-code-typed').fill('7H3K-Q2ZN-7H3K-Q2ZN-7H3K-Q2ZN');
  await byId(other, 'envelope-submit').click();
  await byId(other, 'envelope-form').getByText('not the code of a sealed envelope').waitFor();
  await checkScreen(other, 'door');
  forgive(other, 403);
  await byId(other, 'envelope-code-typed').fill(code.toLowerCase().replaceAll('-', ' '));
  await other.keyboard.press('Enter');
  await byId(other, 'account-menu').waitFor();
  const session = await api(other, 'GET', '/session');
  assert.equal(session.username, 'emergency');
  assert.deepEqual(session.roles, ['Security administrator']);
});

step('every administrator sees it, on every page', async () => {
  await byId(admin, 'nav-live').click();
  await byId(admin, 'banner-break-glass').getByText('The break-glass account “emergency” was opened').waitFor();
  await checkScreen(admin, 'banner');
  await byId(admin, 'banner-break-glass').getByRole('link', { name: 'Look' }).click();
  await byId(admin, 'user-emergency').getByText('Envelope opened').waitFor();
  await checkScreen(admin, 'list');
  const { entries } = await api(admin, 'GET', '/audit?limit=50');
  const opened = entries.filter(({ operation }) => operation === 'breakGlass');
  assert.deepEqual(opened.map(({ allowed }) => allowed), [true, false]);
  assert.equal(opened[0].who.name, 'emergency');
  assert.equal(JSON.stringify(entries).includes(code), false);
  assert.match(server.output(), / warning the break-glass account emergency was opened from 127\.0\.0\.1/);
});

step('a new envelope ends it', async () => {
  await byId(admin, 'open-emergency').click();
  await byId(admin, 'envelope-state').getByText('was opened on').waitFor();
  await checkScreen(admin, 'card');
  await byId(admin, 'envelope-seal').click();
  await admin.getByRole('button', { name: 'Seal a new envelope' }).click();
  await byId(admin, 'envelope-code').waitFor();
  assert.notEqual(await byId(admin, 'envelope-code').textContent(), code);
  await byId(admin, 'envelope-done').click();
  await byId(admin, 'banner-break-glass').waitFor({ state: 'detached' });
  await other.goto(server.url);
  await byId(other, 'sign-in-username').waitFor();
});

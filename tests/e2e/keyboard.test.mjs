// The whole client without a mouse, and every screen as axe-core sees it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { checkAccess } from './support/axe.mjs';
import { byId, forgive, openPage, startBrowser } from './support/browser.mjs';
import { seeMove } from './support/picture.mjs';
import { PASSWORD, USER, folder, freePort, startServer, waitFor } from './support/product.mjs';

let scratch, server, browser, page, cameraPort;

before(async () => {
  scratch = await folder();
  cameraPort = await freePort();
  server = await startServer('demo', `${scratch.path}/data`, { more: ['--camera-port', cameraPort, '--cameras', 2] });
  browser = await startBrowser(`${scratch.path}/home`, server.authority);
  page = await openPage(browser);
});

after(async () => {
  await browser?.close();
  await server?.stop();
  await scratch?.remove();
});

const press = (key) => page.keyboard.press(key);
const video = () => byId(page, 'player').locator('video');
const isFocused = (locator) => locator.evaluate((element) => element === document.activeElement || element.contains(document.activeElement));

/** Whether one sees that the focused element has the focus: an outline around it, or around the field that it lies in. */
const focusIsVisible = () =>
  page.evaluate(() => {
    const outlined = (element) => {
      const style = getComputedStyle(element);
      return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1;
    };
    const { activeElement } = document;
    return outlined(activeElement) || outlined(activeElement.parentElement);
  });

/** Goes on with Tab until `locator` has the focus, which must be visible at every stop. */
async function tabTo(what, locator, key = 'Tab') {
  await locator.waitFor();
  for (let stops = 0; stops < 80; ++stops) {
    await press(key);
    if (await isFocused(locator)) {
      await waitFor(`the focus on ${what} to be seen`, focusIsVisible, 10);
      return;
    }
  }
  assert.fail(`${what} can't be reached with ${key}`);
}

test('claim', async () => {
  await page.goto(server.url);
  await byId(page, 'claim-form').waitFor();
  await checkAccess(page, 'claim');
  await tabTo('the claim code', byId(page, 'claim-code'));
  await page.keyboard.type(await server.claimCode());
  await tabTo('the user name', byId(page, 'claim-username'));
  await page.keyboard.type(USER);
  await tabTo('the password', byId(page, 'claim-password'));
  await page.keyboard.type(PASSWORD);
  await press('Enter');
  await byId(page, 'live-wall').waitFor();
  forgive(page, 401);
});

test('sign out by the menu, and in', async () => {
  await tabTo('the account menu', byId(page, 'account-menu'));
  await press('Enter');
  await byId(page, 'sign-out').waitFor();
  await checkAccess(page, 'account menu');
  await press('Escape');
  await waitFor('the focus to come back', () => isFocused(byId(page, 'account-menu')));
  await press('Enter');
  await byId(page, 'sign-out').waitFor();
  for (let i = 0; i < 5 && !(await isFocused(byId(page, 'sign-out'))); ++i) await press('ArrowDown');
  await press('Enter');
  await byId(page, 'sign-in-form').waitFor();
  await checkAccess(page, 'sign-in');
  await tabTo('the user name', byId(page, 'sign-in-username'));
  await page.keyboard.type(USER);
  await tabTo('the password', byId(page, 'sign-in-password'));
  await page.keyboard.type(PASSWORD);
  await press('Enter');
  await byId(page, 'live-wall').waitFor();
  forgive(page, 401);
});

test('enlarge a tile and open its camera', async () => {
  const tile = page.locator('article[data-testid^="tile-"]').first();
  await seeMove('the first tile', tile.locator('video'));
  await checkAccess(page, 'live');
  await tabTo('enlarge', tile.locator('button'));
  await press('Enter');
  await page.locator('article[data-enlarged]').waitFor();
  await press('Escape');
  await page.locator('article[data-enlarged]').waitFor({ state: 'detached' });
  await tabTo('open', tile.locator('a'), 'Shift+Tab');
  await press('Enter');
  await byId(page, 'player').waitFor();
  await seeMove('the live picture', video());
});

test('step back, play, and return to live', async () => {
  const slider = byId(page, 'timeline').getByRole('slider');
  await tabTo('the timeline', slider);
  const now = Number(await slider.getAttribute('aria-valuenow'));
  assert.match(await slider.getAttribute('aria-valuetext'), /\d{4}.*\d:\d\d/);
  await waitFor('twelve seconds of recording', async () => now - Number(await slider.getAttribute('aria-valuemin')) > 0 &&
    Number(await slider.getAttribute('aria-valuenow')) - Number(await slider.getAttribute('aria-valuemin')) > 12, 60);
  await press('ArrowLeft');
  await waitFor('playback', async () => (await byId(page, 'player').getAttribute('data-mode')) === 'playback');
  await seeMove('the recording', video());
  await checkAccess(page, 'playback');
  await press('Home');
  await waitFor('the beginning', async () => Number(await slider.getAttribute('aria-valuenow')) - Number(await slider.getAttribute('aria-valuemin')) < 8);
  await tabTo('back to live', byId(page, 'back-to-live'), 'Shift+Tab');
  await press('Enter');
  await byId(page, 'live-badge').waitFor();
  assert.notEqual(await page.evaluate(() => document.activeElement.tagName), 'BODY', 'the focus is not lost with the button');
  await tabTo('download', byId(page, 'download'));
  await press('Enter');
  await byId(page, 'download-link').waitFor();
  await checkAccess(page, 'download');
  await press('Escape');
  await waitFor('the focus to come back', () => isFocused(byId(page, 'download')));
});

test('add, edit and delete a camera', async () => {
  await tabTo('the cameras', byId(page, 'nav-cameras'), 'Shift+Tab');
  await press('Enter');
  await tabTo('add', byId(page, 'add-camera'));
  await checkAccess(page, 'cameras');
  await press('Enter');
  await waitFor('the focus in the dialog', () => isFocused(byId(page, 'camera-name')));
  await press('Escape');
  await waitFor('the focus to come back', () => isFocused(byId(page, 'add-camera')));
  await press('Enter');
  await waitFor('the focus in the dialog', () => isFocused(byId(page, 'camera-name')));
  await page.keyboard.type('Third door');
  await tabTo('the address', byId(page, 'camera-main-url'));
  await page.keyboard.type(`rtsp://127.0.0.1:${cameraPort}/cam1`);
  await tabTo('test', byId(page, 'camera-test'));
  await press('Enter');
  await byId(page, 'test-report').getByText(/H\.?264/).waitFor();
  await checkAccess(page, 'add camera');
  await tabTo('save', byId(page, 'camera-save'));
  await press('Enter');
  await byId(page, 'camera-row-Third door').waitFor();
  await waitFor('the dialog to be gone and the focus back', () => isFocused(byId(page, 'add-camera')));

  await tabTo('edit', byId(page, 'edit-Third door'));
  await press('Enter');
  await waitFor('the focus in the dialog', () => isFocused(byId(page, 'camera-name')));
  await press('Escape');
  await waitFor('the focus to come back', () => isFocused(byId(page, 'edit-Third door')));
  await tabTo('delete', byId(page, 'delete-Third door'));
  await press('Enter');
  await waitFor('the focus in the dialog', () => isFocused(byId(page, 'delete-confirm')));
  await checkAccess(page, 'delete camera');
  await page.keyboard.type('Third door');
  await tabTo('delete', byId(page, 'delete-submit'));
  await press('Enter');
  await byId(page, 'camera-row-Third door').waitFor({ state: 'detached' });
});

test('nothing complained on the way', () => {
  assert.deepEqual(page.complaints, []);
});

// The whole client without a mouse, and every screen as axe-core sees it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { checkAccess } from './support/axe.mjs';
import { byId, forgive, openPage, startBrowser } from './support/browser.mjs';
import { seeMove } from './support/picture.mjs';
import { PASSWORD, USER, delay, folder, freePort, startServer, waitFor } from './support/product.mjs';

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
      await waitFor(`the focus on ${what} to be seen`, focusIsVisible);
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
  await byId(page, 'offer-later').waitFor();
  await checkAccess(page, 'offer');
  await tabTo('Later', byId(page, 'offer-later'));
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

test('help on keys, by its key', async () => {
  await press('Shift+?');
  await byId(page, 'shortcuts-list').waitFor();
  await checkAccess(page, 'shortcuts');
  await press('Escape');
  await byId(page, 'shortcuts-list').waitFor({ state: 'detached' });
});

test('enlarge a tile and open its camera', async () => {
  const tile = page.locator('article[data-testid^="tile-"]').first();
  await seeMove('the first tile', tile.locator('video'));
  await checkAccess(page, 'live');
  await tabTo('enlarge', tile.locator('[data-testid^="enlarge-"]'));
  await press('Enter');
  await page.locator('article[data-enlarged]').waitFor();
  await press('Escape');
  await page.locator('article[data-enlarged]').waitFor({ state: 'detached' });
  await tabTo('open', tile.locator('a'), 'Shift+Tab');
  await press('Enter');
  await byId(page, 'player').waitFor();
  assert.ok(await isFocused(page.locator('#content')), 'the focus goes on to the new page');
  assert.match(await page.title(), /Vedette$/);
  await seeMove('the live picture', video());
  await checkAccess(page, 'camera');
});

test('the tabs beside the picture', async () => {
  await tabTo('the tabs', byId(page, 'panel-details'));
  const tabs = byId(page, 'side-panel').getByRole('tab');
  const count = await tabs.count();
  assert.ok(count >= 2);
  for (let n = 1; n <= count; ++n) {
    await press('ArrowRight');
    const tab = tabs.nth(n % count); // after the last comes the first
    await waitFor('the next tab', async () => (await tab.getAttribute('aria-selected')) === 'true' && isFocused(tab));
    await checkAccess(page, `the tab ${await tab.innerText()}`);
  }
});

/** A full stop shows the next frame of the 25 in a second, and a comma the one before. */
async function stepFrames() {
  const shown = () => video().evaluate((element) => element.currentTime);
  // It may still settle after the pause.
  const before = await waitFor('the picture to stand still', async () => {
    const one = await shown();
    await delay(500);
    return (await shown()) === one && one;
  });
  await press('.');
  const after = await waitFor('the next frame', async () => (await shown()) !== before && shown());
  assert.ok(Math.abs(after - before - 0.04) < 0.005, `one frame is ${after - before} s`);
  await press(',');
  await waitFor('the frame before', async () => Math.abs((await shown()) - before) < 0.005);
  assert.ok(await video().evaluate((element) => element.paused));
}

/** The form for a moment refuses one to come, and goes to one that was. */
async function goToByKeys() {
  await press('g');
  const field = byId(page, 'go-to-moment');
  await waitFor('the focus in the form', () => isFocused(field));
  await checkAccess(page, 'go to');
  const shown = await field.inputValue();
  await field.fill(`2099${shown.slice(4)}`);
  await page.getByText('This is still to come').waitFor();
  assert.ok(await byId(page, 'go-to').isDisabled());
  await field.fill(shown);
  await press('Enter');
  await field.waitFor({ state: 'detached' });
  await waitFor('the focus to come back', () => isFocused(byId(page, 'timeline').getByRole('slider')));
  await seeMove('the recording', video());
}

test('step back, play, and return to live', async () => {
  const slider = byId(page, 'timeline').getByRole('slider');
  await tabTo('the timeline', slider);
  assert.match(await slider.getAttribute('aria-valuetext'), /\d{4}.*\d:\d\d/);
  const recorded = async () => Number(await slider.getAttribute('aria-valuemax')) - Number(await slider.getAttribute('aria-valuemin'));
  await waitFor('twenty seconds of recording', async () => (await recorded()) > 20, 60);
  await press('ArrowLeft');
  await waitFor('playback', async () => (await byId(page, 'player').getAttribute('data-mode')) === 'playback');
  await seeMove('the recording', video());
  await checkAccess(page, 'playback');
  await press('Home');
  await waitFor('the beginning', async () => Number(await slider.getAttribute('aria-valuenow')) - Number(await slider.getAttribute('aria-valuemin')) < 8);
  await press('Space');
  await waitFor('the pause', () => video().evaluate((element) => element.paused));
  await stepFrames();
  await press('Space');
  await goToByKeys();
  await tabTo('back to live', byId(page, 'back-to-live'));
  await press('Enter');
  await byId(page, 'live-badge').waitFor();
  assert.ok(await isFocused(byId(page, 'live-badge')), 'the focus is not lost with the button');
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
  await byId(page, 'test-report').getByText(/H\.?264/).first().waitFor();
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
  await waitFor('the focus on the page', () => isFocused(page.locator('#content')));
});

test('find cameras', async () => {
  await tabTo('find', byId(page, 'find-cameras'));
  await press('Enter');
  await byId(page, 'search-form').waitFor();
  assert.ok(await isFocused(page.locator('#content')), 'the focus goes on to the new page');
  await checkAccess(page, 'find cameras');
  await tabTo('the address range', byId(page, 'search-ranges'));
  await page.keyboard.type('nothing like an address');
  await press('Enter');
  await byId(page, 'notice').waitFor();
  await checkAccess(page, 'find cameras, refused');
  forgive(page, 400);
});

test('whoever dictates turns off the keys of one character', async () => {
  await tabTo('the cameras', byId(page, 'nav-live'), 'Shift+Tab');
  await press('Enter');
  await tabTo('help on keys', byId(page, 'shortcuts'), 'Shift+Tab');
  await press('Enter');
  await tabTo('the switch', byId(page, 'letter-keys'));
  await press('Space');
  await press('Escape');
  await waitFor('the focus to come back', () => isFocused(byId(page, 'shortcuts')));
  await press('Shift+?');
  await delay(500);
  assert.equal(await byId(page, 'shortcuts-list').count(), 0);
});

test('nothing complained on the way', () => {
  assert.deepEqual(page.complaints, []);
});

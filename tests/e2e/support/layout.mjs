// Every screen fits every width, in both colour schemes.

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { delay } from './product.mjs';

// The first is 1280 x 1024 at a zoom of 400 % (WCAG 1.4.10, reflow), the second 1280 x 800 at 200 %.
const ZOOMED = [{ width: 320, height: 256 }, { width: 640, height: 400 }];
const VIEWPORTS = [{ width: 360, height: 740 }, { width: 390, height: 844 }, { width: 1280, height: 800 }];
/** Set to a folder to keep a picture of every screen. */
const SCREENSHOTS = process.env.VEDETTE_SCREENSHOTS;

/** What sticks out of the page to the right, in words; scrolling containers and what is meant for screen readers are left out. */
const outside = (page) =>
  page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const scrolled = (element) => {
      for (let above = element.parentElement; above && above !== document.body; above = above.parentElement) {
        if (getComputedStyle(above).overflowX !== 'visible') return true;
      }
      return false;
    };
    const found = [...document.body.querySelectorAll('*')]
      .filter((element) => {
        const box = element.getBoundingClientRect();
        return box.width > 1 && box.height > 1 && box.right > width + 1 && !scrolled(element);
      })
      .map((element) => `${element.tagName.toLowerCase()} "${(element.textContent ?? '').slice(0, 40)}"`);
    if (document.documentElement.scrollWidth > width) found.push('the page scrolls sideways');
    return found;
  });

export async function checkLayout(page, screen) {
  const before = page.viewportSize();
  for (const viewport of [...ZOOMED, ...VIEWPORTS]) {
    for (const colorScheme of ['dark', 'light']) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme });
      // A message may be on its way out, and sizes are obeyed a moment after they are observed.
      let found = await outside(page);
      for (const deadline = Date.now() + 10_000; found.length > 0 && Date.now() < deadline; await delay(200)) {
        found = await outside(page);
      }
      assert.deepEqual(found, [], `${screen} at ${viewport.width} px, ${colorScheme}`);
      if (SCREENSHOTS && VIEWPORTS.includes(viewport)) {
        await mkdir(SCREENSHOTS, { recursive: true });
        await page.waitForTimeout(1500); // for the eye: animations are over, live pictures are back
        await page.screenshot({ path: join(SCREENSHOTS, `${screen}-${viewport.width}-${colorScheme}.png`) });
      }
    }
  }
  await page.setViewportSize(before);
  await page.emulateMedia({ colorScheme: null });
}

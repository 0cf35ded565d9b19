// Every screen is checked for accessibility with axe-core, in both colour schemes.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';

const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SEVERE = ['serious', 'critical'];

/** No serious or critical violation on what is shown. */
export async function checkAccess(page, screen) {
  const found = [];
  for (const colorScheme of ['dark', 'light']) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.locator(`html[data-mantine-color-scheme="${colorScheme}"]`).waitFor();
    // Chromium's debugger evaluates it, so that the content security policy stays as it is.
    await page.evaluate(source);
    const violations = await page.evaluate(async () => {
      // Dialogs and messages fade in: what is half transparent has no contrast yet.
      await Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => undefined)));
      const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
      return violations;
    });
    for (const { id, impact, help, nodes } of violations) {
      if (!SEVERE.includes(impact)) continue;
      found.push(`${colorScheme}: ${id} (${impact}): ${help}: ${nodes.map((node) => `${node.html.slice(0, 160)} ${node.any[0]?.message ?? ''}`).join(' | ')}`);
    }
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  assert.deepEqual(found, [], `${screen} is not accessible`);
}

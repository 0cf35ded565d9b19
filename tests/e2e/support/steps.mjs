// Tests that tell a story: each step begins where the one before it ended.

import { test } from 'node:test';

/** As test(), but that the steps after a failed one are skipped: they would tell nothing. */
export function makeSteps() {
  let failed = false;
  return (name, body) =>
    test(name, async (t) => {
      if (failed) return t.skip('an earlier step failed');
      failed = true;
      await body(t);
      failed = false;
    });
}

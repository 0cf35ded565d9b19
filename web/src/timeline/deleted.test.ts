import { expect, test } from 'vitest';
import { describeDeleted } from './deleted';

test('a deletion is told with its rule', () => {
  expect(describeDeleted({ rule: 'keep_days', value: 30 })).toBe('Deleted by the rule of 30 days');
  expect(describeDeleted({ rule: 'keep_days', value: 1 })).toBe('Deleted by the rule of 1 day');
  expect(describeDeleted({ rule: 'keep_bytes', value: 5e9 })).toBe('Deleted by the rule of at most 5.0 GB');
  expect(describeDeleted({ rule: 'keep_free_percent', value: 5 })).toBe(
    'Deleted to keep 5 % of the disk free',
  );
});

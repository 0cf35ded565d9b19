import type { DeletedRange } from '../api/client';
import { formatBytes } from '../ui/format';

/** By which rule recordings were deleted, in words. */
export function describeDeleted({ rule, value }: Pick<DeletedRange, 'rule' | 'value'>): string {
  switch (rule) {
    case 'keep_days':
      return `Deleted by the rule of ${value} ${value === 1 ? 'day' : 'days'}`;
    case 'keep_bytes':
      return `Deleted by the rule of at most ${formatBytes(value)}`;
    case 'keep_free_percent':
      return `Deleted to keep ${value} % of the disk free`;
  }
}

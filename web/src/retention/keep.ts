import type { KeepRule } from '../api/client';
import { formatBytes, formatSeconds } from '../ui/format';

/** What a form holds of a rule. Empty: nothing is deleted for that reason. */
export interface KeepValues {
  keep_days: number | '';
  /** In gigabytes; the field is named as the server's, which may complain about it. */
  keep_bytes: number | '';
}

const MAX_KEEP_DAYS = 3650;
const MAX_KEEP_GB = 9_000_000;
const BYTES_PER_GB = 1_000_000_000;
const SECONDS_PER_DAY = 86_400;

export const keepValues = (rule: KeepRule): KeepValues => ({
  keep_days: rule.keep_days ?? '',
  keep_bytes: rule.keep_bytes === null ? '' : rule.keep_bytes / BYTES_PER_GB,
});

export const keepRequest = ({ keep_days, keep_bytes }: KeepValues): KeepRule => ({
  keep_days: keep_days === '' ? null : keep_days,
  keep_bytes: keep_bytes === '' ? null : Math.round(keep_bytes * BYTES_PER_GB),
});

export const daysProblem = (value: number | ''): string | null =>
  value === '' || (Number.isInteger(value) && value >= 1 && value <= MAX_KEEP_DAYS)
    ? null
    : `Enter whole days from 1 to ${MAX_KEEP_DAYS}, or nothing.`;

export const sizeProblem = (value: number | ''): string | null =>
  value === '' || (value * BYTES_PER_GB >= 1 && value <= MAX_KEEP_GB)
    ? null
    : 'Enter a size above 0, or nothing.';

/** What a number field gives, which is text while somebody types. */
export const numberOrEmpty = (value: string | number): number | '' =>
  value === '' || Number.isNaN(Number(value)) ? '' : Number(value);

/** Shown in an empty field: what holds then. */
export const daysIfEmpty = ({ keep_days }: KeepRule): string =>
  keep_days === null ? 'Until the disk is full' : `By rule: ${formatSeconds(keep_days * SECONDS_PER_DAY)}`;

export const sizeIfEmpty = ({ keep_bytes }: KeepRule): string =>
  keep_bytes === null ? 'Until the disk is full' : `By rule: ${formatBytes(keep_bytes)}`;

import { describe, expect, it } from 'vitest';
import {
  daysIfEmpty,
  daysProblem,
  keepRequest,
  keepValues,
  numberOrEmpty,
  sizeIfEmpty,
  sizeProblem,
} from './keep';

describe('what is kept', () => {
  it('goes to the server as bytes and comes back as gigabytes', () => {
    const rule = { keep_days: 30, keep_bytes: 2_500_000_000 };
    expect(keepValues(rule)).toEqual({ keep_days: 30, keep_bytes: 2.5 });
    expect(keepRequest(keepValues(rule))).toEqual(rule);
    expect(keepRequest({ keep_days: '', keep_bytes: '' })).toEqual({ keep_days: null, keep_bytes: null });
  });

  it('is refused where it makes no sense', () => {
    for (const good of ['', 1, 3650] as const) expect(daysProblem(good)).toBeNull();
    for (const bad of [0, 1.5, -1, 3651]) expect(daysProblem(bad)).toMatch(/whole days/);
    for (const good of ['', 0.001, 9_000_000] as const) expect(sizeProblem(good)).toBeNull();
    for (const bad of [0, -1, 9_000_001]) expect(sizeProblem(bad)).toMatch(/above 0/);
    expect(numberOrEmpty('')).toBe('');
    expect(numberOrEmpty('-')).toBe('');
    expect(numberOrEmpty('7')).toBe(7);
  });

  it('says what holds where nothing is entered', () => {
    expect(daysIfEmpty({ keep_days: 30, keep_bytes: null })).toBe('By rule: 30 days');
    expect(sizeIfEmpty({ keep_days: null, keep_bytes: 5e11 })).toBe('By rule: 500 GB');
    expect(daysIfEmpty({ keep_days: null, keep_bytes: 1 })).toBe('Until the disk is full');
    expect(sizeIfEmpty({ keep_days: 1, keep_bytes: null })).toBe('Until the disk is full');
  });
});

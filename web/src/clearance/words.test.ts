import { describe, expect, it } from 'vitest';
import { codeOf, factsOf, untilWords } from './words';

describe('what a second person reads', () => {
  it('is what was asked, and what it was before', () => {
    expect(
      factsOf({
        details: {
          hold_id: 7,
          asked: { name: 'Yard', keep_days: null, active: true },
          before: { name: 'Gate', keep_days: 30 },
        },
      }),
    ).toEqual([
      { label: 'Hold', value: '7' },
      { label: 'Name', value: 'Gate → Yard' },
      { label: 'Keep for days', value: '30 → nothing' },
      { label: 'Switched on', value: 'yes' },
    ]);
  });

  it('names what a user is given', () => {
    expect(
      factsOf({
        details: {
          asked: {
            assignments: [
              { role: 'Operator', over: 'Gates', denies: false },
              { role: 'Viewer', denies: true },
            ],
          },
        },
      }),
    ).toEqual([{ label: 'Assignments', value: 'Operator over Gates; not Viewer' }]);
  });

  it('has moments as people read them', () => {
    const [from] = factsOf({ details: { start_90k: 160_000_000_000_000 } });
    expect(from?.label).toBe('From');
    expect(from?.value).toMatch(/2026/);
  });

  it('can be compared by a short code', () => {
    expect(codeOf('3f9a12bc' + '0'.repeat(56))).toBe('3F9A 12BC');
  });

  it('ends', () => {
    expect(untilWords(90_000 * 120, 0)).toBe('ends in 2 minutes');
    expect(untilWords(0, 1)).toBe('has ended');
  });
});

import { describe, expect, it } from 'vitest';
import { may } from './rights';

describe('may', () => {
  it('is true for one of several rights', () => {
    expect(may({ rights: ['see_live'] }, 'play_back', 'see_live')).toBe(true);
  });

  it.each([[undefined], [null], [{ rights: [] }]])('is false for %j', (holder) => {
    expect(may(holder, 'see_live')).toBe(false);
  });
});

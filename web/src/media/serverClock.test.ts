import { describe, expect, it } from 'vitest';
import { correctionMs, narrowed, offsetOf } from './serverClock';

const DATE = 'Wed, 25 Nov 2026 20:57:27 GMT';
const AT = Date.parse(DATE);

describe('the server’s clock', () => {
  it('is taken as the same when it may be', () => {
    const seen = offsetOf(DATE, AT + 400, AT + 450);
    expect(seen).toEqual({ leastMs: -450, mostMs: 599 });
    expect(seen && correctionMs(seen)).toBe(0);
  });

  it('corrects a device that is behind, and one that is ahead', () => {
    const behind = offsetOf(DATE, AT - 300_000, AT - 299_900);
    expect(behind && correctionMs(behind)).toBe(299_900);
    const ahead = offsetOf(DATE, AT + 300_000, AT + 300_100);
    expect(ahead && correctionMs(ahead)).toBe(-299_001);
  });

  it('is known better with every answer', () => {
    const offset = narrowed({ leastMs: 299_900, mostMs: 300_999 }, { leastMs: 299_100, mostMs: 300_200 });
    expect(offset).toEqual({ leastMs: 299_900, mostMs: 300_200 });
  });

  it('may be set', () => {
    expect(narrowed({ leastMs: -50, mostMs: 900 }, { leastMs: 7000, mostMs: 8000 })).toEqual({
      leastMs: 7000,
      mostMs: 8000,
    });
  });

  it.each([null, '', 'yesterday'])('is not read from %j', (date) => {
    expect(offsetOf(date, AT, AT)).toBeUndefined();
  });
});

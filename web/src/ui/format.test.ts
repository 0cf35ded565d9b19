import { describe, expect, it } from 'vitest';
import { sentence, withLocalTimes } from './format';

describe('withLocalTimes', () => {
  it('tells the times of the server by the reader’s clock, and leaves the rest', () => {
    const told = 'filled 2026-11-28T02:41:17.253Z to 2026-11-28T02:41:32Z from the camera’s storage';
    const [from, to] = ['2026-11-28T02:41:17.253Z', '2026-11-28T02:41:32Z'].map((time) =>
      new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(time)),
    );
    expect(sentence(withLocalTimes(told))).toBe(`Filled ${from} to ${to} from the camera’s storage.`);
    expect(withLocalTimes('2026-11-28 was a day')).toBe('2026-11-28 was a day');
  });
});

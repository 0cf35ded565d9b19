import { describe, expect, it } from 'vitest';
import { describeOffset, piecesOf, splitServers } from './device';

describe('a camera’s clock in words', () => {
  it.each([
    [0.4, 'The camera’s clock is right.'],
    [-1.9, 'The camera’s clock is right.'],
    [5, 'The camera’s clock is 5 seconds ahead.'],
    [-150, 'The camera’s clock is 2 minutes behind.'],
    [7_300, 'The camera’s clock is 2 hours ahead.'],
    [-200 * 86_400, 'The camera’s clock is 200 days behind.'],
  ])('%d s', (seconds, words) => expect(describeOffset(seconds)).toBe(words));
});

describe('what is typed and sent', () => {
  it('separates servers', () =>
    expect(splitServers(' a.example, 192.0.2.1\n b ')).toEqual(['a.example', '192.0.2.1', 'b']));
  it('cuts a file without gaps', () => {
    expect(piecesOf(0)).toEqual([]);
    expect(piecesOf(3, 2)).toEqual([
      { start: 0, end: 2 },
      { start: 2, end: 3 },
    ]);
  });
});

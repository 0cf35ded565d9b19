import { describe, expect, it } from 'vitest';
import { backoffMs } from './backoff';
import {
  bufferedAhead,
  entryFor,
  isShort,
  nextSpan,
  roomBehind,
  spanAt,
  totalAhead,
  trimBehind,
  wayOut,
} from './buffer';
import { keepAtEdge, targetLatency } from './liveEdge';
import { originFor, positionOf, ticksAt } from './ticks';

describe('ticks', () => {
  const start = 161_234_567_890_123;

  it('puts the origin on a whole second at most one before the start', () => {
    const origin = originFor(start);
    expect(origin % 90_000).toBe(0);
    expect(positionOf(start, origin)).toBeGreaterThanOrEqual(0);
    expect(positionOf(start, origin)).toBeLessThan(1);
  });

  it('comes back to the same tick', () => {
    const origin = originFor(start);
    for (const ticks of [start, start + 1, start + 90_000 * 86_400]) {
      expect(ticksAt(positionOf(ticks, origin), origin)).toBe(ticks);
    }
  });
});

describe('back-off', () => {
  it('doubles up to a limit and spreads over half', () => {
    expect(backoffMs(0, 0)).toBe(250);
    expect(backoffMs(0, 0.999)).toBeLessThanOrEqual(500);
    expect(backoffMs(3, 0)).toBe(2000);
    expect(backoffMs(1000, 0.999)).toBeLessThanOrEqual(15_000);
  });
});

describe('live edge', () => {
  const input = { bufferedStart: 10, bufferedEnd: 30, fragmentSeconds: 0.04 };

  it.each([
    ['before the buffer', 0, { kind: 'jump', to: 30 - targetLatency(0.04) }],
    ['far behind', 20, { kind: 'jump', to: 30 - targetLatency(0.04) }],
    ['a little behind', 29, { kind: 'rate', rate: 1.08 }],
    ['at the edge', 29.8, { kind: 'rate', rate: 1 }],
  ])('%s', (_, position, action) => {
    expect(keepAtEdge({ ...input, position })).toEqual(action);
  });

  it('never jumps out of a buffer that is shorter than the target', () => {
    const action = keepAtEdge({ position: 0, bufferedStart: 5, bufferedEnd: 5.1, fragmentSeconds: 2 });
    expect(action).toEqual({ kind: 'jump', to: 5 });
  });

  it('leaves room for long fragments', () => {
    const action = keepAtEdge({ position: 27.8, bufferedStart: 10, bufferedEnd: 30, fragmentSeconds: 2 });
    expect(action).toEqual({ kind: 'rate', rate: 1 });
  });
});

describe('where playback begins', () => {
  const spans = [
    { start: 4.06, end: 10 },
    { start: 60, end: 70 },
  ];

  it.each([
    ['inside', 5, false, 5],
    // The picture begins at 4, its sound at 4.06: a seek to 4.01 would wait for ever.
    ['a moment before there are both picture and sound', 4.01, false, 4.06],
    ['in a hole', 30, false, 60],
    ['before everything', 1, false, 4.06],
    ['behind everything, while more comes', 80, false, undefined],
    ['behind everything', 80, true, 4.06],
  ])('%s', (_, wanted, ended, place) => {
    expect(entryFor(spans, wanted, ended)).toBe(place);
  });

  it('waits for something to be there', () => {
    expect(entryFor([], 5, true)).toBeUndefined();
  });

  it('leaves a stretch in which a seek does not end, when it may be too short for a decoder', () => {
    const two = [
      { start: 6.295, end: 6.375 },
      { start: 18.66, end: 24.66 },
    ];
    expect(wayOut(two, 6.31, false)).toBe(18.66);
    expect(wayOut(two.slice(0, 1), 6.31, false)).toBe(6.31);
    expect(wayOut(two, 19, false)).toBe(19);
    expect(wayOut(two, 12, false)).toBe(18.66);
    expect(isShort({ start: 6, end: 8 }, 6.9)).toBe(false);
    expect(isShort({ start: 6, end: 8 }, 7.1)).toBe(true);
  });
});

describe('buffer', () => {
  const spans = [
    { start: 0, end: 10 },
    { start: 60, end: 70 },
  ];

  it('finds where it is and what comes next', () => {
    expect(spanAt(spans, 5)).toBe(spans[0]);
    expect(spanAt(spans, 10)).toBeUndefined();
    expect(spanAt(spans, 59.95)).toBe(spans[1]);
    expect(nextSpan(spans, 10)).toBe(spans[1]);
    expect(nextSpan(spans, 70)).toBeUndefined();
  });

  it('counts what lies ahead, with and without holes', () => {
    expect(bufferedAhead(spans, 4)).toBe(6);
    expect(bufferedAhead(spans, 30)).toBe(0);
    expect(totalAhead(spans, 4)).toBe(16);
    expect(totalAhead([], 4)).toBe(0);
  });

  it('makes room behind the picture only', () => {
    expect(roomBehind(spans, 5, 1)).toEqual({ start: 0, end: 4 });
    expect(roomBehind(spans, 0.5, 1)).toBeUndefined();
    expect(roomBehind([], 5, 1)).toBeUndefined();
  });

  it('trims only when it is worth it', () => {
    expect(trimBehind(spans, 25, 8, 8)).toEqual({ start: 0, end: 17 });
    expect(trimBehind(spans, 10, 8, 8)).toBeUndefined();
    expect(trimBehind([], 100, 8, 8)).toBeUndefined();
  });
});

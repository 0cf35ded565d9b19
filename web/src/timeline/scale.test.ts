import { describe, expect, it } from 'vitest';
import { TICKS_PER_SECOND as S } from '../media/ticks';
import {
  bars,
  marksOf,
  MAX_SPAN,
  MIN_SPAN,
  placeAt,
  questionOf,
  spanOf,
  startOfDay,
  ticksAtX,
  xOf,
  zoom,
} from './scale';

const T = 161_000_000_000_000;
const view = { start90k: T, end90k: T + 1000 * S };

describe('time and pixels', () => {
  it('go both ways', () => {
    expect(xOf(view, T + 250 * S, 1000)).toBe(250);
    expect(ticksAtX(view, 250, 1000)).toBe(T + 250 * S);
  });

  it('keep the anchor in place while zooming', () => {
    const anchor = T + 250 * S;
    const near = zoom(view, 0.5, anchor);
    expect(spanOf(near)).toBe(500 * S);
    expect(xOf(near, anchor, 1000)).toBeCloseTo(250);
  });

  it('keep zoom within its limits', () => {
    expect(spanOf(zoom(view, 1e-9, T))).toBe(MIN_SPAN);
    expect(spanOf(zoom(view, 1e9, T))).toBe(MAX_SPAN);
  });

  it('place a moment where it is wanted', () => {
    expect(xOf(placeAt(view, T, 0.9), T, 1000)).toBeCloseTo(900);
  });
});

describe('bars', () => {
  const interval = (from: number, to: number) => ({ start_90k: T + from * S, end_90k: T + to * S });

  it('are clipped to the view', () => {
    expect(bars(view, [interval(-50, 100), interval(900, 2000), interval(3000, 4000)], 1000)).toEqual([
      { x: 0, width: 100 },
      { x: 900, width: 100 },
    ]);
  });

  it('are never thinner than a pixel, and join when closer than one', () => {
    expect(bars(view, [interval(10, 10.1)], 1000)).toEqual([{ x: 10, width: 1 }]);
    expect(bars(view, [interval(10, 20), interval(20.5, 30)], 1000)).toEqual([{ x: 10, width: 20 }]);
  });
});

describe('axis', () => {
  it.each([60, 600, 3600, 86_400, 7 * 86_400])('has a few labels in %d seconds', (seconds) => {
    const { marks } = marksOf({ start90k: T, end90k: T + seconds * S }, 1000);
    const labels = marks.filter((mark) => mark.major);
    expect(labels.length).toBeGreaterThanOrEqual(1);
    expect(labels.length).toBeLessThanOrEqual(13);
    expect(marks.length).toBeLessThanOrEqual(100);
    for (const mark of marks) expect(mark.ticks).toBeGreaterThanOrEqual(T);
  });
});

describe('day', () => {
  it('begins at local midnight', () => {
    const noon = new Date(2026, 10, 25, 12, 30).getTime() * 90;
    expect(startOfDay(noon)).toBe(new Date(2026, 10, 25).getTime() * 90);
    expect(startOfDay(startOfDay(noon))).toBe(startOfDay(noon));
  });
});

describe('question', () => {
  it('covers the view and stays the same for small moves', () => {
    const question = questionOf(view);
    expect(question.start90k).toBeLessThanOrEqual(view.start90k);
    expect(question.end90k).toBeGreaterThanOrEqual(view.end90k);
    const questions = new Set<number>();
    for (let i = 0; i < 100; i++) {
      questions.add(questionOf({ start90k: view.start90k + i * S, end90k: view.end90k + i * S }).start90k);
    }
    expect(questions.size).toBeLessThanOrEqual(2);
  });
});

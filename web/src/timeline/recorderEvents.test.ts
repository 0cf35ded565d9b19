import { describe, expect, it } from 'vitest';
import type { RecorderEvent } from '../api/client';
import { describeRecorderEvent, recorderMarks, recorderWord } from './recorderEvents';

const SECOND = 90_000;
const start = (at: number, more: object = {}): RecorderEvent => ({
  kind: 'start',
  at_90k: at * SECOND,
  idle_since_90k: (at - 12) * SECOND,
  before: 'orderly',
  version: '0.1.0',
  clock: 'synchronised',
  ...more,
});
const step = (from: number, to: number, more: object = {}): RecorderEvent => ({
  kind: 'clock_step',
  at_90k: to * SECOND,
  from_90k: from * SECOND,
  noticed: 'running',
  clock: 'not_known',
  ...more,
});

describe('what happened to the recorder', () => {
  it('is said in words', () => {
    expect(describeRecorderEvent(start(100))).toBe(
      'The recorder was started (version 0.1.0). It had been stopped in good order, and did not run for 12 seconds. The clock was synchronised.',
    );
    expect(describeRecorderEvent(start(100, { before: 'cut_off', clock: 'not_known', version: '' }))).toBe(
      'The recorder was started. It had been cut off, by a crash or without power, and did not run for 12 seconds.',
    );
    expect(describeRecorderEvent(start(100, { before: 'not_known', clock: 'not_synchronised' }))).toBe(
      'The recorder was started (version 0.1.0). The clock was not synchronised.',
    );
    expect(describeRecorderEvent(step(100, 95))).toMatch(/^The clock was set 5 seconds back, from /);
    expect(describeRecorderEvent(step(95, 100))).toMatch(/^The clock was set 5 seconds forward, from /);
    expect(describeRecorderEvent(step(100, 95, { noticed: 'at_start' }))).toContain(
      'while the recorder was not running',
    );
  });

  it('has one word', () => {
    expect([start(1), start(1, { before: 'cut_off' }), step(1, 2)].map(recorderWord)).toEqual([
      'Started',
      'Cut off',
      'Clock set',
    ]);
  });
});

describe('marks', () => {
  const view = { start90k: 0, end90k: 100 * SECOND };

  it('stand where they were, those outside of the view nowhere', () => {
    const marks = recorderMarks([start(50), start(25), start(100), step(110, 99)], view, 1000);
    expect(marks.map(({ x }) => x)).toEqual([250, 500, 990]);
  });

  it('keep their words apart, off the name of the day, and within the picture', () => {
    const marks = recorderMarks(
      [start(2), start(12), start(14), start(15), start(22), step(70, 98)],
      view,
      1000,
    );
    expect(marks.map(({ side }) => side)).toEqual([
      undefined,
      'right',
      undefined,
      undefined,
      'right',
      'left',
    ]);
  });

  it('that lie upon each other are one', () => {
    expect(recorderMarks([start(10), start(10.1), start(10.2), start(11)], view, 1000)).toHaveLength(2);
  });
});

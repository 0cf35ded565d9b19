import { describe, expect, it } from 'vitest';
import { TICKS_PER_SECOND } from '../media/ticks';
import { StepClock } from './StepClock';
import { stepOf, type Situation } from './stepping';
import { unionOf } from './union';

describe('the clock of several players', () => {
  function make() {
    const time = { ms: 1_000, latest90k: 1_000 * TICKS_PER_SECOND };
    const clock = new StepClock(
      100 * TICKS_PER_SECOND,
      () => time.ms,
      () => time.latest90k,
    );
    const seconds = () => clock.now90k() / TICKS_PER_SECOND;
    return { time, clock, seconds };
  }

  it('runs at its speed while it is played', () => {
    const { time, clock, seconds } = make();
    time.ms += 2_000;
    expect(seconds()).toBe(102);
    clock.setSpeed(4);
    time.ms += 1_000;
    expect(seconds()).toBe(106);
    clock.setPlaying(false);
    time.ms += 5_000;
    expect(seconds()).toBe(106);
    clock.seek(50 * TICKS_PER_SECOND);
    expect(seconds()).toBe(50);
  });

  it('waits for who waits, and not for ever', () => {
    const { time, clock, seconds } = make();
    clock.hold('gate', true);
    time.ms += 1_000;
    expect(seconds()).toBe(100);
    expect(clock.running).toBe(false);
    clock.hold('yard', true);
    clock.hold('gate', false);
    time.ms += 3_900;
    expect(seconds()).toBe(100);
    time.ms += 200;
    seconds();
    time.ms += 1_000;
    expect(seconds()).toBeGreaterThanOrEqual(101);
    clock.hold('yard', false);
    expect(clock.running).toBe(true);
  });

  it('does not run into what is not recorded yet', () => {
    const { time, clock, seconds } = make();
    time.latest90k = 103 * TICKS_PER_SECOND;
    time.ms += 10_000;
    expect(seconds()).toBe(103);
    clock.seek(200 * TICKS_PER_SECOND);
    expect(seconds()).toBe(103);
  });
});

describe('a player in step', () => {
  const base: Situation = {
    spans: [
      { start: 0, end: 10 },
      { start: 20, end: 30 },
    ],
    wanted: 5,
    shown: 5,
    speed: 1,
    running: true,
    knownGap: false,
    ended: false,
  };

  it('goes a little faster or slower, and jumps when it is far away', () => {
    expect(stepOf(base)).toEqual({ kind: 'show', rate: 1 });
    const behind = stepOf({ ...base, shown: 4.9 });
    expect(behind).toMatchObject({ kind: 'show' });
    expect(behind.kind === 'show' && behind.rate).toBeCloseTo(1.1);
    const ahead = stepOf({ ...base, shown: 5.25, speed: 2 });
    expect(ahead.kind === 'show' && ahead.rate).toBeCloseTo(1.76);
    expect(stepOf({ ...base, shown: 2 })).toEqual({ kind: 'show', rate: 1, jump: 5 });
    expect(stepOf({ ...base, shown: 4.95, running: false })).toEqual({ kind: 'show', rate: 1, jump: 5 });
  });

  it('shows a gap as a gap, and waits where media may still come', () => {
    expect(stepOf({ ...base, wanted: 15 })).toEqual({ kind: 'gap' });
    expect(stepOf({ ...base, wanted: 35 })).toEqual({ kind: 'wait' });
    expect(stepOf({ ...base, wanted: 35, knownGap: true })).toEqual({ kind: 'gap' });
    expect(stepOf({ ...base, wanted: 35, ended: true })).toEqual({ kind: 'gap' });
    expect(stepOf({ ...base, spans: [] })).toEqual({ kind: 'wait' });
    expect(stepOf({ ...base, spans: [], ended: true })).toEqual({ kind: 'gap' });
  });
});

describe('what several cameras have recorded', () => {
  it('is joined where it touches or overlaps', () => {
    const of = (start_90k: number, end_90k: number) => ({ start_90k, end_90k });
    expect(unionOf([of(50, 60), of(0, 10), of(10, 20), of(5, 12)])).toEqual([of(0, 20), of(50, 60)]);
    expect(unionOf([])).toEqual([]);
  });
});

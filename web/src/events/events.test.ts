import { describe, expect, it } from 'vitest';
import type { CameraEvent } from '../api/client';
import { TICKS_PER_SECOND } from '../media/ticks';
import { describeSource, describeSpan, eventAt, marksOfEvents } from './events';

const event = (start: number, end: number | null, more: Partial<CameraEvent> = {}): CameraEvent => ({
  id: start,
  camera_id: 'c',
  kind: 'motion',
  topic: 'RuleEngine/CellMotionDetector/Motion',
  source: '',
  detail: '',
  start_90k: start * TICKS_PER_SECOND,
  end_90k: end === null ? null : end * TICKS_PER_SECOND,
  ...more,
});
const NOW = 100 * TICKS_PER_SECOND;

describe('events', () => {
  it('say which input or rule, else their topic', () => {
    expect(describeSource(event(1, 2, { source: 'input1' }))).toBe('input1');
    expect(describeSource(event(1, 2))).toBe('Motion');
  });

  it('say how long they lasted', () => {
    expect(describeSpan(event(1, 4), NOW)).toBe('3 seconds');
    expect(describeSpan(event(1, 1), NOW)).toBe('');
    expect(describeSpan(event(40, null), NOW)).toBe('for 1 minute now');
  });

  it('are intervals on the timeline; what lasts reaches to now, a moment has a width', () => {
    const marks = marksOfEvents(
      [event(50, null), event(10, 10), event(5, 6, { kind: 'tamper' })],
      NOW,
      (kind) => kind === 'motion',
    );
    expect(marks).toEqual([
      { start_90k: 10 * TICKS_PER_SECOND, end_90k: 10 * TICKS_PER_SECOND + 1 },
      { start_90k: 50 * TICKS_PER_SECOND, end_90k: NOW },
    ]);
  });

  it('are found near the pointer', () => {
    const all = [event(10, 12), event(11, 11)];
    expect(eventAt(all, 11.5 * TICKS_PER_SECOND, TICKS_PER_SECOND, NOW)?.id).toBe(11);
    expect(eventAt(all, 12.5 * TICKS_PER_SECOND, TICKS_PER_SECOND, NOW)?.id).toBe(10);
    expect(eventAt(all, 30 * TICKS_PER_SECOND, TICKS_PER_SECOND, NOW)).toBeUndefined();
  });
});

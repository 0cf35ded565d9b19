import { describe, expect, it } from 'vitest';
import { parseWeek, type Week } from '../week/week';
import {
  digitsOfModes,
  modeOfHour,
  modesAll,
  modesOf,
  planWords,
  rollWords,
  withMode,
  type Mode,
} from './plan';
import { EMPTY_RECORDING, recordingProblems, recordingRequest, usesEvents } from './values';

const week = (text: string): Week => parseWeek(text) ?? [];
/** The hours of these words in this mode, the others in another. */
const modes = (text: string, mode: Mode, otherwise: Mode) => week(text).map((is) => (is ? mode : otherwise));

describe('the modes of a week', () => {
  it('go to the API and back', () => {
    const painted = withMode(
      modes('Mo-Fr 8-18', 'continuous', 'on_event'),
      { day: 5, hour: 0 },
      { day: 6, hour: 23 },
      'off',
    );
    const digits = digitsOfModes(painted);
    expect(digits.continuous.slice(0, 24)).toBe('00000000ffffffffff000000');
    expect(digits.on_event.slice(0, 24)).toBe('ffffffff0000000000ffffff');
    expect(digits.on_event.slice(120)).toBe('0'.repeat(48));
    expect(modesOf(digits)).toEqual(painted);
  });

  it('of an hour is one, or several', () => {
    const some = modes('Tu 8:15-9', 'on_event', 'off');
    expect(modeOfHour(some, { day: 1, hour: 8 })).toBeUndefined();
    expect(modeOfHour(some, { day: 1, hour: 9 })).toBe('off');
  });
});

describe('a plan in words', () => {
  it.each([
    [modesAll('continuous'), 'Continuous, always'],
    [modesAll('on_event'), 'On event, always'],
    [modesAll('off'), 'Never recorded'],
    [
      modes('Mo-Fr 8-18', 'continuous', 'on_event'),
      'Continuous 08:00 to 18:00 Mon to Fri, otherwise on event',
    ],
    [modes('Mo-Su 22:30-24', 'off', 'continuous'), 'Off 22:30 to 24:00 every day, otherwise continuous'],
    [
      modes('Mo 8-12, 13-17; Sa, Su 0-24', 'on_event', 'continuous'),
      'On event 08:00 to 12:00 and 13:00 to 17:00 Mon; all of Sat, Sun, otherwise continuous',
    ],
    [
      withMode(
        modes('Mo-Fr 8-18', 'continuous', 'on_event'),
        { day: 5, hour: 0 },
        { day: 6, hour: 23 },
        'off',
      ),
      'Continuous 08:00 to 18:00 Mon to Fri, off all of Sat, Sun, otherwise on event',
    ],
  ])('is %#', (plan, words) => expect(planWords(plan)).toBe(words));

  it('tells what comes before and after an event', () => {
    expect(rollWords({ pre_roll_s: 10, post_roll_s: 30 })).toBe(
      'from 10 s before an event until 30 s after it',
    );
    expect(rollWords({ pre_roll_s: 0, post_roll_s: 5 })).toBe(
      'from the beginning of an event until 5 s after it',
    );
  });
});

describe('the form of a plan', () => {
  it('asks for what belongs to events only where they play a part', () => {
    const bad = { ...EMPTY_RECORDING, pre_roll_s: 61, post_roll_s: '' as const, event_kinds: [] };
    expect(usesEvents(bad)).toBe(false);
    expect(recordingProblems(bad)).toEqual({});
    expect(Object.keys(recordingProblems({ ...bad, choice: 'on_event' }))).toEqual([
      'pre_roll_s',
      'post_roll_s',
      'event_kinds',
    ]);
    expect(recordingRequest(bad)).toEqual({ continuous: 'f'.repeat(168), on_event: '0'.repeat(168) });
    expect(recordingRequest({ ...EMPTY_RECORDING, choice: 'on_event', event_kinds: ['motion'] })).toEqual({
      continuous: '0'.repeat(168),
      on_event: 'f'.repeat(168),
      pre_roll_s: 10,
      post_roll_s: 30,
      event_kinds: ['motion'],
    });
  });
});

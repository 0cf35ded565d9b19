// When a camera is recorded: two weeks of digits in the API, a mode for each quarter of an hour here.

import type { Camera } from '../api/client';
import type { EventKind } from '../events/events';
import {
  DAYS,
  digitsOf,
  QUARTERS_PER_DAY,
  QUARTERS_PER_HOUR,
  stretchesOf,
  weekFromDigits,
  type Cell,
  type Week,
} from '../week/week';

export type Plan = Camera['recording'];
export type Mode = Camera['recording_now']['mode'];

/** For each quarter of an hour, from Monday 0:00 on. */
export type Modes = readonly Mode[];

export const MODES: readonly Mode[] = ['continuous', 'on_event', 'off'];
export const MODE_WORDS: Record<Mode, string> = {
  continuous: 'Continuous',
  on_event: 'On event',
  off: 'Off',
};
const WORDS_WITHIN: Record<Mode, string> = { continuous: 'continuous', on_event: 'on event', off: 'off' };
const ALWAYS_WORDS: Record<Mode, string> = {
  continuous: 'Continuous, always',
  on_event: 'On event, always',
  off: 'Never recorded',
};

const QUARTERS_PER_WEEK = 7 * QUARTERS_PER_DAY;
const MINUTES_PER_QUARTER = 15;

export const LIMITS = { preRoll: 60, leastPostRoll: 5, postRoll: 600 };

/** What happens in front of the camera counts by itself. */
export const USUAL_KINDS: EventKind[] = ['motion', 'tamper', 'digital_input', 'sound', 'analytics'];

export const modesAll = (mode: Mode): Modes => new Array<Mode>(QUARTERS_PER_WEEK).fill(mode);

export function modesOf(plan: Pick<Plan, 'continuous' | 'on_event'>): Modes {
  const continuous = weekFromDigits(plan.continuous);
  const onEvent = weekFromDigits(plan.on_event);
  return continuous.map((is, quarter) => (is ? 'continuous' : onEvent[quarter] ? 'on_event' : 'off'));
}

const weekOf = (modes: Modes, mode: Mode): Week => modes.map((one) => one === mode);

export const digitsOfModes = (modes: Modes) => ({
  continuous: digitsOf(weekOf(modes, 'continuous')),
  on_event: digitsOf(weekOf(modes, 'on_event')),
});

/** The one mode of the whole week, when there is one. */
export const onlyMode = (modes: Modes): Mode | undefined =>
  modes.every((mode) => mode === modes[0]) ? modes[0] : undefined;

/** `modes` with the hours of a rectangle of days and hours, both ends included, in this mode. */
export function withMode(modes: Modes, from: Cell, to: Cell, mode: Mode): Modes {
  const [firstDay, lastDay] = [Math.min(from.day, to.day), Math.max(from.day, to.day)];
  const [firstHour, lastHour] = [Math.min(from.hour, to.hour), Math.max(from.hour, to.hour)];
  return modes.map((before, quarter) => {
    const day = Math.floor(quarter / QUARTERS_PER_DAY);
    const hour = Math.floor((quarter % QUARTERS_PER_DAY) / QUARTERS_PER_HOUR);
    return day >= firstDay && day <= lastDay && hour >= firstHour && hour <= lastHour ? mode : before;
  });
}

/** The mode of an hour; undefined when its quarters differ. */
export function modeOfHour(modes: Modes, { day, hour }: Cell): Mode | undefined {
  const start = day * QUARTERS_PER_DAY + hour * QUARTERS_PER_HOUR;
  return onlyMode(modes.slice(start, start + QUARTERS_PER_HOUR));
}

const SHORT_DAYS: Record<(typeof DAYS)[number], string> = {
  Mo: 'Mon',
  Tu: 'Tue',
  We: 'Wed',
  Th: 'Thu',
  Fr: 'Fri',
  Sa: 'Sat',
  Su: 'Sun',
};

/** "Mon to Fri", "Mon, Wed", "every day". */
function daysWords(days: number[]): string {
  if (days.length === 7) return 'every day';
  const parts: string[] = [];
  const name = (day: number | undefined) => SHORT_DAYS[DAYS[day ?? 0] ?? 'Mo'];
  for (let at = 0; at < days.length;) {
    let end = at;
    while (days[end + 1] === (days[end] ?? 0) + 1) end++;
    if (end - at >= 2) parts.push(`${name(days[at])} to ${name(days[end])}`);
    else parts.push(...days.slice(at, end + 1).map(name));
    at = end + 1;
  }
  return parts.join(', ');
}

function timeOf(quarter: number): string {
  const minutes = quarter * MINUTES_PER_QUARTER;
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** "08:00 to 18:00 Mon to Fri; all of Sat, Sun": days with the same hours together. */
function hoursWords(week: Week): string {
  const byTimes = new Map<string, number[]>();
  DAYS.forEach((_, day) => {
    const stretches = stretchesOf(week, day);
    if (stretches.length === 0) return;
    const whole = stretches[0]?.first === 0 && stretches[0].last === QUARTERS_PER_DAY;
    const times = whole
      ? 'all of'
      : stretches.map(({ first, last }) => `${timeOf(first)} to ${timeOf(last)}`).join(' and ');
    byTimes.set(times, [...(byTimes.get(times) ?? []), day]);
  });
  return [...byTimes].map(([times, days]) => `${times} ${daysWords(days)}`).join('; ');
}

/** "Continuous 08:00 to 18:00 Mon to Fri, otherwise on event". */
export function planWords(modes: Modes): string {
  const only = onlyMode(modes);
  if (only) return ALWAYS_WORDS[only];
  const share = (mode: Mode) => modes.filter((one) => one === mode).length;
  const [otherwise = 'off', ...others] = [...MODES].reverse().sort((a, b) => share(b) - share(a));
  const told = MODES.filter((mode) => others.includes(mode) && share(mode) > 0).map(
    (mode, index) =>
      `${index === 0 ? MODE_WORDS[mode] : WORDS_WITHIN[mode]} ${hoursWords(weekOf(modes, mode))}`,
  );
  return `${told.join(', ')}, otherwise ${WORDS_WITHIN[otherwise]}`;
}

const DIGITS = /^[0-9a-f]{168}$/;

/** A plan as it stands in the audit log or in what is to be approved; undefined: in other words than these. */
export function toldPlanWords(told: unknown): string | undefined {
  if (typeof told !== 'object' || told === null) return undefined;
  const { continuous, on_event, pre_roll_s, post_roll_s, event_kinds } = told as Record<string, unknown>;
  const parts: string[] = [];
  if (typeof continuous === 'string' && typeof on_event === 'string') {
    if (!DIGITS.test(continuous) || !DIGITS.test(on_event)) return undefined;
    parts.push(planWords(modesOf({ continuous, on_event })));
  } else if (continuous !== undefined || on_event !== undefined) {
    return undefined;
  }
  if (pre_roll_s !== undefined) parts.push(`${String(pre_roll_s)} s before an event`);
  if (post_roll_s !== undefined) parts.push(`${String(post_roll_s)} s after it`);
  if (Array.isArray(event_kinds)) parts.push(`events: ${event_kinds.map(String).join(', ')}`);
  return parts.join('; ').replaceAll('_', ' ');
}

/** "10 s before an event until 30 s after it". */
export const rollWords = ({ pre_roll_s, post_roll_s }: Pick<Plan, 'pre_roll_s' | 'post_roll_s'>): string =>
  `from ${pre_roll_s === 0 ? 'the beginning of an event' : `${pre_roll_s} s before an event`} until ${post_roll_s} s after it`;

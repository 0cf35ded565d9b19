// Hours of the week: hexadecimal digits in the API, words for people, quarters of an hour here.

export const DAYS = ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su'] as const;
export const DAY_NAMES = [
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
  'Sunday',
] as const;
export const QUARTERS_PER_HOUR = 4;
export const QUARTERS_PER_DAY = 24 * QUARTERS_PER_HOUR;
const QUARTERS_PER_WEEK = 7 * QUARTERS_PER_DAY;
const QUARTERS_PER_DIGIT = 4;
const MINUTES_PER_QUARTER = 15;

/** In words and in the grid after the days of the week. */
const HOLIDAYS = 7;

/**
 * For each quarter of an hour, from Monday 0:00 on, whether it is in; and for those of holidays where they are
 * days of their own, else they are as their day of the week.
 */
export type Week = readonly boolean[];

/** Quarters of one day, half-open. */
export interface Stretch {
  first: number;
  last: number;
}

export const emptyWeek = (): Week => new Array<boolean>(QUARTERS_PER_WEEK).fill(false);

export const hasHolidays = (week: Week): boolean => week.length > QUARTERS_PER_WEEK;

/** Holidays as days of their own, at first with no hour, or not. */
export function withHolidays(week: Week, own: boolean): Week {
  if (own === hasHolidays(week)) return week;
  return own
    ? [...week, ...new Array<boolean>(QUARTERS_PER_DAY).fill(false)]
    : week.slice(0, QUARTERS_PER_WEEK);
}

export const isEmpty = (week: Week): boolean => !week.includes(true);

/** As the API writes it: four quarters in a digit, the earliest in its highest bit. */
export function weekFromDigits(digits: string): Week {
  return Array.from({ length: digits.length * QUARTERS_PER_DIGIT }, (_, quarter) => {
    const digit = Number.parseInt(digits.charAt(Math.floor(quarter / QUARTERS_PER_DIGIT)), 16);
    return ((digit >> (QUARTERS_PER_DIGIT - 1 - (quarter % QUARTERS_PER_DIGIT))) & 1) === 1;
  });
}

export function digitsOf(week: Week): string {
  let digits = '';
  for (let quarter = 0; quarter < week.length; quarter += QUARTERS_PER_DIGIT) {
    const bits = week.slice(quarter, quarter + QUARTERS_PER_DIGIT);
    digits += bits.reduce((value, bit) => value * 2 + Number(bit), 0).toString(16);
  }
  return digits;
}

/** `week` with the hours of a rectangle of days and hours (both ends included) put in or taken out. */
export function withHours(week: Week, from: Cell, to: Cell, value: boolean): Week {
  const [firstDay, lastDay] = [Math.min(from.day, to.day), Math.max(from.day, to.day)];
  const [firstHour, lastHour] = [Math.min(from.hour, to.hour), Math.max(from.hour, to.hour)];
  return week.map((before, quarter) => {
    const day = Math.floor(quarter / QUARTERS_PER_DAY);
    const hour = Math.floor((quarter % QUARTERS_PER_DAY) / QUARTERS_PER_HOUR);
    return day >= firstDay && day <= lastDay && hour >= firstHour && hour <= lastHour ? value : before;
  });
}

/** One hour of one day. */
export interface Cell {
  day: number;
  hour: number;
}

/** How many of the hour's quarters are in: 0 to 4. */
export function quartersIn(week: Week, { day, hour }: Cell): number {
  const start = day * QUARTERS_PER_DAY + hour * QUARTERS_PER_HOUR;
  return week.slice(start, start + QUARTERS_PER_HOUR).filter(Boolean).length;
}

export function stretchesOf(week: Week, day: number): Stretch[] {
  const stretches: Stretch[] = [];
  for (let quarter = 0; quarter < QUARTERS_PER_DAY; ++quarter) {
    if (!week[day * QUARTERS_PER_DAY + quarter]) continue;
    const current = stretches.at(-1);
    if (current?.last === quarter) current.last++;
    else stretches.push({ first: quarter, last: quarter + 1 });
  }
  return stretches;
}

function timeOf(quarter: number): string {
  const minutes = (quarter % QUARTERS_PER_HOUR) * MINUTES_PER_QUARTER;
  return `${Math.floor(quarter / QUARTERS_PER_HOUR)}:${String(minutes).padStart(2, '0')}`;
}

const timesOf = (stretches: Stretch[]): string =>
  stretches.map(({ first, last }) => `${timeOf(first)}-${timeOf(last)}`).join(', ');

/** "Mo", "Mo-Fr" or "Mo, We". */
function daysText(days: number[]): string {
  const parts: string[] = [];
  for (let at = 0; at < days.length;) {
    let end = at;
    while (days[end + 1] === (days[end] ?? 0) + 1) end++;
    const [first, last] = [DAYS[days[at] ?? 0], DAYS[days[end] ?? 0]];
    if (end - at >= 2) parts.push(`${first}-${last}`);
    else parts.push(...days.slice(at, end + 1).map((day) => DAYS[day] ?? ''));
    at = end + 1;
  }
  return parts.join(', ');
}

/** "Mo-Fr 8:00-18:00; Sa 9:15-12:00; Holidays off": days with the same hours together. parseWeek() reads it. */
export function weekText(week: Week): string {
  const byTimes = new Map<string, number[]>();
  DAYS.forEach((_, day) => {
    const times = timesOf(stretchesOf(week, day));
    if (times) byTimes.set(times, [...(byTimes.get(times) ?? []), day]);
  });
  const parts = [...byTimes].map(([times, days]) => `${daysText(days)} ${times}`);
  if (hasHolidays(week)) parts.push(`Holidays ${timesOf(stretchesOf(week, HOLIDAYS)) || 'off'}`);
  return parts.join('; ');
}

const DAY = DAYS.join('|');
const PART = new RegExp(`^((?:${DAY})(?:\\s*[-,–]\\s*(?:${DAY}))*)\\s+(\\S.*)$`, 'i');
const HOLIDAY_PART = /^(?:holidays?|ph)\s+(\S.*)$/i;
const TIMES = /^(\d{1,2})(?::(\d\d))?\s*[-–]\s*(\d{1,2})(?::(\d\d))?$/;

const dayOf = (word: string): number =>
  DAYS.findIndex((day) => day.toLowerCase() === word.trim().toLowerCase());

/** The days that "Mo-Fr, Su" names; over the end of the week too ("Sa-Mo"). */
function parseDays(text: string): number[] {
  return text.split(',').flatMap((part) => {
    const [first = -1, last = first] = part.split(/[-–]/).map(dayOf);
    return Array.from({ length: ((last - first + 7) % 7) + 1 }, (_, n) => (first + n) % 7);
  });
}

function quarterOf(hours: string | undefined, minutes: string | undefined): number | undefined {
  const quarter = Number(hours) * QUARTERS_PER_HOUR + Number(minutes ?? 0) / MINUTES_PER_QUARTER;
  return Number.isInteger(quarter) && Number(minutes ?? 0) < 60 && quarter <= QUARTERS_PER_DAY
    ? quarter
    : undefined;
}

/** undefined for what are no times within a day; "22-6" goes on into the next day. */
function parseTimes(text: string): Stretch | undefined {
  const [, firstHour, firstMinutes, lastHour, lastMinutes] = TIMES.exec(text.trim()) ?? [];
  const first = quarterOf(firstHour, firstMinutes);
  const last = quarterOf(lastHour, lastMinutes);
  if (first === undefined || last === undefined || first === last) return undefined;
  return { first, last: last > first ? last : last + QUARTERS_PER_DAY };
}

/** The hours of holidays; none of them goes on into the next day, which may be any. */
function parseHolidays(times: string): boolean[] | undefined {
  const day = new Array<boolean>(QUARTERS_PER_DAY).fill(false);
  if (/^(off|closed|none)$/i.test(times.trim())) return day;
  for (const words of times.split(',')) {
    const stretch = parseTimes(words);
    if (!stretch || stretch.last > QUARTERS_PER_DAY) return undefined;
    day.fill(true, stretch.first, stretch.last);
  }
  return day;
}

/** Reads what weekText() writes, and what people write for it; undefined when it can't be understood. */
export function parseWeek(text: string): Week | undefined {
  const week = [...emptyWeek()];
  let holidays: boolean[] | undefined = [];
  for (const part of text.split(';').filter((one) => one.trim())) {
    const [, holidayTimes] = HOLIDAY_PART.exec(part.trim()) ?? [];
    if (holidayTimes !== undefined) {
      holidays = parseHolidays(holidayTimes);
      if (!holidays) return undefined;
      continue;
    }
    const [, dayWords, timeWords] = PART.exec(part.trim()) ?? [];
    if (dayWords === undefined || timeWords === undefined) return undefined;
    for (const words of timeWords.split(',')) {
      const stretch = parseTimes(words);
      if (!stretch) return undefined;
      for (const day of parseDays(dayWords))
        for (let quarter = stretch.first; quarter < stretch.last; ++quarter)
          week[(day * QUARTERS_PER_DAY + quarter) % QUARTERS_PER_WEEK] = true;
    }
  }
  return [...week, ...holidays];
}

export const NOT_UNDERSTOOD =
  'Write days and hours like “Mo-Fr 8:00-18:00; Sa 9:00-12:30”, by the quarter of an hour.';

import type { Holiday } from '../api/client';

export const MOST_HOLIDAYS = 400;

/** What is wrong with one of them; undefined when nothing is. */
export function holidayProblem(holidays: readonly Holiday[], at: number): string | undefined {
  const holiday = holidays[at];
  if (!holiday) return undefined;
  if (!holiday.date) return 'Choose a day.';
  if (!holiday.name.trim()) return 'Give the day a name.';
  const twice = holidays.findIndex(({ date, yearly }) => date === holiday.date && yearly === holiday.yearly);
  return twice < at ? 'This day is there already.' : undefined;
}

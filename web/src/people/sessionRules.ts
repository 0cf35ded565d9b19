import type { AccessRules } from '../api/client';

const LEAST_IDLE_MINUTES = 5;
export const MOST_HOURS = 90 * 24;
const MOST_IDLE_MINUTES = MOST_HOURS * 60;

const isBetween = (value: number, least: number, most: number) => value >= least && value <= most;

/** What is wrong with the limits of sessions, by field; a field that is right is missing. */
export function sessionProblems({
  session_idle_minutes,
  session_hours,
}: Pick<AccessRules, 'session_idle_minutes' | 'session_hours'>): Partial<
  Record<'session_idle_minutes' | 'session_hours', string>
> {
  return {
    ...(isBetween(session_idle_minutes, LEAST_IDLE_MINUTES, MOST_IDLE_MINUTES)
      ? {}
      : { session_idle_minutes: `Between ${LEAST_IDLE_MINUTES} and ${MOST_IDLE_MINUTES} minutes.` }),
    ...(isBetween(session_hours, 1, MOST_HOURS)
      ? {}
      : { session_hours: `Between 1 and ${MOST_HOURS} hours.` }),
  };
}

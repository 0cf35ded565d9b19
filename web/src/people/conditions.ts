// On what it depends whether a role counts, as it stands in the form that changes it.

import type { ClientKind, NewRole } from '../api/client';
import { digitsOf, isEmpty, NOT_UNDERSTOOD, parseWeek, weekFromDigits, weekText } from '../week/week';

export interface Conditions {
  days: number | '';
  timed: boolean;
  hours: string;
  placed: boolean;
  networks: string;
  /** undefined: by all kinds of client. */
  kinds: ClientKind[] | undefined;
}
export type ConditionProblems = Partial<Record<keyof Conditions, string>>;

const MOST_DAYS = 3650;
const MOST_NETWORKS = 32;
const OFFICE_HOURS = 'Mo-Fr 8:00-18:00';

export const conditionsOf = (begin: NewRole | undefined): Conditions => ({
  days: begin?.max_age_days ?? '',
  timed: Boolean(begin?.schedule),
  hours: begin?.schedule ? weekText(weekFromDigits(begin.schedule)) : OFFICE_HOURS,
  placed: Boolean(begin?.networks),
  networks: begin?.networks?.join('\n') ?? '',
  kinds: begin?.client_kinds ?? undefined,
});

/** One in a line, or with commas or spaces between. */
const networksIn = (text: string): string[] => text.split(/[\s,;]+/).filter(Boolean);

function hoursProblem({ timed, hours }: Conditions): string | undefined {
  if (!timed) return undefined;
  const week = parseWeek(hours);
  if (!week) return NOT_UNDERSTOOD;
  return isEmpty(week) ? 'Choose at least one hour, or let the role count always.' : undefined;
}

function networksProblem({ placed, networks }: Conditions): string | undefined {
  if (!placed) return undefined;
  const count = networksIn(networks).length;
  if (count === 0) return 'Name at least one network, or let the role count from everywhere.';
  return count > MOST_NETWORKS ? `At most ${MOST_NETWORKS} networks.` : undefined;
}

/** What is wrong, by field; a field that is right is missing. Whether a network is one the server says. */
export function conditionProblems(conditions: Conditions): ConditionProblems {
  const { days } = conditions;
  const hours = hoursProblem(conditions);
  const networks = networksProblem(conditions);
  return {
    ...(days === '' || (days >= 1 && days <= MOST_DAYS) ? {} : { days: `Between 1 and ${MOST_DAYS} days.` }),
    ...(hours && { hours }),
    ...(networks && { networks }),
    ...(conditions.kinds?.length === 0 && {
      kinds: 'Choose at least one kind, or let the role count by all.',
    }),
  };
}

export function conditionFields({
  days,
  timed,
  hours,
  placed,
  networks,
  kinds,
}: Conditions): Pick<NewRole, 'max_age_days' | 'schedule' | 'networks' | 'client_kinds'> {
  const week = parseWeek(hours);
  return {
    max_age_days: days === '' ? null : days,
    schedule: timed && week ? digitsOf(week) : null,
    networks: placed ? networksIn(networks) : null,
    client_kinds: kinds ?? null,
  };
}

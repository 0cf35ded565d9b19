import type { AccessRules, SafeguardedAction } from '../api/client';

export type Takes = 'nothing' | 'step_up' | 'second_person' | 'both';
type Safeguards = AccessRules['safeguards'];

export function chosenFor(safeguards: Safeguards, action: SafeguardedAction): Takes {
  const chosen = safeguards.find((one) => one.action === action);
  if (chosen?.step_up && chosen.second_person) return 'both';
  if (chosen?.step_up) return 'step_up';
  return chosen?.second_person ? 'second_person' : 'nothing';
}

/** What takes nothing more is not in the list. */
export function withChosen(safeguards: Safeguards, action: SafeguardedAction, takes: Takes): Safeguards {
  const others = safeguards.filter((one) => one.action !== action);
  if (takes === 'nothing') return others;
  const chosen = {
    action,
    step_up: takes !== 'second_person',
    second_person: takes !== 'step_up',
  };
  return [...others, chosen].sort((a, b) => a.action.localeCompare(b.action));
}

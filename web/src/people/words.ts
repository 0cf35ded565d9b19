import type { Assignment, CameraGroup, Decision, Role, User } from '../api/client';
import { formatDay, formatMoment } from '../ui/format';
import { byKind } from './clientKinds';
import { weekFromDigits, weekText } from '../week/week';

/** Names of what assignments refer to. */
export interface Names {
  role(id: string): string;
  group(id: string): string;
  camera(id: string): string;
}

interface Named {
  id: string;
  name: string;
}

const nameIn = (all: readonly Named[] | undefined, otherwise: string) => (id: string) =>
  all ? (all.find((one) => one.id === id)?.name ?? otherwise) : '…';

export const namesOf = (
  roles: readonly Role[] | undefined,
  groups: readonly CameraGroup[] | undefined,
  cameras: readonly Named[] | undefined,
): Names => ({
  role: nameIn(roles, 'a deleted role'),
  group: nameIn(groups, 'a deleted group'),
  camera: nameIn(cameras, 'a camera that was removed'),
});

function listed(words: string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

function scopeName({ scope, scope_id }: Assignment, names: Names): string {
  if (scope === 'organisation') return '';
  return scope === 'group' ? names.group(scope_id ?? '') : names.camera(scope_id ?? '');
}

function placesOf(assignments: Assignment[], names: Names): string {
  if (assignments.some(({ scope }) => scope === 'organisation')) return 'everywhere';
  return `over ${listed(assignments.map((one) => scopeName(one, names)))}`;
}

/** What one role does for a user: "Operator over Gates, except Yard", or "not Viewer over Yard". */
function roleWords(role: string, assignments: Assignment[], names: Names): string {
  const given = assignments.filter(({ denies }) => !denies);
  const denied = assignments.filter(({ denies }) => denies);
  if (given.length === 0) return `not ${role} ${placesOf(denied, names)}`;
  const words = `${role} ${placesOf(given, names)}`;
  if (denied.length === 0) return words;
  if (denied.some(({ scope }) => scope === 'organisation')) return `${words}, but taken away everywhere`;
  return `${words}, except ${listed(denied.map((one) => scopeName(one, names)))}`;
}

/** What a user was given, role by role. */
export function assignmentWords(assignments: readonly Assignment[], names: Names): string {
  const roles = [...new Set(assignments.map(({ role_id }) => role_id))];
  if (roles.length === 0) return 'No role yet';
  return roles
    .map((id) =>
      roleWords(
        names.role(id),
        assignments.filter(({ role_id }) => role_id === id),
        names,
      ),
    )
    .join('; ');
}

/** When and from where a role counts, and how far back it sees; empty when always and without limit. */
export function conditionWords({
  max_age_days,
  schedule,
  networks,
  client_kinds,
}: Pick<Role, 'max_age_days' | 'schedule' | 'networks' | 'client_kinds'>): string[] {
  const words: string[] = [];
  if (max_age_days !== null) words.push(`${max_age_days === 1 ? '1 day' : `${max_age_days} days`} back`);
  if (schedule !== null) words.push(weekText(weekFromDigits(schedule)));
  if (networks !== null) words.push(`from ${listed(networks)}`);
  if (client_kinds !== null) words.push(`by ${listed(client_kinds.map(byKind))}`);
  return words;
}

/** How it is with the envelope of a break-glass account. */
export function envelopeWords(envelope: User['envelope']): string {
  if (!envelope) return '';
  return envelope.used_90k === null
    ? `The envelope was sealed on ${formatMoment(envelope.made_90k)}, and was not opened.`
    : `The envelope was opened on ${formatMoment(envelope.used_90k)}. Seal a new one.`;
}

export function stateWords({
  state,
  invited_until_90k,
  envelope,
}: Pick<User, 'state' | 'invited_until_90k' | 'envelope'>): string {
  if (envelope && state !== 'suspended')
    return envelope.used_90k === null
      ? 'In its envelope'
      : `Envelope opened ${formatMoment(envelope.used_90k)}`;
  if (state === 'suspended') return 'Suspended';
  if (state === 'active') return 'Active';
  return invited_until_90k === null
    ? 'Invitation has run out'
    : `Invited until ${formatDay(invited_until_90k)}`;
}

export const signedInWords = (sessions: number): string =>
  sessions === 1 ? 'signed in' : `signed in at ${sessions} places`;

function soundWords({ no_sound, sound_not_before_90k }: Decision): string {
  if (no_sound) return ' Without sound: no role gives the right to hear.';
  if (sound_not_before_90k === undefined) return '';
  return ` Sound from before ${formatMoment(sound_not_before_90k)} is left out.`;
}

/** The answer to "may this user do that now?", as a sentence. */
export function decisionWords(decision: Decision, user: string): string {
  const { allowed, reason, not_before_90k, missing } = decision;
  if (allowed) {
    const since =
      not_before_90k === undefined
        ? ''
        : ` What happened before ${formatMoment(not_before_90k)} stays hidden.`;
    return `Yes: a role gives ${user} this.${since}${soundWords(decision)}`;
  }
  if (missing) {
    const needs = missing.map((lack) =>
      lack === 'step_up' ? 'a second factor given for it' : 'the approval of a second person',
    );
    return `Yes, with ${listed(needs)}: a role gives ${user} this, and the rules ask for more.`;
  }
  if (reason === 'outside_schedule') return `Not now: a role gives ${user} this, at other times of the week.`;
  if (reason === 'outside_network') return `Not from there: a role gives ${user} this, from other networks.`;
  if (reason === 'wrong_client_kind')
    return `Not by that: a role gives ${user} this, by other kinds of client.`;
  if (reason === 'not_signed_in') return `No: ${user} is suspended, or has been deleted.`;
  return `No: no role gives ${user} this, or one takes it away.`;
}

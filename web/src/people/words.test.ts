import { describe, expect, it } from 'vitest';
import type { Assignment } from '../api/client';
import { assignmentWords, conditionWords, decisionWords, namesOf, signedInWords, stateWords } from './words';

const role = (id: string, name: string) => ({
  id,
  name,
  ready: false,
  rights: [],
  max_age_days: null,
  schedule: null,
  networks: null,
  client_kinds: null,
});
const names = namesOf(
  [role('o', 'Operator'), role('v', 'Viewer')],
  [{ id: 'g', name: 'Gates', camera_ids: [] }],
  [
    { id: 'y', name: 'Yard' },
    { id: 'd', name: 'Dock' },
  ],
);
const give = (role_id: string, scope: Assignment['scope'], scope_id?: string): Assignment => ({
  role_id,
  scope,
  scope_id,
  denies: false,
});
const deny = (...over: Parameters<typeof give>): Assignment => ({ ...give(...over), denies: true });

describe('the words of assignments', () => {
  it.each<[string, Assignment[]]>([
    ['No role yet', []],
    ['Operator everywhere', [give('o', 'organisation')]],
    ['Operator over Gates, except Yard', [give('o', 'group', 'g'), deny('o', 'camera', 'y')]],
    [
      'Viewer over Gates, Dock and Yard',
      ['g', 'd', 'y'].map((id) => give('v', id === 'g' ? 'group' : 'camera', id)),
    ],
    ['Operator everywhere; not Viewer over Yard', [give('o', 'organisation'), deny('v', 'camera', 'y')]],
    ['Operator over Yard, but taken away everywhere', [give('o', 'camera', 'y'), deny('o', 'organisation')]],
    ['not Operator everywhere', [deny('o', 'organisation')]],
    ['Viewer over a camera that was removed', [give('v', 'camera', 'x')]],
    ['a deleted role over a deleted group', [give('x', 'group', 'x')]],
  ])('%s', (words, assignments) => {
    expect(assignmentWords(assignments, names)).toBe(words);
  });
});

describe('other words', () => {
  it('say when a role counts', () => {
    const schedule = 'f'.repeat(24).padEnd(168, '0');
    expect(conditionWords({ max_age_days: 30, schedule, networks: null, client_kinds: null })).toEqual([
      '30 days back',
      'Mo 0:00-24:00',
    ]);
    expect(
      conditionWords({
        max_age_days: null,
        schedule: null,
        networks: ['192.0.2.0/24', '2001:db8::1'],
        client_kinds: null,
      }),
    ).toEqual(['from 192.0.2.0/24 and 2001:db8::1']);
    expect(
      conditionWords({ max_age_days: null, schedule: null, networks: null, client_kinds: ['web', 'bridge'] }),
    ).toEqual(['by a browser and a bridge']);
    expect(
      conditionWords({ max_age_days: null, schedule: null, networks: null, client_kinds: null }),
    ).toEqual([]);
  });

  it('say how an account is', () => {
    expect(stateWords({ state: 'active', invited_until_90k: null, envelope: null })).toBe('Active');
    expect(stateWords({ state: 'invited', invited_until_90k: null, envelope: null })).toBe(
      'Invitation has run out',
    );
    expect(stateWords({ state: 'invited', invited_until_90k: 90_000, envelope: null })).toMatch(
      /^Invited until .*1/,
    );
    expect(signedInWords(2)).toBe('signed in at 2 places');
  });

  it('explain a decision', () => {
    expect(decisionWords({ allowed: true, reason: 'role_permits' }, 'Ann')).toBe(
      'Yes: a role gives Ann this.',
    );
    expect(decisionWords({ allowed: true, reason: 'role_permits', not_before_90k: 90_000 }, 'Ann')).toMatch(
      /hidden/,
    );
    expect(decisionWords({ allowed: false, reason: 'outside_schedule' }, 'Ann')).toMatch(/^Not now/);
    expect(decisionWords({ allowed: false, reason: 'outside_network' }, 'Ann')).toMatch(/^Not from there/);
    expect(decisionWords({ allowed: false, reason: 'not_signed_in' }, 'Ann')).toMatch(/suspended/);
    expect(decisionWords({ allowed: false, reason: 'not_permitted' }, 'Ann')).toMatch(/^No: no role/);
    expect(
      decisionWords(
        { allowed: false, reason: 'needs_step_up', missing: ['step_up', 'second_person'] },
        'Ann',
      ),
    ).toMatch(/^Yes, with a second factor given for it and the approval of a second person:/);
  });
});

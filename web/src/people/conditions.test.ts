import { describe, expect, it } from 'vitest';
import type { ClientKind } from '../api/client';
import { conditionFields, conditionProblems, conditionsOf } from './conditions';
import { holidayProblem } from './holidays';
import { sessionProblems } from './sessionRules';

const role = { name: 'Night watch', rights: [] };
const always = conditionsOf(undefined);

describe('the conditions of a role', () => {
  it('go into the form and back', () => {
    const fields = {
      max_age_days: 3,
      schedule: '8'.padEnd(168, '0') + 'f'.padEnd(24, '0'),
      networks: ['192.0.2.0/24', '2001:db8::1'],
      client_kinds: ['web', 'bridge'] as ClientKind[],
    };
    expect(conditionFields(conditionsOf({ ...role, ...fields }))).toEqual(fields);
    expect(conditionFields(always)).toEqual({
      max_age_days: null,
      schedule: null,
      networks: null,
      client_kinds: null,
    });
  });

  it('take networks as people write them', () => {
    const { networks } = conditionFields({
      ...always,
      placed: true,
      networks: ' 192.0.2.1,\n10.0.0.0/8; ::1 ',
    });
    expect(networks).toEqual(['192.0.2.1', '10.0.0.0/8', '::1']);
  });

  it('say what is wrong with them', () => {
    expect(conditionProblems(always)).toEqual({});
    expect(conditionProblems({ ...always, kinds: [] }).kinds).toMatch(/at least one kind/);
    expect(conditionProblems({ ...always, kinds: ['api'] })).toEqual({});
    expect(conditionProblems({ ...always, days: 0 }).days).toMatch(/Between 1/);
    expect(conditionProblems({ ...always, timed: true, hours: 'sometimes' }).hours).toMatch(/Write days/);
    expect(conditionProblems({ ...always, timed: true, hours: '' }).hours).toMatch(/at least one hour/);
    expect(conditionProblems({ ...always, timed: true, hours: 'Holidays off' }).hours).toMatch(
      /at least one/,
    );
    expect(conditionProblems({ ...always, placed: true }).networks).toMatch(/at least one network/);
    const many = Array.from({ length: 33 }, (_, at) => `192.0.2.${at}`).join(' ');
    expect(conditionProblems({ ...always, placed: true, networks: many }).networks).toMatch(/At most 32/);
  });
});

describe('sessions', () => {
  it('end within bounds', () => {
    expect(sessionProblems({ session_idle_minutes: 720, session_hours: 168 })).toEqual({});
    const problems = sessionProblems({ session_idle_minutes: 4, session_hours: 2161 });
    expect(problems.session_idle_minutes).toMatch(/Between 5/);
    expect(problems.session_hours).toMatch(/Between 1 and 2160/);
  });
});

describe('holidays', () => {
  it('have a day and a name, and are there once', () => {
    const christmas = { date: '2026-12-25', yearly: true, name: 'Christmas' };
    const holidays = [christmas, christmas, { ...christmas, yearly: false }, { ...christmas, date: '' }];
    expect(holidayProblem(holidays, 0)).toBeUndefined();
    expect(holidayProblem(holidays, 1)).toMatch(/already/);
    expect(holidayProblem(holidays, 2)).toBeUndefined();
    expect(holidayProblem(holidays, 3)).toMatch(/day/);
    expect(holidayProblem([{ ...christmas, name: ' ' }], 0)).toMatch(/name/);
  });
});

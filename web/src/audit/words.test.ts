import { describe, expect, it } from 'vitest';
import type { AuditEntry } from '../api/client';
import { changesOf, describeAction, describeWho, outcomeOf, rangeOf } from './words';

const entry = (more: Partial<AuditEntry> = {}): AuditEntry => ({
  sequence: 1,
  kind: 'decision',
  time_90k: 90_000,
  who: { kind: 'user', user_id: 'u', name: 'Ada' },
  address: '192.0.2.7',
  object: { kind: 'camera', camera_id: 'c', camera_name: 'Gate' },
  action: 'watch_live',
  operation: 'live.start',
  allowed: true,
  reason: 'role_permits',
  status: 0,
  about: null,
  personal: 'present',
  details: {},
  ...more,
});

describe('an audit entry', () => {
  it('says in plain words what was asked for', () => {
    expect(describeAction(entry())).toBe('Watch live');
    expect(describeAction(entry({ operation: '', action: 'place_hold' }))).toBe('Hold recordings');
    expect(describeAction(entry({ operation: 'newThing', action: 'some_new_thing' }))).toBe('Some new thing');
    expect(describeAction(entry({ kind: 'summary', details: { count: 190 } }))).toContain('190');
  });

  it('says who, also where the name is gone', () => {
    expect(describeWho(entry())).toBe('Ada');
    expect(describeWho(entry({ personal: 'erased', who: { kind: 'user', user_id: 'u', name: '' } }))).toBe(
      'Erased',
    );
    expect(describeWho(entry({ who: { kind: 'nobody', user_id: null, name: '' } }))).toBe('Nobody signed in');
    expect(describeWho(entry({ who: { kind: 'nobody', user_id: null, name: 'eve' } }))).toBe('eve');
    const who = { kind: 'api_client', user_id: 'u', name: 'Ada' } as const;
    expect(describeWho(entry({ who, details: { api_token: { id: 't', name: 'Backup' } } }))).toBe(
      'Ada, by Backup',
    );
    expect(describeWho(entry({ who }))).toBe('Ada, by an API token');
    const claim = entry({ who: { kind: 'nobody', user_id: null, name: '' }, result: entry() });
    expect(describeWho(claim)).toBe('Ada');
  });

  it('tells denied, failed and done apart', () => {
    expect(outcomeOf(entry({ allowed: false, reason: 'not_permitted' }))).toMatchObject({
      tone: 'denied',
      word: 'Denied',
      more: 'The account may not',
    });
    expect(outcomeOf(entry({ allowed: false, action: 'sign_in', reason: 'unauthenticated' }))).toMatchObject({
      tone: 'denied',
      word: 'Refused',
      more: 'Wrong name or password',
    });
    const failed = entry({ action: 'change_camera', result: entry({ status: 404, reason: 'not_found' }) });
    expect(outcomeOf(failed)).toMatchObject({ tone: 'failed', more: 'It was not there' });
    expect(outcomeOf(entry({ action: 'change_camera' })).word).toBe('Done');
    expect(outcomeOf(entry({ kind: 'alarm', reason: 'rows_differ' })).tone).toBe('alarm');
  });

  it('says how long something was watched, or that it has no end', () => {
    expect(outcomeOf(entry()).word).toBe('No end yet');
    expect(outcomeOf(entry({ result: entry({ status: 200, details: { seconds: 35 } }) })).word).toBe(
      '35 seconds',
    );
  });

  it('counts the pictures of who looked through recordings', () => {
    const looked = entry({ action: 'preview_recording', operation: 'getThumbnail' });
    expect(outcomeOf(looked).word).toBe('No end yet');
    const ended = {
      ...looked,
      result: entry({ status: 200, details: { pictures: 40, start_90k: 90_000, end_90k: 9_000_000 } }),
    };
    expect(outcomeOf(ended)).toMatchObject({ tone: 'good', word: '40 pictures' });
    expect(rangeOf(ended)).toMatch(/ to /);
  });

  it('prefers the range that was sent to the one that was asked for', () => {
    const played = entry({ action: 'play_recording', details: { start_90k: 0 } });
    expect(rangeOf(played)).toMatch(/^from /);
    const sent = { ...played, result: entry({ details: { start_90k: 90_000, end_90k: 180_000 } }) };
    expect(rangeOf(sent)).toMatch(/ to /);
    expect(rangeOf(entry())).toBe('');
  });

  it('shows what was changed, from what to what', () => {
    const changed = entry({
      details: {
        asked: { name: 'Yard', password: '(not shown)', fill_gaps: false },
        before: { name: 'Gate' },
      },
    });
    expect(changesOf(changed)).toEqual([
      { label: 'Name', value: 'Gate → Yard' },
      { label: 'Password', value: '(not shown)' },
      { label: 'Fill gaps', value: 'no' },
    ]);
    expect(changesOf(entry())).toEqual([]);
    const plan = { continuous: '0'.repeat(168), on_event: 'f'.repeat(168), pre_roll_s: 10 };
    const planned = entry({
      details: { asked: { recording: { post_roll_s: 60 } }, before: { recording: plan } },
    });
    expect(changesOf(planned)).toEqual([
      { label: 'Recording', value: 'On event, always; 10 s before an event → 60 s after it' },
    ]);
  });
});

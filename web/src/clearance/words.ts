import type { Approval, SafeguardedAction } from '../api/client';
import { clientName } from '../account/client';
import { formatMoment, formatSeconds } from '../ui/format';
import { TICKS_PER_SECOND } from '../media/ticks';
import { toldPlanWords } from '../recording/plan';

/** What can take more than a right, as the rules and the dialogs call it. */
export const ACTION_WORDS: Record<SafeguardedAction, string> = {
  export_recording: 'Download a recording',
  place_hold: 'Hold recordings',
  lift_hold: 'Lift a hold',
  change_camera: 'Change a camera',
  remove_camera: 'Delete a camera',
  maintain_camera: 'Change, restart or update a device',
  switch_relay: 'Switch an output',
  change_settings: 'Change the site’s settings',
  manage_users: 'Add, change or delete users',
  manage_roles: 'Change roles and camera groups',
  change_access_rules: 'Change these rules',
};

/** What a second person approves: the same, and that somebody comes in. */
export const APPROVAL_WORDS: Record<Approval['action'], string> = { ...ACTION_WORDS, sign_in: 'Sign in' };

/** What two people read to each other, to know that they speak of the same: "3F9A 12BC". */
export const codeOf = (digest: string) => `${digest.slice(0, 4)} ${digest.slice(4, 8)}`.toUpperCase();

/** "in 14 minutes", or that it is over. */
export function untilWords(expires90k: number, now90k: number): string {
  const seconds = (expires90k - now90k) / TICKS_PER_SECOND;
  return seconds > 0 ? `ends in ${formatSeconds(seconds)}` : 'has ended';
}

export interface Fact {
  label: string;
  value: string;
}

const LABELS: Record<string, string> = {
  start_90k: 'From',
  end_90k: 'To',
  name: 'Name',
  hold_id: 'Hold',
  keep_days: 'Keep for days',
  keep_bytes: 'Keep bytes',
  place: 'Disk',
  recording: 'Recording plan',
  encryption: 'Encryption on disk',
  reason: 'Why',
  token: 'Output',
  active: 'Switched on',
  address: 'Address',
  client: 'Browser',
};

function label(field: string): string {
  const words = field.replaceAll('_', ' ');
  return LABELS[field] ?? words.charAt(0).toUpperCase() + words.slice(1);
}

const objectIn = (of: unknown): Record<string, unknown> =>
  typeof of === 'object' && of !== null && !Array.isArray(of) ? (of as Record<string, unknown>) : {};

/** "Operator over Gates", "not Viewer". */
function assignmentWords(of: unknown): string {
  const { role, over, denies } = objectIn(of);
  return `${denies ? 'not ' : ''}${String(role)}${over ? ` over ${String(over)}` : ''}`;
}

function value(field: string, of: unknown): string {
  if (of === null || of === undefined) return 'nothing';
  if (typeof of === 'boolean') return of ? 'yes' : 'no';
  if (typeof of === 'number' && field.endsWith('_90k')) return formatMoment(of);
  if (field === 'assignments' && Array.isArray(of)) return of.map(assignmentWords).join('; ') || 'no role';
  if (field === 'client') return clientName(String(of));
  if (field === 'recording') return toldPlanWords(of) ?? JSON.stringify(of);
  if (typeof of === 'object') return JSON.stringify(of);
  return String(of);
}

/** What exactly is asked, line by line: "Name: Gate → Yard". */
export function factsOf({ details }: Pick<Approval, 'details'>): Fact[] {
  const { asked, before, ...others } = details;
  const was = objectIn(before);
  return [
    ...Object.entries(others).map(([field, of]) => ({ label: label(field), value: value(field, of) })),
    ...Object.entries(objectIn(asked)).map(([field, of]) => ({
      label: label(field),
      value: field in was ? `${value(field, was[field])} → ${value(field, of)}` : value(field, of),
    })),
  ];
}

import type { AuditEntry } from '../api/client';
import { formatMoment, formatSeconds } from '../ui/format';
import { toldPlanWords } from '../recording/plan';

/** What was asked for, so that it reads well when it was done and when it was denied. By operation of the API. */
const OPERATIONS: Record<string, string> = {
  claim: 'Create the first administrator',
  signIn: 'Sign in',
  signOut: 'Sign out',
  addCamera: 'Add a camera',
  testCamera: 'Test a connection',
  changeCamera: 'Change settings',
  removeCamera: 'Remove the camera',
  getDevice: 'Look at the device',
  setDeviceClock: 'Set the device’s clock',
  changeDevicePassword: 'Change the device’s password',
  rebootDevice: 'Restart the device',
  setDeviceImaging: 'Change the picture’s settings',
  beginFirmware: 'Begin a firmware update',
  uploadFirmware: 'Send firmware',
  discoverCameras: 'Search for cameras',
  inspectDevice: 'Look at a found device',
  previewDevice: 'Look at a found device’s picture',
  getRecordedMedia: 'Download a recording',
  getThumbnail: 'Look through recordings',
  placeHold: 'Hold recordings',
  liftHold: 'Lift a hold',
  'live.start': 'Watch live',
  'playback.start': 'Play a recording',
  'talk.start': 'Speak through the camera',
  movePtz: 'Move the camera',
  stopPtz: 'Stop moving the camera',
  stepPtz: 'Move the camera a step',
  placePtz: 'Move the camera to a position',
  goHome: 'Move the camera home',
  setHome: 'Set the home position',
  savePreset: 'Save a preset',
  recallPreset: 'Move the camera to a preset',
  removePreset: 'Remove a preset',
  savePatrol: 'Save a patrol',
  removePatrol: 'Remove a patrol',
  startPatrol: 'Start a patrol',
  stopPatrol: 'Stop a patrol',
  switchRelay: 'Switch an output',
  changeSettings: 'Change the site’s settings',
  acceptInvitation: 'Accept an invitation',
  addUser: 'Add a user',
  changeUser: 'Change a user',
  removeUser: 'Delete a user',
  inviteUser: 'Invite a user again',
  signOutUser: 'Sign a user out',
  addRole: 'Make a role',
  changeRole: 'Change a role',
  removeRole: 'Delete a role',
  addCameraGroup: 'Make a camera group',
  changeCameraGroup: 'Change a camera group',
  removeCameraGroup: 'Delete a camera group',
  giveSecondFactor: 'Sign in with a code',
  setMailServer: 'Name the mail server',
  removeMailServer: 'Send no mail any more',
  testMailServer: 'Test a mail server',
  setSmsServer: 'Name the SMS server',
  removeSmsServer: 'Send no short messages any more',
  testSmsServer: 'Test an SMS server',
  beginMailAddress: 'Begin with an address for messages',
  confirmMailAddress: 'Add an address for messages',
  removeMailAddress: 'Remove the address for messages',
  sendMailProof: 'Have a code sent',
  breakGlass: 'Open a sealed envelope',
  addBreakGlass: 'Add a break-glass account',
  sealEnvelope: 'Seal a new envelope',
  finishSignIn: 'Come in, let in by a second person',
  signInWithPasskey: 'Sign in with a passkey',
  beginPasskey: 'Begin with a passkey',
  addPasskey: 'Add a passkey',
  beginPasskeyProof: 'Begin to show a passkey',
  removePasskey: 'Remove a passkey',
  renamePasskey: 'Give a passkey another name',
  changePassword: 'Change the own password',
  beginAuthenticator: 'Begin with an authenticator app',
  confirmAuthenticator: 'Set up an authenticator app',
  removeAuthenticator: 'Remove the authenticator app',
  endOtherSessions: 'Sign out everywhere else',
  endSession: 'Sign out one session',
  viewAsUser: 'Look as another user',
  addDevice: 'Register a device',
  createApiToken: 'Make an API token',
  revokeApiToken: 'Revoke an own API token',
  revokeUserApiToken: 'Revoke a user’s API token',
  changeAccessRules: 'Change what is asked of users',
  giveStepUp: 'Give a second factor for an action',
  askForApproval: 'Ask for a second person',
  withdrawClearance: 'Give up what a second person was asked for',
  giveApproval: 'Answer as a second person',
  listAudit: 'Read the audit log',
  exportAudit: 'Download the audit log',
  setAuditStream: 'Send the audit log to a syslog server',
  removeAuditStream: 'Stop sending the audit log',
  testAuditStream: 'Test a syslog server',
};

/** By action, for filters, and for operations that this page does not know. */
export const ACTIONS: Record<string, string> = {
  sign_in: 'Sign in',
  sign_out: 'Sign out',
  claim: 'Create the first administrator',
  watch_live: 'Watch live',
  play_recording: 'Play a recording',
  export_recording: 'Download a recording',
  preview_recording: 'Look through recordings',
  talk: 'Speak through a camera',
  control_ptz: 'Move a camera',
  switch_relay: 'Switch an output',
  add_camera: 'Add a camera',
  change_camera: 'Change a camera',
  remove_camera: 'Remove a camera',
  test_camera: 'Test a connection',
  maintain_camera: 'Look after a device',
  view_device: 'Look at a device',
  upload_firmware: 'Send firmware to a device',
  discover_cameras: 'Search for cameras',
  inspect_device: 'Look at a found device',
  place_hold: 'Hold recordings',
  lift_hold: 'Lift a hold',
  change_settings: 'Change the site’s settings',
  accept_invitation: 'Accept an invitation',
  manage_users: 'Manage users',
  manage_roles: 'Manage roles and groups',
  manage_own_account: 'Change the own account',
  change_access_rules: 'Change what is asked of users',
  seek_clearance: 'Give a second factor, or ask for a second person',
  give_approval: 'Answer as a second person',
  end_access: 'Sign a user out, or revoke a token',
  view_as_user: 'Look as another user',
  read_audit: 'Read the audit log',
};

const REASONS: Record<string, string> = {
  cross_site: 'Another site’s page asked',
  not_signed_in: 'Not signed in',
  other_organisation: 'It belongs to another organisation',
  not_permitted: 'The account may not',
  outside_schedule: 'Not at this time of the week',
  outside_network: 'Not from this network',
  wrong_client_kind: 'Not by this kind of client',
  beyond_scope: 'The account may, this API token may not',
  not_for_tokens: 'No API token may do this',
  needs_step_up: 'A second factor for it was missing',
  needs_second_person: 'The approval of a second person was missing',
  needs_a_person: 'It takes a second factor or a second person, which no API token can give',
  clearance_expired: 'The time for it was up',
  unauthenticated: 'Wrong name or password',
  wrong_token: 'The API token is not known, or has ended',
  second_factor_asked: 'The password was right; a code was asked for',
  second_person_asked: 'All factors were right; a second person was asked',
  passkey_unknown: 'The passkey is not known, or not that user’s',
  passkey_refused: 'The passkey did not fulfil what is asked of one',
  passkey_copied: 'The passkey’s counter went back: there may be a copy of it',
  passkeys_need_the_name: 'The page was opened by an address, or by another name',
  exhausted: 'Too many attempts',
  forbidden: 'Wrong code',
  conflict: 'Not possible in this state',
  not_found: 'It was not there',
  invalid_input: 'The input was wrong',
  unsupported: 'The device can’t do it',
  unavailable: 'The device did not answer',
  timeout: 'No answer in time',
  cancelled: 'It was given up',
  internal: 'Something went wrong',
  not_recorded: 'It could not be recorded',
  not_recorded_in_time: 'It could not be recorded, so it was not done',
};

const ALARMS: Record<string, string> = {
  database_damaged: 'Its database was damaged, and was filled again from the signed entries.',
  rows_missing: 'Entries were missing, and were filled again from the signed ones.',
  row_missing: 'An entry is missing here.',
  rows_differ: 'Entries are not as they were signed.',
  tree_missing: 'Its signatures were gone: what is older is not proven.',
  tree_damaged: 'Its signatures were damaged: what is older is not proven.',
  names_unreadable: 'Names in it can’t be read: the key is another one.',
};

/** An unknown word of the server's, as words: "some_thing" is "Some thing". */
function spelled(word: string): string {
  const words = word.replaceAll('_', ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const numberIn = (entry: AuditEntry, field: string): number | undefined => {
  const value = entry.details[field];
  return typeof value === 'number' ? value : undefined;
};

export function describeAction(entry: AuditEntry): string {
  if (entry.kind === 'alarm') return 'The audit log was found damaged';
  if (entry.kind === 'erasure') return 'Old names and addresses were erased';
  if (entry.kind === 'summary') {
    const count = numberIn(entry, 'count');
    return count === undefined ? 'Refusals were counted' : `${count} more refusals, counted and not listed`;
  }
  return OPERATIONS[entry.operation] ?? ACTIONS[entry.action] ?? spelled(entry.action);
}

const objectIn = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};

/** The API token by which a program acted for its user. */
function tokenOf(entry: AuditEntry): { id?: string; name?: string } {
  const { id, name } = objectIn(entry.details['api_token']);
  return {
    id: typeof id === 'string' ? id : undefined,
    name: typeof name === 'string' ? name : undefined,
  };
}

/** Who, for people. Names that were erased are told as such. */
export function describeWho(entry: AuditEntry): string {
  // Of a claim it is known afterwards.
  const name =
    entry.result?.who.kind === 'user' && !entry.who.user_id ? entry.result.who.name : entry.who.name;
  if (entry.who.kind === 'system') return 'Vedette';
  if (entry.who.kind === 'metrics_token') return 'Metrics token';
  if (entry.personal === 'erased' && entry.who.user_id) return 'Erased';
  if (entry.personal === 'unreadable') return 'Unreadable';
  if (entry.who.kind === 'api_client') return `${name}, by ${tokenOf(entry).name ?? 'an API token'}`;
  if (name) return name;
  return 'Nobody signed in';
}

/** good: as it should be. denied: not allowed. failed: allowed, and not done. alarm: the log itself. */
export type Tone = 'good' | 'open' | 'denied' | 'failed' | 'alarm';
export interface Outcome {
  tone: Tone;
  word: string;
  /** One sentence more, or nothing. */
  more: string;
}

const ABOUT_RECORDINGS = new Set(['play_recording', 'export_recording', 'preview_recording']);
const LASTING = new Set(['watch_live', 'play_recording', 'talk']);

export function outcomeOf(entry: AuditEntry): Outcome {
  if (entry.operation === 'breakGlass' && entry.allowed) return { tone: 'alarm', word: 'Alarm', more: '' };
  if (entry.kind === 'alarm')
    return { tone: 'alarm', word: 'Alarm', more: ALARMS[entry.reason] ?? spelled(entry.reason) };
  if (entry.kind === 'summary') return { tone: 'denied', word: 'Denied', more: '' };
  if (!entry.allowed) {
    const failed = entry.action === 'sign_in' || entry.action === 'claim';
    const more = REASONS[entry.reason] ?? spelled(entry.reason);
    return { tone: 'denied', word: failed && entry.reason !== 'cross_site' ? 'Refused' : 'Denied', more };
  }
  const { result } = entry;
  if (result && result.status >= 400)
    return { tone: 'failed', word: 'Failed', more: REASONS[result.reason] ?? spelled(result.reason) };
  const seconds = result && numberIn(result, 'seconds');
  if (LASTING.has(entry.action)) {
    if (seconds === undefined) return { tone: 'open', word: 'No end yet', more: '' };
    return { tone: 'good', word: formatSeconds(seconds), more: '' };
  }
  if (entry.action === 'preview_recording') {
    const pictures = result && numberIn(result, 'pictures');
    if (pictures === undefined) return { tone: 'open', word: 'No end yet', more: '' };
    return { tone: 'good', word: pictures === 1 ? '1 picture' : `${pictures} pictures`, more: '' };
  }
  return { tone: 'good', word: 'Done', more: '' };
}

/** The stretch of recordings that it was about: what was sent, where that is known, else what was asked for. */
export function rangeOf(entry: AuditEntry): string {
  if (!ABOUT_RECORDINGS.has(entry.action)) return '';
  const from = entry.result && numberIn(entry.result, 'start_90k') !== undefined ? entry.result : entry;
  const start = numberIn(from, 'start_90k');
  const end = numberIn(from, 'end_90k');
  if (start === undefined) return '';
  return end === undefined ? `from ${formatMoment(start)}` : `${formatMoment(start)} to ${formatMoment(end)}`;
}

export interface Fact {
  label: string;
  value: string;
}

function shown(field: string, value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (field === 'recording') return toldPlanWords(value) ?? JSON.stringify(value);
  if (typeof value === 'object') return JSON.stringify(value);
  return String(value);
}

/** What was changed: "name: Gate → Yard". */
export function changesOf(entry: AuditEntry): Fact[] {
  const before = objectIn(entry.details['before']);
  return Object.entries(objectIn(entry.details['asked'])).map(([field, value]) => ({
    label: spelled(field),
    value: field in before ? `${shown(field, before[field])} → ${shown(field, value)}` : shown(field, value),
  }));
}

/** Everything else that the entry says, for who looks closer. */
export function factsOf(entry: AuditEntry): Fact[] {
  const facts: Fact[] = [
    { label: 'Entry', value: String(entry.sequence) },
    { label: 'Address', value: entry.address || '–' },
    { label: 'Rule', value: spelled(entry.reason) || '–' },
  ];
  if (entry.who.user_id) facts.push({ label: 'User id', value: entry.who.user_id });
  const token = tokenOf(entry);
  if (token.name !== undefined) facts.push({ label: 'API token', value: token.name });
  if (token.id !== undefined) facts.push({ label: 'API token id', value: token.id });
  if (entry.operation) facts.push({ label: 'Operation', value: entry.operation });
  const status = entry.result?.status || entry.status;
  if (status) facts.push({ label: 'Status', value: String(status) });
  const alarm = entry.details['alarm'];
  if (typeof alarm === 'string') facts.push({ label: 'Found', value: alarm });
  const stream = entry.details['stream'];
  if (typeof stream === 'string') facts.push({ label: 'Stream', value: stream });
  if (entry.personal === 'erased')
    facts.push({ label: 'Names', value: 'Erased, as the rule for old entries says' });
  return facts;
}

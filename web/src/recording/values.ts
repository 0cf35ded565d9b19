// The recording plan as it stands in the form of a camera.

import type { Camera, CameraChange } from '../api/client';
import type { EventKind } from '../events/events';
import {
  digitsOfModes,
  LIMITS,
  modesAll,
  modesOf,
  onlyMode,
  USUAL_KINDS,
  type Mode,
  type Modes,
} from './plan';

/** One mode for always, or a week of them. */
export type Choice = Mode | 'week';

export interface RecordingValues {
  choice: Choice;
  /** Of the choice `week`. */
  modes: Modes;
  pre_roll_s: number | '';
  post_roll_s: number | '';
  event_kinds: EventKind[];
}
export type RecordingProblems = Partial<Record<keyof RecordingValues, string>>;

export const EMPTY_RECORDING: RecordingValues = {
  choice: 'continuous',
  modes: modesAll('continuous'),
  pre_roll_s: 10,
  post_roll_s: 30,
  event_kinds: USUAL_KINDS,
};

export function recordingValues({ recording }: Camera): RecordingValues {
  const modes = modesOf(recording);
  return {
    choice: onlyMode(modes) ?? 'week',
    modes,
    pre_roll_s: recording.pre_roll_s,
    post_roll_s: recording.post_roll_s,
    event_kinds: recording.event_kinds,
  };
}

export const chosenModes = ({ choice, modes }: RecordingValues): Modes =>
  choice === 'week' ? modes : modesAll(choice);

/** Whether events play a part. */
export const usesEvents = (values: RecordingValues): boolean => chosenModes(values).includes('on_event');

const within = (value: number | '', least: number, most: number) =>
  value !== '' && Number.isInteger(value) && value >= least && value <= most;

/** What is wrong, by field; a field that is right is missing. */
export function recordingProblems(values: RecordingValues): RecordingProblems {
  if (!usesEvents(values)) return {};
  const { preRoll, leastPostRoll, postRoll } = LIMITS;
  return {
    ...(!within(values.pre_roll_s, 0, preRoll) && {
      pre_roll_s: `Enter whole seconds from 0 to ${preRoll}.`,
    }),
    ...(!within(values.post_roll_s, leastPostRoll, postRoll) && {
      post_roll_s: `Enter whole seconds from ${leastPostRoll} to ${postRoll}.`,
    }),
    ...(values.event_kinds.length === 0 && { event_kinds: 'Choose at least one kind of event.' }),
  };
}

/** What the API is told; where events play no part, what stands there stays. */
export function recordingRequest(values: RecordingValues): NonNullable<CameraChange['recording']> {
  const digits = digitsOfModes(chosenModes(values));
  const { pre_roll_s, post_roll_s, event_kinds } = values;
  if (!usesEvents(values) || pre_roll_s === '' || post_roll_s === '') return digits;
  return { ...digits, pre_roll_s, post_roll_s, event_kinds };
}

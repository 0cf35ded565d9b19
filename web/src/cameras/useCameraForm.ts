import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { api, type Camera, type CameraChange, type Transport } from '../api/client';
import { ApiError, dataOf } from '../api/problem';
import { storeCamera } from '../api/queries';
import {
  EMPTY_RECORDING,
  recordingProblems,
  recordingRequest,
  recordingValues,
  type RecordingValues,
} from '../recording/values';
import { daysProblem, keepRequest, keepValues, sizeProblem, type KeepValues } from '../retention/keep';
import { addressProblem, splitCredentials } from './address';

export interface CameraValues extends KeepValues {
  name: string;
  main_url: string;
  sub_url: string;
  username: string;
  password: string;
  transport: Transport;
  allow_basic_in_clear: boolean;
  allow_legacy_tls: boolean;
  fill_gaps: boolean;
  encryption: Camera['encryption'];
  /** Empty: any disk. */
  place: string;
  recording: RecordingValues;
}

const EMPTY: CameraValues = {
  name: '',
  main_url: '',
  sub_url: '',
  username: '',
  password: '',
  transport: 'auto',
  allow_basic_in_clear: false,
  allow_legacy_tls: false,
  fill_gaps: true,
  keep_days: '',
  keep_bytes: '',
  encryption: 'full',
  place: '',
  recording: EMPTY_RECORDING,
};
type Field = keyof CameraValues;
const isField = (name: string | undefined): name is Field => name !== undefined && name in EMPTY;

/** Errors that belong to no field of the form. */
export function generalError(error: unknown): string | undefined {
  if (!error) return undefined;
  if (error instanceof ApiError) return isField(error.field) ? undefined : error.message;
  return String(error);
}

/** An empty password and a plan that was not changed stand for "as it was" and are left out. */
export function requestOf(
  values: CameraValues,
  before: RecordingValues = EMPTY_RECORDING,
): CameraChange & { name: string; main_url: string } {
  const { password, ...rest } = values;
  const recording = recordingRequest(rest.recording);
  const sameRecording = JSON.stringify(recording) === JSON.stringify(recordingRequest(before));
  const trimmed = {
    name: rest.name.trim(),
    main_url: rest.main_url.trim(),
    sub_url: rest.sub_url.trim(),
    username: rest.username.trim(),
    transport: rest.transport,
    allow_basic_in_clear: rest.allow_basic_in_clear,
    allow_legacy_tls: rest.allow_legacy_tls,
    fill_gaps: rest.fill_gaps,
    ...keepRequest(rest),
    encryption: rest.encryption,
    place: rest.place,
    ...(!sameRecording && { recording }),
  };
  return password ? { ...trimmed, password } : trimmed;
}

/** The form of one camera; `camera` is undefined when a new one is added. */
export function useCameraForm(camera: Camera | undefined, onSaved: (camera: Camera) => void) {
  const form = useForm<CameraValues>({
    initialValues: camera
      ? {
          name: camera.name,
          main_url: camera.main_url ?? '',
          sub_url: camera.sub_url ?? '',
          username: camera.username ?? '',
          password: '',
          transport: camera.transport,
          allow_basic_in_clear: camera.allow_basic_in_clear,
          allow_legacy_tls: camera.allow_legacy_tls,
          fill_gaps: camera.fill_gaps,
          ...keepValues(camera),
          encryption: camera.encryption,
          place: camera.place,
          recording: recordingValues(camera),
        }
      : EMPTY,
    validate: {
      name: (value) => (value.trim() ? null : 'Give the camera a name.'),
      main_url: addressProblem,
      sub_url: (value) => (value.trim() ? addressProblem(value) : null),
      keep_days: daysProblem,
      keep_bytes: sizeProblem,
      // Shown at its parts.
      recording: (value) => (Object.keys(recordingProblems(value)).length > 0 ? ' ' : null),
    },
  });

  const showAtField = (error: Error) => {
    if (error instanceof ApiError && isField(error.field)) form.setFieldError(error.field, error.message);
  };

  const save = useMutation({
    mutationFn: (values: CameraValues) => {
      const body = requestOf(values, camera && recordingValues(camera));
      return dataOf(
        camera
          ? api.PATCH('/api/v1/cameras/{camera_id}', { params: { path: { camera_id: camera.id } }, body })
          : api.POST('/api/v1/cameras', { body }),
      );
    },
    onSuccess: (saved) => {
      storeCamera(saved);
      onSaved(saved);
    },
    onError: showAtField,
  });

  const test = useMutation({
    mutationFn: (values: CameraValues) => {
      // What has nothing to do with the connection is no part of the question.
      const { name, fill_gaps, keep_days, keep_bytes, encryption, place, recording, ...tested } =
        requestOf(values);
      void [name, fill_gaps, keep_days, keep_bytes, encryption, place, recording];
      const body = { ...tested, camera_id: camera?.id };
      return dataOf(api.POST('/api/v1/cameras/test', { body }));
    },
    onError: showAtField,
  });

  /** Credentials that were pasted with an address go where they belong. */
  const adoptAddress = (field: 'main_url' | 'sub_url') => {
    const found = splitCredentials(form.values[field]);
    if (!found) return;
    form.setFieldValue(field, found.url);
    if (found.username) form.setFieldValue('username', found.username);
    if (found.password) form.setFieldValue('password', found.password);
  };

  const runTest = () => {
    const wrong = form.validateField('main_url').hasError || form.validateField('sub_url').hasError;
    if (!wrong) test.mutate(form.values);
  };

  return { form, save, test, adoptAddress, runTest };
}

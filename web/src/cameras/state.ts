import type { Camera, CameraState, Stream, StreamKind } from '../api/client';
import { may } from '../session/rights';
import { sentence } from '../ui/format';

export const STATE_WORDS: Record<CameraState, string> = {
  connecting: 'Connecting',
  recording: 'Recording',
  waiting: 'Offline',
  unauthorised: 'Not authorised',
  certificate_changed: 'Certificate not trusted',
};

/** What a camera does that comes and is not recorded now, in a word or two. */
export function planState({ mode, trouble }: Camera['recording_now']): string {
  if (trouble) return 'Events not told';
  return mode === 'off' ? 'Off by plan' : 'Waiting for an event';
}

export const streamOf = (camera: Camera, kind: StreamKind): Stream | undefined =>
  camera.streams.find((stream) => stream.kind === kind);

/** The stream for a small picture: the sub stream, unless there is none or it fails while the main stream works. */
export function gridStream(camera: Camera): StreamKind {
  const sub = streamOf(camera, 'sub');
  if (!sub) return 'main';
  return isAway(sub.state) && mainState(camera) === 'recording' ? 'main' : 'sub';
}

/**
 * Whether ONVIF commands may reach it. Which device a camera is, is told to those who may configure it; for others
 * it may be one, and the server says so when it is not.
 */
export const mayBeDevice = (camera: Camera): boolean =>
  may(camera, 'configure_cameras') ? Boolean(camera.device?.onvif_url) : true;

/** False of a camera of which an administrator who looks as somebody else may know the name alone. */
export const isKnown = (camera: Camera): boolean => camera.streams.length > 0;

export const mainState = (camera: Camera): CameraState => streamOf(camera, 'main')?.state ?? 'connecting';

/** What is wrong, in words; empty when nothing is. */
export const reasonOf = (camera: Camera): string =>
  sentence(camera.streams.find((stream) => stream.state !== 'recording' && stream.reason)?.reason ?? '');

/** Streams that record nothing until somebody acts or the camera comes back. */
export const isAway = (state: CameraState): boolean =>
  state === 'waiting' || state === 'unauthorised' || state === 'certificate_changed';

/** The fingerprints that a stopped camera shows instead of the one that we know. */
export const offeredCertificates = (camera: Camera): string[] => [
  ...new Set(camera.streams.map((stream) => stream.certificate?.offered ?? '').filter((offered) => offered)),
];

/** As the server's sentences write it: the first 16 digits in groups of four. */
export const shortFingerprint = (fingerprint: string): string =>
  fingerprint.slice(0, 16).replace(/(.{4})(?=.)/g, '$1 ');

export function resolutionOf(stream: Stream | undefined): string {
  const video = stream?.tracks.find((track) => track.width !== undefined);
  return video ? `${video.width} × ${video.height}` : '–';
}

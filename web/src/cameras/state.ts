import type { Camera, CameraState, Stream, StreamKind } from '../api/client';
import { sentence } from '../ui/format';

export const STATE_WORDS: Record<CameraState, string> = {
  connecting: 'Connecting',
  recording: 'Recording',
  waiting: 'Offline',
  unauthorised: 'Not authorised',
};

export const streamOf = (camera: Camera, kind: StreamKind): Stream | undefined =>
  camera.streams.find((stream) => stream.kind === kind);

/** The stream for a small picture: the sub stream when the camera has one. */
export const gridStream = (camera: Camera): StreamKind => (camera.sub_url ? 'sub' : 'main');

export const mainState = (camera: Camera): CameraState => streamOf(camera, 'main')?.state ?? 'connecting';

/** What is wrong, in words; empty when nothing is. */
export const reasonOf = (camera: Camera): string =>
  sentence(camera.streams.find((stream) => stream.state !== 'recording' && stream.reason)?.reason ?? '');

export function resolutionOf(stream: Stream | undefined): string {
  const video = stream?.tracks.find((track) => track.width !== undefined);
  return video ? `${video.width} × ${video.height}` : '–';
}

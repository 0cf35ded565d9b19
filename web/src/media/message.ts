import type { Camera, CameraEvent, Problem, StateChange, Storage, StreamKind } from '../api/client';

/** Text messages from the client; docs/ref/websocket.md. */
export type StartRequest =
  | { type: 'live.start'; camera_id: string; stream: StreamKind }
  | { type: 'playback.start'; camera_id: string; stream: StreamKind; start_90k: number; end_90k?: number }
  | { type: 'talk.start'; camera_id: string };

export type ServerMessage =
  | { type: 'camera.changed'; camera: Camera }
  | { type: 'camera.removed'; camera_id: string }
  | { type: 'session.changed' }
  | { type: 'approvals.changed' }
  | { type: 'clearances.changed' }
  | ({ type: 'camera.state'; camera_id: string } & StateChange)
  | { type: 'camera.event'; event: CameraEvent }
  | { type: 'storage.changed'; storage: Storage }
  | { type: 'channel.started'; channel: number; mime_type: string; sound_withheld?: boolean }
  | { type: 'talk.ready'; channel: number }
  | { type: 'channel.gap'; channel: number; start_90k: number; end_90k: number; reason: string }
  | { type: 'channel.ended'; channel: number; problem?: Problem }
  | { type: 'error'; problem: Problem; channel?: number };

const SERVER_TYPES = new Set<ServerMessage['type']>([
  'camera.changed',
  'camera.removed',
  'session.changed',
  'approvals.changed',
  'clearances.changed',
  'camera.state',
  'camera.event',
  'storage.changed',
  'channel.started',
  'talk.ready',
  'channel.gap',
  'channel.ended',
  'error',
]);

/** undefined for what this version does not know: a newer server may say more. */
export function parseText(text: string): ServerMessage | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const type = (value as { type?: unknown }).type;
  return SERVER_TYPES.has(type as ServerMessage['type']) ? (value as ServerMessage) : undefined;
}

const SOUND_HEADER_BYTES = 8;
const KIND_SOUND = 2;

/** A binary message with linear sound: 16 bits, 8 kHz. */
export function soundMessage(channel: number, samples: Int16Array): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(SOUND_HEADER_BYTES + samples.length * 2));
  view.setUint32(0, channel);
  view.setUint8(4, KIND_SOUND);
  samples.forEach((sample, index) => view.setInt16(SOUND_HEADER_BYTES + index * 2, sample, true));
  return view.buffer;
}

export interface MediaMessage {
  channel: number;
  kind: 'init' | 'fragment';
  randomAccess: boolean;
  start90k: number;
  duration90k: number;
  payload: Uint8Array<ArrayBuffer>;
  /** What credit counts: the bytes of a fragment, without the header; an initialisation segment is free. */
  creditBytes: number;
}

export const MEDIA_HEADER_BYTES = 24;
const FLAG_RANDOM_ACCESS = 1;

/** undefined when the message is too short or of a kind that this version does not know. */
export function parseMedia(buffer: ArrayBuffer): MediaMessage | undefined {
  if (buffer.byteLength < MEDIA_HEADER_BYTES) return undefined;
  const view = new DataView(buffer);
  const kind = view.getUint8(4);
  if (kind > 1) return undefined;
  return {
    channel: view.getUint32(0),
    kind: kind === 0 ? 'init' : 'fragment',
    randomAccess: (view.getUint8(5) & FLAG_RANDOM_ACCESS) !== 0,
    start90k: Number(view.getBigUint64(8)),
    duration90k: Number(view.getBigUint64(16)),
    payload: new Uint8Array(buffer, MEDIA_HEADER_BYTES),
    creditBytes: kind === 0 ? 0 : buffer.byteLength - MEDIA_HEADER_BYTES,
  };
}

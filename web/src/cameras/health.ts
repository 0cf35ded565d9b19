import type { Camera, Stream } from '../api/client';
import { formatSeconds } from '../ui/format';
import { signatureTroubles } from './signature';

/** From here on a figure is worth a word where nobody asked. */
const NOTABLE_OFFSET_SECONDS = 2;
const NOTABLE_DRIFT_PPM = 200;
const NOTABLE_KEY_FRAME_SECONDS = 10;
const SECONDS_PER_DAY = 86_400;

/** "40 seconds behind"; "in step" below a tenth of a second. */
export function clockWords(offsetSeconds: number): string {
  const size = Math.abs(offsetSeconds);
  if (size < 0.1) return 'in step';
  const amount = size < 1 ? `${size.toFixed(1)} s` : formatSeconds(size);
  return `${amount} ${offsetSeconds < 0 ? 'behind' : 'ahead'}`;
}

/** "1.7 s a day too fast (20 ppm)". */
export function driftWords(ppm: number): string {
  const size = Math.abs(ppm);
  if (size < 1) return 'none';
  const aDay = (size * SECONDS_PER_DAY) / 1e6;
  const amount = aDay < 60 ? `${aDay.toFixed(1)} s` : formatSeconds(aDay);
  return `${amount} a day too ${ppm < 0 ? 'slow' : 'fast'} (${Math.round(size)} ppm)`;
}

export function keyFrameWords(seconds: number): string {
  return `every ${seconds < 10 ? Number(seconds.toFixed(1)) : Math.round(seconds)} s`;
}

/** What is not right with a stream that records, each in plain words with what to do. */
export function troublesOf({ state, health }: Stream): string[] {
  if (state !== 'recording') return [];
  const troubles: string[] = [];
  const offset = health.clock_offset_seconds;
  if (offset !== null && Math.abs(offset) >= NOTABLE_OFFSET_SECONDS) {
    troubles.push(`Its clock is ${clockWords(offset)}: give the camera a time server.`);
  }
  const drift = health.clock_drift_ppm;
  if (drift !== null && Math.abs(drift) >= NOTABLE_DRIFT_PPM) {
    troubles.push(`Its picture clock runs ${driftWords(drift)}.`);
  }
  const interval = health.key_frame_interval_seconds;
  if (interval !== null && interval >= NOTABLE_KEY_FRAME_SECONDS) {
    troubles.push(`A key frame comes only ${keyFrameWords(interval)}: set 1 to 4 s in the camera.`);
  }
  return troubles;
}

/** The same for a camera; both streams of one tell the same clock. */
export const cameraTroubles = (camera: Camera): string[] => [
  ...new Set([
    ...(camera.recording_now.trouble ? [camera.recording_now.message] : []),
    ...camera.streams.flatMap(troublesOf),
    ...camera.streams.flatMap(signatureTroubles),
  ]),
];

import { describe, expect, it } from 'vitest';
import type { Camera, Stream } from '../api/client';
import { cameraTroubles, clockWords, driftWords, keyFrameWords, troublesOf } from './health';

const stream = (health: Partial<Stream['health']>, state: Stream['state'] = 'recording') =>
  ({
    state,
    health: {
      damaged_pictures: 0,
      refused_packets: 0,
      reconnects: 0,
      last_picture_90k: null,
      key_frame_interval_seconds: 2,
      clock_drift_ppm: 12,
      clock_offset_seconds: 0.02,
      ...health,
    },
  }) as Stream;

describe('words of health', () => {
  it('says which way a clock is off', () => {
    expect(clockWords(-40)).toBe('40 seconds behind');
    expect(clockWords(7200)).toBe('2 hours ahead');
    expect(clockWords(0.4)).toBe('0.4 s ahead');
    expect(clockWords(-0.02)).toBe('in step');
  });

  it('says what a drift is in a day', () => {
    expect(driftWords(-20)).toBe('1.7 s a day too slow (20 ppm)');
    expect(driftWords(1000)).toBe('1 minute a day too fast (1000 ppm)');
    expect(driftWords(0.3)).toBe('none');
  });

  it('rounds the distance of key frames', () => {
    expect(keyFrameWords(2.04)).toBe('every 2 s');
    expect(keyFrameWords(19.98)).toBe('every 20 s');
  });

  it('complains of what is wrong, and of nothing else', () => {
    expect(troublesOf(stream({}))).toEqual([]);
    expect(
      troublesOf(
        stream({ clock_offset_seconds: null, clock_drift_ppm: null, key_frame_interval_seconds: null }),
      ),
    ).toEqual([]);
    expect(troublesOf(stream({ clock_offset_seconds: -40, key_frame_interval_seconds: 20 }))).toEqual([
      'Its clock is 40 seconds behind: give the camera a time server.',
      'A key frame comes only every 20 s: set 1 to 4 s in the camera.',
    ]);
    expect(troublesOf(stream({ clock_offset_seconds: -40 }, 'waiting'))).toEqual([]);
  });

  it('says once what both streams tell', () => {
    const behind = stream({ clock_offset_seconds: -40.2 });
    expect(
      cameraTroubles({
        recording_now: { trouble: false },
        streams: [behind, stream({ clock_offset_seconds: -40.1 })],
      } as Camera),
    ).toHaveLength(1);
  });
});

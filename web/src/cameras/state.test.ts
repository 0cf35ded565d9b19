import { describe, expect, it } from 'vitest';
import type { Camera, CameraState, Stream } from '../api/client';
import { gridStream, mayBeDevice, planState } from './state';

const stream = (kind: 'main' | 'sub', state: CameraState): Stream => ({
  kind,
  state,
  reason: '',
  since_90k: 0,
  bits_per_second: 0,
  frames_per_second: 0,
  tracks: [],
  transport: '',
  lost_packets: 0,
  reordered_packets: 0,
  certificate: null,
  signature: null,
  health: {
    damaged_pictures: 0,
    refused_packets: 0,
    reconnects: 0,
    last_picture_90k: null,
    key_frame_interval_seconds: null,
    clock_drift_ppm: null,
    clock_offset_seconds: null,
  },
});

const camera = (streams: Stream[]): Camera => ({
  id: '',
  name: '',
  rights: [],
  transport: 'auto',
  allow_basic_in_clear: false,
  allow_legacy_tls: false,
  fill_gaps: true,
  keep_days: null,
  keep_bytes: null,
  inherited_keep: { keep_days: null, keep_bytes: null },
  encryption: 'full',
  place: '',
  recording: { continuous: '', on_event: '', pre_roll_s: 10, post_roll_s: 30, event_kinds: [] },
  recording_now: { mode: 'continuous', wanted: true, trouble: false, message: '' },
  gap_filling: { state: 'idle', message: '' },
  talking: false,
  streams,
});

describe('the stream of a small picture', () => {
  it.each<[CameraState, CameraState, string]>([
    ['recording', 'recording', 'sub'],
    ['recording', 'connecting', 'sub'],
    ['recording', 'waiting', 'main'],
    ['waiting', 'waiting', 'sub'],
  ])('main %s, sub %s: %s', (main, sub, expected) => {
    expect(gridStream(camera([stream('main', main), stream('sub', sub)]))).toBe(expected);
  });

  it('is the main stream where there is no other', () => {
    expect(gridStream(camera([stream('main', 'recording')]))).toBe('main');
  });
});

describe('what a camera does that is not recorded now', () => {
  const now = { mode: 'off', wanted: false, trouble: false, message: '' } as const;
  it('is told in a word or two', () => {
    expect(planState(now)).toBe('Off by plan');
    expect(planState({ ...now, mode: 'on_event' })).toBe('Waiting for an event');
    expect(planState({ ...now, mode: 'on_event', trouble: true })).toBe('Events not told');
  });
});

describe('whether ONVIF may reach a camera', () => {
  const device = { onvif_url: 'http://c/onvif' };
  it('is known to those who configure it', () => {
    expect(mayBeDevice({ ...camera([]), rights: ['configure_cameras'] })).toBe(false);
    expect(mayBeDevice({ ...camera([]), rights: ['configure_cameras'], device })).toBe(true);
  });

  it('is possible for those whom the device is not told', () => {
    expect(mayBeDevice({ ...camera([]), rights: ['control_ptz'] })).toBe(true);
  });
});

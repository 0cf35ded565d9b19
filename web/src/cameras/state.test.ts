import { describe, expect, it } from 'vitest';
import type { Camera, CameraState, Stream } from '../api/client';
import { gridStream, mayBeDevice } from './state';

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

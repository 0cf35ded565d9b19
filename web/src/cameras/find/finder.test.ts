import { describe, expect, it } from 'vitest';
import type { DeviceReport, FoundCamera } from '../../api/client';
import {
  camerasOf,
  isSettled,
  merge,
  networkOf,
  splitRanges,
  toAdd,
  toCheck,
  verdictOf,
  type Candidate,
} from './finder';

const found = (address: string, more: Partial<FoundCamera> = {}): FoundCamera => ({
  address,
  port: 80,
  path: '/onvif/device_service',
  secure: false,
  endpoint: 'e',
  name: '',
  hardware: 'Dome',
  location: '',
  ...more,
});

const fresh: Candidate = {
  key: 'k',
  found: found('10.0.0.1'),
  selected: true,
  name: '',
  state: 'new',
  message: '',
  warnings: [],
};

const report = (channels: number): DeviceReport => ({
  ok: true,
  message: '',
  device: { serial: 's' },
  channels: Array.from({ length: channels }, (_, i) => ({
    name: `Yard ${i + 1}`,
    main: { url: `rtsp://h/${i}`, codec: 'H.264', width: 1920, height: 1080, frames_per_second: 25 },
  })),
  warnings: [],
  has_ptz: false,
  has_events: false,
});

describe('merge', () => {
  it('selects what is new or has moved, and keeps what was done before', () => {
    const first = merge([], [found('10.0.0.1'), found('10.0.0.2', { known_camera_id: 'c', moved: false })]);
    expect(first.map((c) => c.selected)).toEqual([true, false]);
    const checked = first.map((c) => ({ ...c, name: 'Mine' }));
    const again = merge(checked, [
      found('10.0.0.1'),
      found('10.0.0.3', { known_camera_id: 'c', moved: true }),
    ]);
    expect(again).toHaveLength(3);
    expect(again[0]?.name).toBe('Mine');
    expect(again[2]?.selected).toBe(true);
    expect(again.map(isSettled)).toEqual([false, true, false]);
    expect(toCheck(again)).toHaveLength(2);
    expect(toAdd(again)).toHaveLength(0);
  });
});

it.each([
  ['192.168.1.77', 24, '192.168.1.0/24'],
  ['10.1.2.3', 8, '10.0.0.0/8'],
  ['192.0.2.200', 25, '192.0.2.128/25'],
  ['198.51.100.7', 32, '198.51.100.7/32'],
  ['fe80::56ff:fe00:1%eth0', 64, 'fe80::/64'],
  ['2001:db8:0:7::1', 64, '2001:db8:0:7::/64'],
  ['2001:db8::abcd', 124, '2001:db8:0:0:0:0:0:abc0/124'],
])('network of %s/%i', (address, prefix_length, network) => {
  expect(networkOf({ name: 'eth0', address, prefix_length, loopback: false })).toBe(network);
});

it('splits ranges however they are typed', () => {
  expect(splitRanges(' 10.0.0.1 - 10.0.0.9, 10.1.0.0/24\n10.2.0.1 ')).toEqual([
    '10.0.0.1-10.0.0.9',
    '10.1.0.0/24',
    '10.2.0.1',
  ]);
  expect(splitRanges('  ')).toEqual([]);
});

describe('camerasOf', () => {
  const candidate = { ...fresh, found: found('10.0.0.1') };
  it('makes one camera of each video source', () => {
    expect(camerasOf({ ...candidate, report: report(1) }, 'u', 'p')).toEqual([
      {
        name: 'Yard 1',
        main_url: 'rtsp://h/0',
        sub_url: '',
        username: 'u',
        password: 'p',
        device: { serial: 's' },
      },
    ]);
    expect(camerasOf({ ...candidate, name: 'Gate', report: report(1) }, 'u', '')[0]?.name).toBe('Gate');
    const two = camerasOf({ ...candidate, name: 'Gate', report: report(2) }, 'u', '');
    expect(two.map((camera) => camera.name)).toEqual(['Gate 1', 'Gate 2']);
    expect(two[0]).not.toHaveProperty('password');
  });
});

describe('verdictOf', () => {
  const track = { codec: 'H.264' as const, rfc6381: '', width: 640, height: 360 };
  it('names the first stream that does not work', () => {
    expect(
      verdictOf([
        {
          streams: [
            { kind: 'main', ok: true, message: '', tracks: [track] },
            { kind: 'sub', ok: false, message: 'no answer', tracks: [] },
          ],
        },
      ]),
    ).toEqual({ works: false, message: 'Sub stream: No answer.' });
  });
  it('says what works', () => {
    expect(verdictOf([{ streams: [{ kind: 'main', ok: true, message: '', tracks: [track] }] }])).toEqual({
      works: true,
      message: 'Works: main H.264 640 × 360.',
    });
  });
});

import type { DeviceReport, FoundCamera, Interface, NewCamera, TestReport } from '../../api/client';
import { sentence } from '../../ui/format';

/** One found device on its way to become one or more cameras. */
export interface Candidate {
  key: string;
  found: FoundCamera;
  selected: boolean;
  /** As the user wants it called; empty: as the device proposes. */
  name: string;
  state: 'new' | 'checking' | 'works' | 'fails' | 'added';
  /** One sentence about `state`. */
  message: string;
  warnings: string[];
  report?: DeviceReport;
  /** One for each channel that gave a picture: the address of a blob. */
  pictures?: string[];
}

export const keyOf = (found: FoundCamera) => `${found.endpoint}|${found.address}|${found.path}`;

export const titleOf = (candidate: Candidate) =>
  candidate.name || candidate.found.name || candidate.found.hardware || candidate.found.address;

/** What a search adds to what was found before: a device keeps what was checked and typed. */
export function merge(before: Candidate[], found: FoundCamera[]): Candidate[] {
  const known = new Map(before.map((candidate) => [candidate.key, candidate]));
  for (const camera of found) {
    const key = keyOf(camera);
    const earlier = known.get(key);
    known.set(
      key,
      earlier
        ? { ...earlier, found: camera }
        : {
            key,
            found: camera,
            selected: !camera.known_camera_id || camera.moved === true,
            name: '',
            state: 'new',
            message: '',
            warnings: [],
          },
    );
  }
  return [...known.values()];
}

/** Already added, and where we think it is. */
export const isSettled = (candidate: Candidate) =>
  candidate.state === 'added' || (!!candidate.found.known_camera_id && !candidate.found.moved);

export const toCheck = (candidates: Candidate[]) =>
  candidates.filter((candidate) => candidate.selected && !isSettled(candidate));

export const toAdd = (candidates: Candidate[]) =>
  toCheck(candidates).filter((candidate) => candidate.state === 'works');

/** The eight groups of an IPv6 address, without its zone. */
function groupsOf(address: string): number[] {
  const [front = '', back] = address.replace(/%.*/, '').split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':').map((group) => parseInt(group, 16)));
  const last = groups(back ?? '');
  const zeros = 8 - groups(front).length - last.length;
  return [...groups(front), ...Array<number>(Math.max(0, zeros)).fill(0), ...last];
}

/** The device's network, as people write it: 192.168.1.0/24, 2001:db8::/64 */
export function networkOf({ address, prefix_length }: Interface): string {
  if (address.includes(':')) {
    const masked = groupsOf(address).map((group, index) => {
      const host = Math.min(16, Math.max(0, 16 * (index + 1) - prefix_length));
      return Math.floor(group / 2 ** host) * 2 ** host;
    });
    while (masked.at(-1) === 0) masked.pop();
    const shown = masked.map((group) => group.toString(16)).join(':');
    return `${shown}${masked.length < 8 ? '::' : ''}/${prefix_length}`;
  }
  const parts = address.split('.').map(Number);
  const bits = parts.reduce((sum, part) => sum * 256 + part, 0);
  const size = 2 ** (32 - prefix_length);
  const first = Math.floor(bits / size) * size;
  return `${[24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join('.')}/${prefix_length}`;
}

/** Ranges are separated by commas, blanks or line ends. */
export const splitRanges = (text: string) =>
  text
    .replace(/\s*-\s*/g, '-')
    .split(/[\s,;]+/)
    .filter((range) => range !== '');

/** The cameras that a device becomes: one for each of its video sources. */
export function camerasOf(candidate: Candidate, username: string, password: string): NewCamera[] {
  const report = candidate.report;
  if (!report) return [];
  return report.channels.map((channel, index) => ({
    name: candidate.name
      ? report.channels.length > 1
        ? `${candidate.name} ${index + 1}`
        : candidate.name
      : channel.name,
    main_url: channel.main.url,
    sub_url: channel.sub?.url ?? '',
    username,
    ...(password ? { password } : {}),
    device: report.device,
  }));
}

/** What the tests of all streams of a device come to. */
export function verdictOf(tests: TestReport[]): { works: boolean; message: string } {
  const streams = tests.flatMap((test) => test.streams);
  const broken = streams.find((stream) => !stream.ok);
  if (broken) {
    const which = broken.kind === 'main' ? 'Main stream' : 'Sub stream';
    return { works: false, message: `${which}: ${sentence(broken.message)}` };
  }
  const pictures = streams.flatMap((stream) =>
    stream.tracks
      .filter((track) => track.width !== undefined)
      .map((track) => `${stream.kind} ${track.codec} ${track.width} × ${track.height}`),
  );
  return { works: streams.length > 0, message: `Works: ${pictures.join(', ')}.` };
}

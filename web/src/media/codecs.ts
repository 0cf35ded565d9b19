/** What RFC 6381 calls a codec, and what people call it. */
const NAMES: [prefix: string, name: string][] = [
  ['avc', 'H.264'],
  ['hvc1', 'H.265'],
  ['hev1', 'H.265'],
  ['av01', 'AV1'],
  ['mp4v.6C', 'MJPEG'],
  ['mp4a', 'AAC'],
  ['opus', 'Opus'],
  ['ulaw', 'G.711'],
  ['alaw', 'G.711'],
  ['twos', 'L16'],
  ['g726', 'G.726'],
  ['metx', 'ONVIF metadata'],
];

const nameOf = (codec: string) => NAMES.find(([prefix]) => codec.startsWith(prefix))?.[1] ?? codec;

/** The codecs of `video/mp4; codecs="avc1.640028, mp4a.40.2"`. */
export function codecsOf(mimeType: string): string[] {
  const list = /codecs="([^"]*)"/.exec(mimeType)?.[1] ?? '';
  return list
    .split(',')
    .map((codec) => codec.trim())
    .filter((codec) => codec !== '');
}

/** Why this browser can't play the type, in words for who looks at the tile; undefined when it can. */
export function whyUnplayable(
  mimeType: string,
  isSupported: (type: string) => boolean = (type) => MediaSource.isTypeSupported(type),
): string | undefined {
  if (isSupported(mimeType)) return undefined;
  const container = mimeType.split(';')[0] ?? mimeType;
  const codecs = codecsOf(mimeType);
  const unplayable = codecs.filter((codec) => !isSupported(`${container}; codecs="${codec}"`));
  const names = [...new Set((unplayable.length > 0 ? unplayable : codecs).map(nameOf))];
  if (names.length === 0) return `This browser can’t play ${mimeType}.`;
  return (
    `This browser can’t play ${names.join(' and ')}. It is recorded all the same, and a download plays elsewhere. ` +
    'To see it here, use a browser that can, or choose H.264 in the camera’s settings.'
  );
}

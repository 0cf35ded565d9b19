import { describe, expect, it } from 'vitest';
import { parseMedia, parseText } from './message';

function media(kind: number, flags: number, payload: number[]): ArrayBuffer {
  const buffer = new ArrayBuffer(24 + payload.length);
  const view = new DataView(buffer);
  view.setUint32(0, 4_294_967_295);
  view.setUint8(4, kind);
  view.setUint8(5, flags);
  view.setBigUint64(8, 161_000_000_000_123n);
  view.setBigUint64(16, 3600n);
  new Uint8Array(buffer, 24).set(payload);
  return buffer;
}

describe('binary messages', () => {
  it('reads every field of the header, big-endian', () => {
    const message = parseMedia(media(1, 1, [7, 8, 9]));
    expect(message).toMatchObject({
      channel: 4_294_967_295,
      kind: 'fragment',
      randomAccess: true,
      start90k: 161_000_000_000_123,
      duration90k: 3600,
      creditBytes: 3,
    });
    expect([...(message?.payload ?? [])]).toEqual([7, 8, 9]);
  });

  it('knows initialisation segments', () => {
    expect(parseMedia(media(0, 0, []))).toMatchObject({ kind: 'init', randomAccess: false });
  });

  it('refuses what is too short, and kinds it does not know', () => {
    expect(parseMedia(new ArrayBuffer(23))).toBeUndefined();
    expect(parseMedia(media(2, 0, []))).toBeUndefined();
  });
});

describe('text messages', () => {
  it('reads what it knows and passes over the rest', () => {
    expect(parseText('{"type":"channel.started","channel":3,"mime_type":"video/mp4"}')).toMatchObject({
      channel: 3,
    });
    for (const text of ['', 'no JSON', 'null', '[]', '7', '{"type":"later.invented"}']) {
      expect(parseText(text)).toBeUndefined();
    }
  });
});

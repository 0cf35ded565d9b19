import { describe, expect, it } from 'vitest';
import { codecsOf, whyUnplayable } from './codecs';

/** A browser that knows these codecs. */
const browser =
  (...known: string[]) =>
  (type: string) =>
    codecsOf(type).every((codec) => known.some((prefix) => codec.startsWith(prefix)));

describe('whyUnplayable', () => {
  it('says nothing when the browser can', () => {
    expect(
      whyUnplayable('video/mp4; codecs="avc1.640028, mp4a.40.2"', browser('avc1', 'mp4a')),
    ).toBeUndefined();
  });

  it('names the codec that it can’t play, and not the others', () => {
    const why = whyUnplayable('video/mp4; codecs="hvc1.1.6.L93.90, mp4a.40.2"', browser('avc1', 'mp4a'));
    expect(why).toContain('can’t play H.265.');
    expect(why).not.toContain('AAC');
  });

  it('names MJPEG', () => {
    expect(whyUnplayable('video/mp4; codecs="mp4v.6C"', browser('avc1'))).toContain('MJPEG');
  });

  it('says what the server said when it is nothing known', () => {
    expect(whyUnplayable('video/mp4; codecs="xyz1"', browser())).toContain('xyz1');
    expect(whyUnplayable('video/quicktime', () => false)).toContain('video/quicktime');
  });
});

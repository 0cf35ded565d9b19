import { describe, expect, it } from 'vitest';
import type { Camera, Stream } from '../api/client';
import { changedSigningKey, countedSignatures, signatureTroubles, type VideoSignature } from './signature';

const signature = (over: Partial<VideoSignature> = {}): VideoSignature => ({
  last: 'authentic',
  key: 'aa',
  trusted: 'aa',
  fragments: { not_signed: 0, authentic: 12, authentic_with_missing: 0, not_authentic: 0, not_known: 1 },
  not_authentic_at_90k: null,
  ...over,
});
const stream = (over: Partial<VideoSignature> = {}) => ({ signature: signature(over) }) as Stream;
const camera = (...streams: Stream[]) => ({ streams }) as Camera;

describe('words of signatures', () => {
  it('counts what there was', () => {
    expect(countedSignatures(signature())).toBe('12 authentic, 1 signed, not checked');
  });

  it('finds another key, and only where there was one before', () => {
    expect(changedSigningKey(camera(stream()))).toBe('');
    expect(changedSigningKey(camera(stream(), stream({ key: 'bb' })))).toBe('bb');
    expect(changedSigningKey(camera(stream({ key: 'bb', trusted: '' })))).toBe('');
    expect(changedSigningKey(camera(stream({ key: '' }), { signature: null } as Stream))).toBe('');
  });

  it('complains of what is wrong, and of nothing else', () => {
    expect(signatureTroubles(stream())).toEqual([]);
    expect(signatureTroubles({ signature: null } as Stream)).toEqual([]);
    expect(signatureTroubles(stream({ not_authentic_at_90k: 90_000 }))[0]).toMatch(
      /not as the camera signed/,
    );
    expect(signatureTroubles(stream({ last: 'not_signed' }))[0]).toMatch(/does not any more/);
  });
});

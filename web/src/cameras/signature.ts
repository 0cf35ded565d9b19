import type { Camera, Stream } from '../api/client';
import { formatClock, formatDay } from '../ui/format';

export type VideoSignature = NonNullable<Stream['signature']>;

export const AUTHENTICITY_WORDS: Record<VideoSignature['last'], string> = {
  none: 'not told yet',
  not_signed: 'missing',
  authentic: 'authentic',
  authentic_with_missing: 'authentic, pictures missing',
  not_authentic: 'not authentic',
  not_known: 'signed, not checked',
};

/** "212 authentic, 1 not authentic"; what never was is left out. */
export function countedSignatures({ fragments }: VideoSignature): string {
  const told = (Object.keys(AUTHENTICITY_WORDS) as VideoSignature['last'][])
    .filter((verdict) => verdict !== 'none')
    .map((verdict) => ({ verdict, count: fragments[verdict as keyof VideoSignature['fragments']] }))
    .filter(({ count }) => count > 0);
  return told
    .map(({ verdict, count }) => `${count.toLocaleString()} ${AUTHENTICITY_WORDS[verdict]}`)
    .join(', ');
}

/** The key that a camera signs with instead of the one that we trust; empty when there is none. */
export const changedSigningKey = (camera: Camera): string =>
  camera.streams
    .map(({ signature }) => signature)
    .find((signature) => signature?.key && signature.trusted && signature.key !== signature.trusted)?.key ??
  '';

/** What is not right with a camera's own signature, in plain words with what to do. */
export function signatureTroubles({ signature }: Stream): string[] {
  if (!signature) return [];
  const troubles: string[] = [];
  if (signature.not_authentic_at_90k !== null) {
    const at = signature.not_authentic_at_90k;
    troubles.push(
      `Pictures up to ${formatDay(at)}, ${formatClock(at)} are not as the camera signed them: somebody on the way may ` +
        'have changed them. To find each such recording, run “vedette vault verify”.',
    );
  }
  if (signature.last === 'not_signed') {
    troubles.push(
      'The camera used to sign its video, and does not any more: look whether signing was switched off in it.',
    );
  }
  return troubles;
}

import type { ApiToken, Camera, Right } from '../api/client';
import { nowTicks, TICKS_PER_SECOND } from '../media/ticks';
import { kindLabel } from '../people/clientKinds';
import { RIGHT_GROUPS } from '../people/rightWords';
import { formatMoment } from '../ui/format';

const DAY = 24 * 3600 * TICKS_PER_SECOND;
/** So long before its end a token is said to end soon. */
const SOON_DAYS = 14;

const wordsOf = (right: Right): string =>
  RIGHT_GROUPS.flatMap(({ rights }) => rights).find((one) => one.right === right)?.does ?? right;

/** "See live pictures, Play recordings · for Gate and 2 more cameras". */
export function scopeWords({ rights, camera_ids: ids }: ApiToken, cameras: readonly Camera[]): string {
  const what = rights.map(wordsOf).join(', ');
  if (ids === null) return what;
  const names = ids.flatMap((id) => cameras.find((camera) => camera.id === id)?.name ?? []);
  const [first] = names;
  if (first === undefined) return `${what} · for ${ids.length === 1 ? '1 camera' : `${ids.length} cameras`}`;
  if (ids.length === 1) return `${what} · for ${first}`;
  return `${what} · for ${first} and ${ids.length - 1} more`;
}

/** "App on a phone · with the certificate Vd3…" */
export function keyWords({ client_kind: kind, certificate, device }: ApiToken): string {
  if (certificate === null) return kindLabel(kind);
  const short = `${certificate.slice(0, 12)}…`;
  return `${kindLabel(kind)} · ${device ? 'signs in by its certificate' : 'only with the certificate'} ${short}`;
}

export type TokenState = 'good' | 'soon' | 'expired';

export function tokenState({ expires_90k: end }: ApiToken, now = nowTicks()): TokenState {
  if (end <= now) return 'expired';
  return end - now < SOON_DAYS * DAY ? 'soon' : 'good';
}

/** "until 3 May 2026, 10:00" or "expired". */
export const endWords = (token: ApiToken, now = nowTicks()): string =>
  tokenState(token, now) === 'expired'
    ? `expired ${formatMoment(token.expires_90k)}`
    : `until ${formatMoment(token.expires_90k)}`;

export function usedWords({ last_used_90k: used, address }: ApiToken): string {
  if (used === null) return 'never used';
  return `last used ${formatMoment(used)}${address ? ` from ${address}` : ''}`;
}

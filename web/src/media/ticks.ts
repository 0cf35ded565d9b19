import { dateFromTicks, TICKS_PER_SECOND } from 'vedette-client';
import { serverNowMs } from './serverClock';

// 90 kHz ticks since 1970-01-01 UTC, the API's unit of time. A double holds them exactly until the year 5000.
export { dateFromTicks, TICKS_PER_SECOND };
export const TICKS_PER_MS = TICKS_PER_SECOND / 1000;

export const ticksFromMs = (ms: number) => Math.round(ms * TICKS_PER_MS);
export const msFromTicks = (ticks: number) => ticks / TICKS_PER_MS;
/** Now, by the server's clock as far as it is known. */
export const nowTicks = () => ticksFromMs(serverNowMs());

/**
 * The moment that becomes second zero of a player. A whole second, so that the offset is exact in the
 * microseconds in which browsers keep it.
 */
export const originFor = (start90k: number) => Math.floor(start90k / TICKS_PER_SECOND) * TICKS_PER_SECOND;

/** Position in the player (seconds) of a moment, and back. */
export const positionOf = (ticks: number, origin90k: number) => (ticks - origin90k) / TICKS_PER_SECOND;
export const ticksAt = (position: number, origin90k: number) =>
  Math.round(origin90k + position * TICKS_PER_SECOND);

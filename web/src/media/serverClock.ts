// Recordings are placed by the server's clock; this device's may be wrong by minutes. The Date header of every answer
// says what the server's clock shows, to the second.

/** The server's clock is ahead of this device's by something between these two, in milliseconds. */
export interface Offset {
  leastMs: number;
  mostMs: number;
}

/**
 * What an answer tells: its Date, cut to the second, was true at some time between `sentMs` and `receivedMs` of this
 * device's clock. undefined when the header is missing or no date.
 */
export function offsetOf(date: string | null, sentMs: number, receivedMs: number): Offset | undefined {
  const serverMs = date === null ? NaN : Date.parse(date);
  if (!Number.isFinite(serverMs)) return undefined;
  return { leastMs: serverMs - receivedMs, mostMs: serverMs + 999 - sentMs };
}

/** Narrows `known` by `seen`; where the two can't both be true a clock was set, and the newer one counts. */
export function narrowed(known: Offset | undefined, seen: Offset): Offset {
  if (!known) return seen;
  const leastMs = Math.max(known.leastMs, seen.leastMs);
  const mostMs = Math.min(known.mostMs, seen.mostMs);
  return leastMs <= mostMs ? { leastMs, mostMs } : seen;
}

/** The smallest correction that agrees with what is known: none for clocks that may well be the same. */
export function correctionMs({ leastMs, mostMs }: Offset): number {
  if (leastMs <= 0 && mostMs >= 0) return 0;
  return leastMs > 0 ? leastMs : mostMs;
}

let known: Offset | undefined;
let correction = 0;
const listeners = new Set<() => void>();

export function observeAnswer(date: string | null, sentMs: number, receivedMs: number) {
  const seen = offsetOf(date, sentMs, receivedMs);
  if (!seen) return;
  known = narrowed(known, seen);
  const next = correctionMs(known);
  if (next === correction) return;
  correction = next;
  listeners.forEach((listener) => listener());
}

/** How far this device's clock is behind the server's, in milliseconds; negative when it is ahead. */
export const clockCorrectionMs = () => correction;

export function onClockCorrection(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Now by the server's clock, in milliseconds since 1970. */
export const serverNowMs = () => Date.now() + correction;

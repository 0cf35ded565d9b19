/** The API counts time in these, since 1970-01-01 UTC; fields with such times end in `_90k`. */
export const TICKS_PER_SECOND = 90_000;
const TICKS_PER_MS = TICKS_PER_SECOND / 1000;

export const dateFromTicks = (ticks: number): Date => new Date(ticks / TICKS_PER_MS);
export const ticksFromDate = (date: Date): number => Math.round(date.getTime() * TICKS_PER_MS);

/** A buffered stretch of the player's time line, in seconds. */
export interface Span {
  start: number;
  end: number;
}

/** Rounding between a fragment's end and the next one's start shows as holes of up to this; players bridge them. */
const HOLE_SECONDS = 0.1;

export function spansOf(ranges: TimeRanges): Span[] {
  return Array.from({ length: ranges.length }, (_, i) => ({ start: ranges.start(i), end: ranges.end(i) }));
}

export function spanAt(spans: Span[], position: number): Span | undefined {
  return spans.find((span) => position >= span.start - HOLE_SECONDS && position < span.end);
}

export function nextSpan(spans: Span[], position: number): Span | undefined {
  return spans.find((span) => span.start > position);
}

/**
 * Where a picture that was asked for at `wanted` can begin: there, or where what is buffered begins after it. When no
 * more comes (`ended`), at the beginning of what there is. Never before a stretch: of sound and picture one may begin a
 * moment earlier, and a seek to where only one of them is waits for ever.
 */
export function entryFor(spans: Span[], wanted: number, ended: boolean): number | undefined {
  const inside = spanAt(spans, wanted);
  if (inside) return Math.max(wanted, inside.start);
  return nextSpan(spans, wanted)?.start ?? (ended ? spans[0]?.start : undefined);
}

/** A decoder keeps some pictures back until others come: of a stretch so short it may never show one. */
const SHORTEST_SECONDS = 1;

export const isShort = ({ end }: Span, position: number): boolean => end - position < SHORTEST_SECONDS;

/**
 * Where to go on when a seek to `position` does not come to its end: once more there, or behind a stretch that may be
 * too short for a decoder.
 */
export function wayOut(spans: Span[], position: number, ended: boolean): number | undefined {
  const here = spanAt(spans, position);
  const next = nextSpan(spans, position);
  if (here && next && isShort(here, position)) return next.start;
  return entryFor(spans, position, ended);
}

/** Seconds that can be played from `position` without a hole. */
export function bufferedAhead(spans: Span[], position: number): number {
  const span = spanAt(spans, position);
  return span ? span.end - position : 0;
}

/** All that lies after `position`, over holes too: what reading ahead has brought. */
export function totalAhead(spans: Span[], position: number): number {
  return spans.reduce((sum, span) => sum + Math.max(0, span.end - Math.max(span.start, position)), 0);
}

/**
 * What to drop when the browser's buffer is full: all that is behind the picture but `keep` seconds. undefined while
 * nothing is; then the picture has to move on first.
 */
export function roomBehind(spans: Span[], position: number, keep: number): Span | undefined {
  const first = spans[0];
  const end = position - keep;
  return first && end > first.start ? { start: 0, end } : undefined;
}

/**
 * What to drop behind the picture: everything older than `keep` seconds, but only once that is worth an
 * operation (`slack` seconds). A browser drops whole groups of pictures, and blocks appends meanwhile.
 */
export function trimBehind(spans: Span[], position: number, keep: number, slack: number): Span | undefined {
  const first = spans[0];
  const end = position - keep;
  if (!first || end - first.start < slack) return undefined;
  return { start: 0, end };
}

import type { Recordings } from '../api/client';

interface Interval {
  start_90k: number;
  end_90k: number;
}

/** Where any of them has something, as intervals that do not touch. */
export function unionOf(intervals: Interval[]): Interval[] {
  const result: Interval[] = [];
  for (const { start_90k, end_90k } of [...intervals].sort((a, b) => a.start_90k - b.start_90k)) {
    const last = result.at(-1);
    if (last && start_90k <= last.end_90k) last.end_90k = Math.max(last.end_90k, end_90k);
    else result.push({ start_90k, end_90k });
  }
  return result;
}

/** What several cameras have recorded, as if it were one's. Their gaps differ, and so are not among it. */
export function recordingsOfAll(all: (Recordings | undefined)[]): Recordings | undefined {
  const known = all.filter((one) => one !== undefined);
  if (known.length === 0) return undefined;
  const extents = known.flatMap(({ extent }) => (extent ? [extent] : []));
  return {
    // Which camera's are encrypted how, and where they came from, its own page says.
    ranges: unionOf(known.flatMap(({ ranges }) => ranges)).map((range) => ({
      ...range,
      source: 'live',
      encryption: 'full',
    })),
    gaps: [],
    deleted: [],
    // Of the recorder, and so the same for all of them.
    recorder_events: known.reduce((most, one) =>
      one.recorder_events.length > most.recorder_events.length ? one : most,
    ).recorder_events,
    extent:
      extents.length === 0
        ? null
        : {
            start_90k: Math.min(...extents.map(({ start_90k }) => start_90k)),
            end_90k: Math.max(...extents.map(({ end_90k }) => end_90k)),
          },
  };
}

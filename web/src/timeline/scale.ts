import { dateFromTicks, ticksFromMs, TICKS_PER_SECOND } from '../media/ticks';

/** The stretch of time that is shown; half-open, 90 kHz ticks. */
export interface View {
  start90k: number;
  end90k: number;
}

/** Of a day's name below the axis, with room behind it. */
export const DAY_LABEL_PIXELS = 84;
export const MIN_SPAN = 60 * TICKS_PER_SECOND;
export const MAX_SPAN = 14 * 86_400 * TICKS_PER_SECOND;

export const spanOf = (view: View) => view.end90k - view.start90k;
export const xOf = (view: View, ticks: number, width: number) =>
  ((ticks - view.start90k) / spanOf(view)) * width;
export const ticksAtX = (view: View, x: number, width: number) =>
  Math.round(view.start90k + (x / width) * spanOf(view));

export function pan(view: View, ticks: number): View {
  return { start90k: view.start90k + ticks, end90k: view.end90k + ticks };
}

/** Shows `factor` times as much time, while `anchor` stays where it is on the screen. */
export function zoom(view: View, factor: number, anchor: number): View {
  const span = Math.min(MAX_SPAN, Math.max(MIN_SPAN, spanOf(view) * factor));
  const share = (anchor - view.start90k) / spanOf(view);
  const start90k = Math.round(anchor - share * span);
  return { start90k, end90k: start90k + Math.round(span) };
}

/** The same span with `moment` at `share` (0 to 1) of the width. */
export function placeAt(view: View, moment: number, share: number): View {
  const span = spanOf(view);
  const start90k = Math.round(moment - share * span);
  return { start90k, end90k: start90k + span };
}

export interface Bar {
  x: number;
  width: number;
}

/**
 * Where intervals lie on `width` pixels. Those closer to each other than a pixel are drawn as one, so that a month of
 * short runs stays a few hundred shapes; none is thinner than a pixel. Sorted input, as the API gives it.
 */
export function bars(view: View, intervals: { start_90k: number; end_90k: number }[], width: number): Bar[] {
  const result: Bar[] = [];
  for (const interval of intervals) {
    if (interval.end_90k <= view.start90k || interval.start_90k >= view.end90k) continue;
    const x = Math.max(0, xOf(view, interval.start_90k, width));
    const end = Math.max(x + 1, Math.min(width, xOf(view, interval.end_90k, width)));
    const last = result.at(-1);
    if (last && x - (last.x + last.width) < 1) last.width = Math.max(last.width, end - last.x);
    else result.push({ x, width: end - x });
  }
  return result;
}

/** Distance of labelled marks, and of the small ones between them. */
const STEPS_SECONDS: [major: number, minor: number][] = [
  [5, 1],
  [10, 2],
  [15, 5],
  [30, 10],
  [60, 15],
  [120, 30],
  [300, 60],
  [600, 120],
  [900, 300],
  [1800, 600],
  [3600, 900],
  [7200, 1800],
  [10_800, 3600],
  [21_600, 3600],
  [43_200, 10_800],
  [86_400, 21_600],
  [172_800, 86_400],
  [345_600, 86_400],
];
const MIN_LABEL_PIXELS = 84;

export interface Mark {
  ticks: number;
  /** Has a label; the others are small. */
  major: boolean;
  /** Begins a day in local time. */
  midnight: boolean;
}

export interface Marks {
  stepSeconds: number;
  minorSeconds: number;
  marks: Mark[];
}

/** Round moments of local time for the axis, as many as their labels leave room for. */
export function marksOf(view: View, width: number): Marks {
  const spanSeconds = spanOf(view) / TICKS_PER_SECOND;
  const atLeast = (spanSeconds * MIN_LABEL_PIXELS) / Math.max(width, 1);
  const [stepSeconds, minorSeconds] = STEPS_SECONDS.find(([step]) => step >= atLeast) ?? [345_600, 86_400];
  const marks: Mark[] = [];
  const offset = new Date(view.start90k / 90).getTimezoneOffset() * 60;
  let local = Math.ceil((view.start90k / TICKS_PER_SECOND - offset) / minorSeconds) * minorSeconds;
  while ((local + offset) * TICKS_PER_SECOND < view.end90k) {
    const date = new Date((local + offset) * 1000);
    marks.push({
      ticks: (local + offset) * TICKS_PER_SECOND,
      major: local % stepSeconds === 0,
      midnight: date.getHours() === 0 && date.getMinutes() === 0 && date.getSeconds() === 0,
    });
    local += minorSeconds;
  }
  return { stepSeconds, minorSeconds, marks };
}

/** The local midnight at or before a moment. */
export function startOfDay(ticks: number): number {
  const date = dateFromTicks(ticks);
  return ticksFromMs(new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime());
}

/**
 * The interval to ask the server for: wider than the view and on a coarse grid, so that small moves need no new
 * question.
 */
export function questionOf(view: View): View {
  const grid = 2 ** Math.ceil(Math.log2(spanOf(view)));
  return {
    start90k: Math.max(0, Math.floor(view.start90k / grid - 0.5) * grid),
    end90k: Math.ceil(view.end90k / grid + 0.5) * grid,
  };
}

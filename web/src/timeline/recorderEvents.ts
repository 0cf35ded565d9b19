import type { RecorderEvent } from '../api/client';
import { formatMoment, formatSpan } from '../ui/format';
import { DAY_LABEL_PIXELS, startOfDay, xOf, type View } from './scale';

/** What happened to the recorder as a whole, where it stands on a timeline. */
export interface RecorderMark {
  x: number;
  word: string;
  /** Of the mark, on which there is room for the word. */
  side: 'right' | 'left' | undefined;
  text: string;
  event: RecorderEvent;
}

/** Marks nearer to each other are one: a recorder that is started again and again is not a wall. */
const LEAST_DISTANCE = 4;
const WORD_PIXELS = 62;
const DAY = 86_400 * 90_000;

const WORDS = { orderly: 'Started', not_known: 'Started', cut_off: 'Cut off' };

const CLOCK_WORDS = {
  synchronised: ' The clock was synchronised.',
  not_synchronised: ' The clock was not synchronised.',
  not_known: '',
};

/** The word beside a mark. */
export const recorderWord = (event: RecorderEvent) =>
  event.kind === 'start' ? WORDS[event.before] : 'Clock set';

/** In words, for who points at it or hears it. */
export function describeRecorderEvent(event: RecorderEvent): string {
  const clock = CLOCK_WORDS[event.clock];
  if (event.kind === 'clock_step') {
    const back = event.at_90k < event.from_90k;
    const span = back ? formatSpan(event.at_90k, event.from_90k) : formatSpan(event.from_90k, event.at_90k);
    const when = event.noticed === 'at_start' ? ' while the recorder was not running' : '';
    return `The clock was set ${span} ${back ? 'back' : 'forward'}${when}, from ${formatMoment(event.from_90k)}.${clock}`;
  }
  const idle = formatSpan(event.idle_since_90k, event.at_90k);
  const before = {
    orderly: ` It had been stopped in good order, and did not run for ${idle}.`,
    cut_off: ` It had been cut off, by a crash or without power, and did not run for ${idle}.`,
    not_known: '',
  }[event.before];
  const version = event.version ? ` (version ${event.version})` : '';
  return `The recorder was started${version}.${before}${clock}`;
}

type Span = [from: number, to: number];

/** Where the axis has the names of days, in the row of the words. */
function dayNames(view: View, width: number): Span[] {
  const spans: Span[] = [[0, DAY_LABEL_PIXELS]];
  for (
    let day = startOfDay(view.start90k + 1.5 * DAY);
    day < view.end90k;
    day = startOfDay(day + 1.5 * DAY)
  ) {
    const x = xOf(view, day, width);
    spans.push([x, x + DAY_LABEL_PIXELS]);
  }
  return spans;
}

/** Those in the view, from left to right. */
export function recorderMarks(events: RecorderEvent[], view: View, width: number): RecorderMark[] {
  const inView = events
    .filter(({ at_90k }) => at_90k >= view.start90k && at_90k < view.end90k)
    .sort((a, b) => a.at_90k - b.at_90k);
  if (inView.length === 0) return [];
  const marks: RecorderMark[] = [];
  const taken = dayNames(view, width);
  const isFree = ([from, to]: Span) =>
    from >= 0 && to <= width && taken.every(([begin, end]) => to <= begin || from >= end);
  for (const event of inView) {
    const x = xOf(view, event.at_90k, width);
    const last = marks.at(-1);
    if (last && x - last.x < LEAST_DISTANCE) continue;
    const right: Span = [x, x + WORD_PIXELS];
    const left: Span = [x - WORD_PIXELS, x];
    const side = isFree(right) ? 'right' : isFree(left) ? 'left' : undefined;
    if (side) taken.push(side === 'right' ? right : left);
    marks.push({ x, word: recorderWord(event), side, text: describeRecorderEvent(event), event });
  }
  return marks;
}

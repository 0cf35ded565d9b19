import { useElementSize } from '@mantine/hooks';
import { useRef, useState, type KeyboardEvent } from 'react';
import type { CameraEvent, Recordings } from '../api/client';
import { describeSource, eventAt, KIND_WORDS, marksOfEvents } from '../events/events';
import { TICKS_PER_SECOND } from '../media/ticks';
import { formatClock, formatMoment, formatSpan, sentence } from '../ui/format';
import { Axis } from './Axis';
import { describeDeleted } from './deleted';
import { recorderMarks } from './recorderEvents';
import { RecorderList, RecorderMarks } from './RecorderMarks';
import { bars, pan, placeAt, spanOf, ticksAtX, xOf, zoom, type View } from './scale';
import classes from './Timeline.module.css';
import { TimelineTip } from './TimelineTip';
import { useThumbnail } from './useThumbnail';
import { useTimelineGestures } from './useTimelineGestures';
import { useTold } from './useTold';

interface Props {
  view: View;
  recordings: Recordings | undefined;
  /** Whose recordings are shown in small pictures under the pointer; nobody's when left out. */
  picturesOf?: string;
  /** What the camera told, in order of their beginning. */
  events?: CameraEvent[];
  now90k: number;
  /** The moment of the shown picture. */
  position90k: number | undefined;
  onView(view: View): void;
  onSeek(moment90k: number): void;
  /** From the shown picture back or forth. */
  onStep(ticks: number): void;
}

interface Interval {
  start_90k: number;
  end_90k: number;
}
interface Gap extends Interval {
  reason: string;
  by_plan: boolean;
}

const BAR_TOP = 30;
const BAR_HEIGHT = 34;
const BAR_BOTTOM = BAR_TOP + BAR_HEIGHT;
const HEIGHT = 88;
/** Below the bar, above the row of gaps. */
const EVENT_TOP = BAR_BOTTOM + 3;
const EVENT_HEIGHT = 5;
/** A pointer so near to an event means it. */
const EVENT_PIXELS = 3;
/** Of what happened to the recorder, below the events. */
const WORD_BASE = BAR_BOTTOM + 20;
const MARK_PIXELS = 5;
/** Motion is what one looks for most, so it lies on top. */
const EVENT_ROWS = [
  { className: classes.event, kinds: (kind: CameraEvent['kind']) => kind !== 'motion' },
  { className: classes.motion, kinds: (kind: CameraEvent['kind']) => kind === 'motion' },
];
const NO_EVENTS: CameraEvent[] = [];
/** More stops than this are a burden: the list of gaps has them all, and one may zoom in. */
const MAX_FOCUSABLE_GAPS = 12;
/** Playback begins so long before a gap that was chosen. */
const BEFORE_GAP = 5 * TICKS_PER_SECOND;
const STEP = 10 * TICKS_PER_SECOND;
/** So many steps of looking with the keyboard are as long as what is shown. */
const LOOKS_IN_VIEW = 40;

const FETCHED = 'Fetched later from the camera’s own storage';

const PLANNED = 'Not recorded, by its plan';

const describeGap = (gap: Gap) =>
  gap.by_plan
    ? `${sentence(gap.reason)} ${formatSpan(gap.start_90k, gap.end_90k)}.`
    : `Not recorded for ${formatSpan(gap.start_90k, gap.end_90k)}${gap.reason ? `: ${gap.reason}` : ''}`;

export function Timeline({
  view,
  recordings,
  picturesOf,
  events = NO_EVENTS,
  now90k,
  position90k,
  onView,
  onSeek,
  onStep,
}: Props) {
  const { ref: sizeRef, width } = useElementSize();
  const area = useRef<HTMLDivElement>(null);
  const [pointer, setPointer] = useState<number>();
  const [focusedGap, setFocusedGap] = useState<Gap>();
  // Where the keyboard looks, while the picture stays where it is.
  const [looked90k, setLooked] = useState<number>();
  const position = position90k ?? now90k;
  const hover = (x: number | undefined) => {
    setPointer(x);
    if (x !== undefined) setLooked(undefined);
  };
  const gestures = useTimelineGestures(
    area,
    view,
    width,
    { onView, onSeek, onHover: hover },
    xOf(view, position, width),
  );

  const unrecorded = (recordings?.gaps ?? []).filter((gap) => inView(gap, view));
  const gaps = unrecorded.filter((gap) => !gap.by_plan);
  const planned = unrecorded.filter((gap) => gap.by_plan);
  const ranges = recordings?.ranges ?? [];
  const deleted = (recordings?.deleted ?? []).filter((range) => inView(range, view));
  const live = ranges.filter((range) => range.source === 'live');
  const fetched = ranges.filter((range) => range.source === 'camera_storage');
  const showsFetched = fetched.some((range) => inView(range, view));
  const pointed90k = pointer === undefined ? looked90k : ticksAtX(view, pointer, width);
  const pointedX = pointed90k === undefined ? undefined : xOf(view, pointed90k, width);
  const pointedFetched = fetched.some((range) => pointed90k !== undefined && inside(range, pointed90k));
  const pointedDeleted = deleted.find((range) => pointed90k !== undefined && inside(range, pointed90k));
  const pointedGap = unrecorded.find((gap) => pointed90k !== undefined && inside(gap, pointed90k));
  const marks = recorderMarks(recordings?.recorder_events ?? [], view, width);
  const pointedMark = marks.find(({ x }) => pointedX !== undefined && Math.abs(x - pointedX) <= MARK_PIXELS);
  const pointedEvent =
    pointed90k === undefined
      ? undefined
      : eventAt(events, pointed90k, (EVENT_PIXELS / Math.max(width, 1)) * spanOf(view), now90k);
  const about = [
    pointedEvent && `${KIND_WORDS[pointedEvent.kind]}, ${describeSource(pointedEvent)}`,
    pointedMark?.text,
    pointedGap && describeGap(pointedGap),
    pointedFetched && FETCHED,
    pointedDeleted && describeDeleted(pointedDeleted),
  ].filter(Boolean);
  const tip = focusedGap
    ? { x: xOf(view, (focusedGap.start_90k + focusedGap.end_90k) / 2, width), text: describeGap(focusedGap) }
    : pointed90k !== undefined && pointedX !== undefined
      ? { x: pointedX, text: [formatMoment(pointed90k), ...about].join(' · ') }
      : undefined;
  const isRecorded =
    pointed90k !== undefined && !focusedGap && ranges.some((range) => inside(range, pointed90k));
  const thumbnail = useThumbnail(picturesOf, isRecorded ? pointed90k : undefined, spanOf(view));
  const told = useTold(looked90k ?? position);

  const lookTo = (moment90k: number) => {
    const place = Math.min(moment90k, now90k);
    if (place < view.start90k || place > view.end90k) onView(placeAt(view, place, 0.5));
    setPointer(undefined);
    setLooked(place);
  };
  const seek = (moment90k: number) => {
    setLooked(undefined);
    onSeek(moment90k);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const extent = recordings?.extent;
    const lookStep = Math.max(TICKS_PER_SECOND, spanOf(view) / LOOKS_IN_VIEW) * (event.shiftKey ? 1 : 0);
    const actions: Record<string, (() => void) | undefined> = {
      ArrowLeft: () => (lookStep ? lookTo((looked90k ?? position) - lookStep) : onStep(-STEP)),
      ArrowRight: () => (lookStep ? lookTo((looked90k ?? position) + lookStep) : onStep(STEP)),
      Enter: looked90k === undefined ? undefined : () => seek(looked90k),
      Escape: looked90k === undefined ? undefined : () => setLooked(undefined),
      PageUp: () => onView(pan(view, -spanOf(view) / 2)),
      PageDown: () => onView(pan(view, spanOf(view) / 2)),
      Home: () => extent && onSeek(extent.start_90k),
      End: () => extent && onSeek(extent.end_90k - STEP),
      '+': () => onView(zoom(view, 0.5, position)),
      '=': () => onView(zoom(view, 0.5, position)),
      '-': () => onView(zoom(view, 2, position)),
    };
    const action = actions[event.key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action();
  };

  return (
    <div ref={sizeRef} className={classes.timeline} data-testid="timeline">
      <div
        ref={area}
        className={classes.area}
        role="slider"
        tabIndex={0}
        aria-label="Timeline"
        aria-orientation="horizontal"
        aria-valuemin={Math.round((recordings?.extent?.start_90k ?? view.start90k) / TICKS_PER_SECOND)}
        aria-valuemax={Math.round(now90k / TICKS_PER_SECOND)}
        aria-valuenow={Math.round(told / TICKS_PER_SECOND)}
        aria-valuetext={formatMoment(told)}
        aria-describedby="timeline-keys"
        onKeyDown={onKeyDown}
        onBlur={() => setLooked(undefined)}
        {...gestures}
      >
        <svg width={width} height={HEIGHT} className={classes.picture} aria-hidden="true">
          <defs>
            {/* So that gaps are told apart without colours, too. */}
            <pattern
              id="gap-hatch"
              width={6}
              height={6}
              patternUnits="userSpaceOnUse"
              patternTransform="rotate(45)"
            >
              <rect width={6} height={6} className={classes.gapGround} />
              <rect width={2} height={6} className={classes.gapStripe} />
            </pattern>
            <pattern id="plan-dots" width={7} height={7} patternUnits="userSpaceOnUse">
              <circle cx={3.5} cy={3.5} r={1.1} className={classes.planDot} />
            </pattern>
          </defs>
          <rect x={0} y={BAR_TOP} width={width} height={BAR_HEIGHT} rx={5} className={classes.track} />
          <Axis view={view} width={width} top={BAR_TOP} bottom={BAR_BOTTOM} />
          {bars(view, deleted, width).map((bar, index) => (
            <g key={`deleted-${index}`} data-testid="timeline-deleted">
              <rect x={bar.x} y={BAR_TOP} width={bar.width} height={BAR_HEIGHT} className={classes.deleted} />
              {/* Told apart without colours, too. */}
              <line
                x1={bar.x}
                x2={bar.x + bar.width}
                y1={BAR_TOP + BAR_HEIGHT / 2}
                y2={BAR_TOP + BAR_HEIGHT / 2}
                className={classes.deletedLine}
              />
            </g>
          ))}
          {bars(view, planned, width).map((bar, index) => (
            <rect
              key={`planned-${index}`}
              x={bar.x}
              y={BAR_TOP}
              width={bar.width}
              height={BAR_HEIGHT}
              fill="url(#plan-dots)"
              data-testid="timeline-planned"
            />
          ))}
          {bars(view, gaps, width).map((bar, index) => (
            <rect
              key={`gap-${index}`}
              x={bar.x}
              y={BAR_TOP}
              width={bar.width}
              height={BAR_HEIGHT}
              fill="url(#gap-hatch)"
              data-testid="timeline-gap"
            />
          ))}
          {bars(view, fetched, width).map((bar, index) => (
            <g key={`fetched-${index}`} data-testid="timeline-fetched">
              <rect
                x={bar.x}
                y={BAR_TOP}
                width={bar.width}
                height={BAR_HEIGHT}
                rx={Math.min(3, bar.width / 2)}
                className={classes.fetched}
              />
              {/* Told apart without colours, too. */}
              <rect
                x={bar.x}
                y={BAR_TOP + BAR_HEIGHT / 2 - 2}
                width={bar.width}
                height={4}
                className={classes.fetchedLine}
              />
            </g>
          ))}
          {bars(view, live, width).map((bar, index) => (
            <rect
              key={`live-${index}`}
              x={bar.x}
              y={BAR_TOP}
              width={bar.width}
              height={BAR_HEIGHT}
              rx={Math.min(3, bar.width / 2)}
              className={classes.recorded}
              data-testid="timeline-range"
            />
          ))}
          {EVENT_ROWS.map(({ className, kinds }) =>
            bars(view, marksOfEvents(events, now90k, kinds), width).map((bar, index) => (
              <rect
                key={`${className}-${index}`}
                x={bar.x}
                y={EVENT_TOP}
                width={Math.max(2, bar.width)}
                height={EVENT_HEIGHT}
                rx={1.5}
                className={className}
                data-testid="timeline-event"
              />
            )),
          )}
          <RecorderMarks marks={marks} top={BAR_TOP - 4} bottom={BAR_BOTTOM + 6} base={WORD_BASE} />
          {pointedX !== undefined && (
            <line
              x1={pointedX}
              x2={pointedX}
              y1={BAR_TOP - 6}
              y2={BAR_BOTTOM + 6}
              className={classes.pointer}
            />
          )}
          <Needle x={xOf(view, now90k, width)} className={classes.now} />
          {position90k !== undefined && (
            <Needle x={xOf(view, position90k, width)} className={classes.position} head />
          )}
        </svg>
      </div>
      {gaps.slice(0, MAX_FOCUSABLE_GAPS).map((gap) => (
        <GapStop
          key={gap.start_90k}
          gap={gap}
          view={view}
          width={width}
          onFocusGap={setFocusedGap}
          onChoose={() => onSeek(gap.start_90k - BEFORE_GAP)}
        />
      ))}
      {tip && <TimelineTip x={tip.x} width={width} text={tip.text} thumbnail={thumbnail} />}
      {(showsFetched || deleted.length > 0 || planned.length > 0) && (
        <ul className={classes.legend} data-testid="timeline-legend">
          <li>
            <span className={classes.swatchLive} aria-hidden="true" /> Recorded live
          </li>
          {showsFetched && (
            <li>
              <span className={classes.swatchFetched} aria-hidden="true" /> {FETCHED}
            </li>
          )}
          {[...new Set(deleted.map(describeDeleted))].map((text) => (
            <li key={text}>
              <span className={classes.swatchDeleted} aria-hidden="true" /> {text}
            </li>
          ))}
          {planned.length > 0 && (
            <li>
              <span className={classes.swatchPlanned} aria-hidden="true" /> {PLANNED}
            </li>
          )}
          {gaps.length > 0 && (
            <li>
              <span className={classes.swatchGap} aria-hidden="true" /> Not recorded
            </li>
          )}
        </ul>
      )}
      <RecorderList marks={marks} />
      <p id="timeline-keys" className={classes.keys}>
        Arrow keys go 10 seconds back and forth, with Shift they look elsewhere and Enter goes there, Home and
        End to the first and last recorded moment, Page Up and Page Down move the view, plus and minus zoom.
      </p>
    </div>
  );
}

const inView = (interval: Interval, view: View) =>
  interval.end_90k > view.start90k && interval.start_90k < view.end90k;
const inside = (gap: Interval, moment: number) => moment >= gap.start_90k && moment < gap.end_90k;

function Needle({ x, className, head = false }: { x: number; className?: string; head?: boolean }) {
  return (
    <g className={className} transform={`translate(${x} 0)`}>
      <line y1={BAR_TOP - 6} y2={BAR_BOTTOM + 6} />
      {head && <circle cy={BAR_TOP - 6} r={5} />}
    </g>
  );
}

interface GapStopProps {
  gap: Gap;
  view: View;
  width: number;
  onFocusGap(gap: Gap | undefined): void;
  onChoose(): void;
}

/** Lets the keyboard and screen readers reach a gap; the mouse reads gaps on the timeline itself. */
function GapStop({ gap, view, width, onFocusGap, onChoose }: GapStopProps) {
  const left = Math.max(0, xOf(view, gap.start_90k, width));
  const right = Math.min(width, xOf(view, gap.end_90k, width));
  return (
    <button
      type="button"
      className={classes.gapStop}
      style={{ left, width: Math.max(4, right - left), top: BAR_TOP, height: BAR_HEIGHT }}
      aria-label={`${describeGap(gap)}, from ${formatClock(gap.start_90k)} to ${formatClock(gap.end_90k)}`}
      onClick={onChoose}
      onFocus={() => onFocusGap(gap)}
      onBlur={() => onFocusGap(undefined)}
    />
  );
}

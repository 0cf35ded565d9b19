import { nextSpan, spanAt, type Span } from '../media/buffer';

/** What a player in step with others is to do with its picture. Positions are seconds of its own time line. */
export type Step =
  | { kind: 'show'; /** Where to jump first. */ jump?: number; rate: number }
  | { kind: 'gap' }
  | { kind: 'wait' };

/** So far from the others a picture is brought to them by its rate, and beyond by a jump. */
const DRIFT_SECONDS = 0.3;
/** Nearer is near enough. */
const NEAR_SECONDS = 0.02;
/** A picture that stands is brought nearer than this. */
const STILL_SECONDS = 0.01;
/** How much faster or slower a picture is for a while; nobody sees it. */
const MOST_CORRECTION = 0.12;

export interface Situation {
  spans: Span[];
  /** What is to be shown. */
  wanted: number;
  /** What is shown. */
  shown: number;
  speed: number;
  running: boolean;
  /** Whether it is known that nothing is recorded at `wanted`. */
  knownGap: boolean;
  /** Nothing more comes. */
  ended: boolean;
}

export function stepOf({ spans, wanted, shown, speed, running, knownGap, ended }: Situation): Step {
  const span = spanAt(spans, wanted);
  if (!span) {
    const last = spans.at(-1);
    const behindAll = ended && (last === undefined || wanted >= last.end);
    return { kind: knownGap || behindAll || isBetween(spans, wanted) ? 'gap' : 'wait' };
  }
  const target = Math.max(wanted, span.start);
  const drift = shown - target;
  if (!running)
    return { kind: 'show', rate: speed, jump: Math.abs(drift) > STILL_SECONDS ? target : undefined };
  if (Math.abs(drift) > DRIFT_SECONDS * Math.max(1, speed))
    return { kind: 'show', rate: speed, jump: target };
  if (Math.abs(drift) < NEAR_SECONDS) return { kind: 'show', rate: speed };
  // Within about a second they meet.
  const correction = Math.max(-MOST_CORRECTION, Math.min(MOST_CORRECTION, -drift / Math.max(1, speed)));
  return { kind: 'show', rate: speed * (1 + correction) };
}

/** Media from before and after has come, and so nothing will come in between. */
function isBetween(spans: Span[], wanted: number): boolean {
  const next = nextSpan(spans, wanted);
  return next !== undefined && spans.some((span) => span.end <= wanted);
}

/** Seconds. Nothing more is known of a stream's rhythm than how long its fragments are. */
export interface EdgeInput {
  position: number;
  bufferedStart: number;
  bufferedEnd: number;
  /** Duration of the longest fragment seen lately. */
  fragmentSeconds: number;
}

export type EdgeAction = { kind: 'jump'; to: number } | { kind: 'rate'; rate: number };

/** What stays buffered ahead of the picture: enough for one late fragment. */
const MARGIN_SECONDS = 0.35;
const CATCH_UP_RATE = 1.08;
/** Behind by more than this beyond the target, playing faster would take too long. */
const JUMP_BEHIND_SECONDS = 2.5;

export function targetLatency(fragmentSeconds: number): number {
  return MARGIN_SECONDS + Math.min(fragmentSeconds, 4);
}

/** Keeps a live picture near the end of what is buffered: a jump when far off, else a slightly faster rate. */
export function keepAtEdge({ position, bufferedStart, bufferedEnd, fragmentSeconds }: EdgeInput): EdgeAction {
  const target = targetLatency(fragmentSeconds);
  const behind = bufferedEnd - position;
  const edge = Math.max(bufferedStart, bufferedEnd - target);
  if (position < bufferedStart || behind > target + JUMP_BEHIND_SECONDS) return { kind: 'jump', to: edge };
  return { kind: 'rate', rate: behind > target + MARGIN_SECONDS ? CATCH_UP_RATE : 1 };
}

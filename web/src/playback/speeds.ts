export const SPEEDS = [0.25, 0.5, 1, 2, 4, 8];

/** The next slower (-1) or faster (1) speed; the same at either end. */
export function nextSpeed(speed: number, direction: number): number {
  const at = SPEEDS.indexOf(speed) + direction;
  return SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, at))] ?? 1;
}

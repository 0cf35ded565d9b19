import { useEffect, useState } from 'react';
import { TICKS_PER_SECOND } from '../media/ticks';

/** A picture that plays is told again after so long. */
const PATIENCE = 15 * TICKS_PER_SECOND;
/** A change of more than this between two renderings is a jump. */
const JUMP = 4 * TICKS_PER_SECOND;

/** The position as screen readers hear it: at every jump, but not four times a second while it plays. */
export function useTold(position90k: number): number {
  const [told, setTold] = useState({ position90k, last90k: position90k });
  useEffect(() => {
    setTold((before) => {
      const jumped = Math.abs(position90k - before.last90k) > JUMP;
      const due = Math.abs(position90k - before.position90k) > PATIENCE;
      return { position90k: jumped || due ? position90k : before.position90k, last90k: position90k };
    });
  }, [position90k]);
  return told.position90k;
}

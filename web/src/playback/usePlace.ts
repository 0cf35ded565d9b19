import { useEffect } from 'react';
import { useSearchParams } from 'react-router-dom';
import { dateFromTicks, nowTicks, ticksFromMs } from '../media/ticks';
import type { CameraPlayer } from './useCameraPlayer';

/** How often the address follows a picture that plays; browsers allow a hundred changes in half a minute. */
const WRITE_MS = 3_000;
const NAME = 'at';

/** The recorded moment that an address names, as ?at=2026-11-25T20:47:27Z; undefined for none, or one to come. */
export function momentOf(parameters: URLSearchParams): number | undefined {
  const ms = Date.parse(parameters.get(NAME) ?? '');
  if (!Number.isFinite(ms)) return undefined;
  const moment90k = ticksFromMs(ms);
  return moment90k > 0 && moment90k < nowTicks() ? moment90k : undefined;
}

const textOf = (moment90k: number) => dateFromTicks(moment90k).toISOString();

/** A link to a moment of the camera whose page is shown. */
export function linkTo(moment90k: number): string {
  const url = new URL(window.location.href);
  url.searchParams.set(NAME, textOf(moment90k));
  return url.href;
}

/** Keeps the shown moment in the address: one comes back to it after a reload, a sign-in, or from a bookmark. */
export function usePlace({ mode, paused, position90k }: CameraPlayer) {
  const [, setParameters] = useSearchParams();
  useEffect(() => {
    const write = (moment90k: number | undefined) =>
      setParameters(
        (before) => {
          const next = new URLSearchParams(before);
          if (moment90k === undefined) next.delete(NAME);
          else next.set(NAME, textOf(moment90k));
          return next;
        },
        { replace: true },
      );
    if (mode === 'live' && !paused) {
      write(undefined);
      return;
    }
    const timer = window.setInterval(() => {
      const moment90k = position90k();
      if (moment90k !== undefined) write(moment90k);
    }, WRITE_MS);
    return () => window.clearInterval(timer);
    // setParameters changes with the address, which this effect itself changes.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [mode, paused, position90k]);
}

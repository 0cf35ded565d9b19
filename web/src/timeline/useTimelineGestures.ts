import { useEffect, useRef, type PointerEvent, type RefObject } from 'react';
import { pan, spanOf, ticksAtX, zoom, type View } from './scale';

interface Actions {
  onView(view: View): void;
  onSeek(moment90k: number): void;
  onHover(x: number | undefined): void;
}

/** A pointer that moved less than this was a click. */
const CLICK_PIXELS = 5;
/** A finger that rests so long looks through the recordings as it moves, instead of moving the timeline. */
const HOLD_MS = 400;
/** So near to the needle a pointer takes hold of it. */
const GRAB_PIXELS = { mouse: 6, touch: 22 };

interface Drag {
  view: View;
  x: number;
  moved: boolean;
  /** Distance of two fingers at their start. */
  spread?: number;
  /** It goes through the recordings, and seeks where it ends. */
  scrubs?: boolean;
}

/** Wheel and pinch zoom, drag pans, a click seeks; dragging the needle at `needleX`, or a finger that rested, scrubs. */
export function useTimelineGestures(
  area: RefObject<HTMLElement | null>,
  view: View,
  width: number,
  { onView, onSeek, onHover }: Actions,
  needleX: number,
) {
  const holding = useRef<number>(undefined);
  useEffect(() => () => window.clearTimeout(holding.current), []);
  const pointers = useRef(new Map<number, number>());
  const drag = useRef<Drag>(undefined);
  const latest = useRef({ view, width, onView });
  useEffect(() => {
    latest.current = { view, width, onView };
  });

  // React's wheel handlers are passive and could not keep the page from scrolling.
  useEffect(() => {
    const element = area.current;
    if (!element) return;
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const now = latest.current;
      const x = event.clientX - element.getBoundingClientRect().left;
      const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
      if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        now.onView(pan(now.view, (sideways / now.width) * spanOf(now.view)));
      } else {
        const factor = Math.exp(Math.max(-1, Math.min(1, event.deltaY / 300)));
        now.onView(zoom(now.view, factor, ticksAtX(now.view, x, now.width)));
      }
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [area]);

  const localX = (event: PointerEvent<HTMLElement>) =>
    event.clientX - event.currentTarget.getBoundingClientRect().left;

  const begin = (moved: boolean) => {
    const [first = 0, second] = [...pointers.current.values()];
    const x = second === undefined ? first : (first + second) / 2;
    const spread = second === undefined ? undefined : Math.max(1, Math.abs(first - second));
    drag.current = { view, x, moved, spread };
  };

  return {
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      pointers.current.set(event.pointerId, localX(event));
      begin(pointers.current.size > 1);
      const x = localX(event);
      const reach = event.pointerType === 'mouse' ? GRAB_PIXELS.mouse : GRAB_PIXELS.touch;
      const scrub = () => {
        if (!drag.current || drag.current.moved) return;
        drag.current.scrubs = true;
        onHover(x);
      };
      window.clearTimeout(holding.current);
      if (pointers.current.size > 1) {
        onHover(undefined);
        return;
      }
      if (Math.abs(x - needleX) <= reach) scrub();
      else if (event.pointerType !== 'mouse') holding.current = window.setTimeout(scrub, HOLD_MS);
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      const x = localX(event);
      if (event.pointerType === 'mouse') onHover(x);
      if (!drag.current || !pointers.current.has(event.pointerId)) return;
      pointers.current.set(event.pointerId, x);
      const start = drag.current;
      if (start.scrubs) {
        onHover(Math.max(0, Math.min(width, x)));
        return;
      }
      const [first = 0, second] = [...pointers.current.values()];
      if (second !== undefined && start.spread !== undefined) {
        const factor = start.spread / Math.max(1, Math.abs(first - second));
        const zoomed = zoom(start.view, factor, ticksAtX(start.view, start.x, width));
        // What was between the fingers stays there, also when both move sideways.
        onView(pan(zoomed, ((start.x - (first + second) / 2) / width) * spanOf(zoomed)));
        return;
      }
      if (Math.abs(x - start.x) > CLICK_PIXELS) start.moved = true;
      if (start.moved) onView(pan(start.view, ((start.x - x) / width) * spanOf(start.view)));
    },
    onPointerUp: (event: PointerEvent<HTMLElement>) => {
      window.clearTimeout(holding.current);
      if (!pointers.current.delete(event.pointerId)) return;
      if (drag.current?.scrubs && event.pointerType !== 'mouse') onHover(undefined);
      if (drag.current && !drag.current.moved) onSeek(ticksAtX(view, localX(event), width));
      if (pointers.current.size === 0) drag.current = undefined;
      else begin(true);
    },
    onPointerCancel: (event: PointerEvent<HTMLElement>) => {
      window.clearTimeout(holding.current);
      if (drag.current?.scrubs) onHover(undefined);
      pointers.current.delete(event.pointerId);
      drag.current = undefined;
    },
    onPointerLeave: () => onHover(undefined),
  };
}

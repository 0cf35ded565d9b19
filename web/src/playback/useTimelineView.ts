import { useCallback, useState } from 'react';
import { nowTicks, TICKS_PER_SECOND } from '../media/ticks';
import { placeAt, spanOf, zoom, type View } from '../timeline/scale';

const FIRST_SPAN = 10 * 60 * TICKS_PER_SECOND;
/** Where now, or the picture, is kept while the view follows. */
const FOLLOW_SHARE = 0.94;

/** A new page with the picture near its beginning, unless that would show more of the future than needed. */
function turnTo(view: View, position90k: number, now90k: number): View {
  const page = placeAt(view, position90k, 0.25);
  const latest = placeAt(view, now90k, FOLLOW_SHARE);
  return page.end90k > latest.end90k ? latest : page;
}

/** What the timeline shows. It follows the picture until the user looks elsewhere. */
export function useTimelineView() {
  const [follow, setFollow] = useState(true);
  const [view, setView] = useState<View>(() => {
    const now = nowTicks();
    return placeAt({ start90k: now - FIRST_SPAN, end90k: now }, now, FOLLOW_SHARE);
  });

  /** Called as the picture moves. */
  const track = useCallback(
    (position90k: number, live: boolean) => {
      if (!follow) return;
      setView((current) => {
        if (live) return placeAt(current, position90k, FOLLOW_SHARE);
        const shown =
          position90k >= current.start90k &&
          position90k <= current.end90k - spanOf(current) * (1 - FOLLOW_SHARE);
        return shown ? current : turnTo(current, position90k, nowTicks());
      });
    },
    [follow],
  );

  const look = useCallback((next: View) => {
    setFollow(false);
    setView(next);
  }, []);

  /** Zooms around the picture, and goes on following it. */
  const zoomBy = useCallback(
    (factor: number, around90k: number) => setView((current) => zoom(current, factor, around90k)),
    [],
  );

  return { view, follow, track, look, zoomBy, startFollowing: useCallback(() => setFollow(true), []) };
}

import { formatClock } from '../ui/format';
import classes from './Timeline.module.css';
import type { ShownThumbnail } from './useThumbnail';

interface Props {
  /** Of what is told, in the timeline's pixels. */
  x: number;
  width: number;
  text: string;
  thumbnail: ShownThumbnail;
}

const HALF_TEXT = 110;
const HALF_PICTURE = 126;

/** What lies at a place of the timeline, in a picture where there is one, and in words. */
export function TimelineTip({ x, width, text, thumbnail: { picture, pending } }: Props) {
  const half = picture || pending ? HALF_PICTURE : HALF_TEXT;
  return (
    <div
      className={classes.tip}
      role="tooltip"
      style={{ left: width < 2 * half ? width / 2 : Math.min(Math.max(x, half), width - half) }}
    >
      {(picture || pending) && (
        <div
          className={classes.thumbnail}
          data-testid="thumbnail"
          data-pending={pending || undefined}
          data-time-90k={pending ? undefined : picture?.time90k}
        >
          {picture && (
            <>
              <img src={picture.url} alt="" draggable={false} />
              {!pending && <span className={classes.thumbnailTime}>{formatClock(picture.time90k)}</span>}
            </>
          )}
        </div>
      )}
      <div>{text}</div>
    </div>
  );
}

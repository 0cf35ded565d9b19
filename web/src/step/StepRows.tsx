import { useElementSize } from '@mantine/hooks';
import type { Camera, Recordings } from '../api/client';
import { bars, xOf, type View } from '../timeline/scale';
import classes from './Step.module.css';

const HEIGHT = 7;

interface Props {
  cameras: Camera[];
  /** In the order of the cameras. */
  recordings: (Recordings | undefined)[];
  view: View;
  position90k: number;
}

/** What each camera has recorded, below the timeline of all and in its scale. */
export function StepRows({ cameras, recordings, view, position90k }: Props) {
  const { ref, width } = useElementSize();
  return (
    <div ref={ref} className={classes.rows} aria-hidden="true" data-testid="step-rows">
      {cameras.map((camera, index) => (
        <div key={camera.id} className={classes.row}>
          <span className={classes.rowName}>{camera.name}</span>
          <svg width={width} height={HEIGHT} className={classes.rowBar}>
            <rect width={width} height={HEIGHT} rx={2} className={classes.rowGround} />
            {bars(view, recordings[index]?.gaps ?? [], width).map((bar, number) => (
              <rect
                key={`gap-${number}`}
                x={bar.x}
                width={bar.width}
                height={HEIGHT}
                fill="url(#gap-hatch)"
                data-testid="row-gap"
              />
            ))}
            {bars(view, recordings[index]?.ranges ?? [], width).map((bar, number) => (
              <rect
                key={number}
                x={bar.x}
                width={bar.width}
                height={HEIGHT}
                className={classes.rowRecorded}
                data-testid="row-range"
              />
            ))}
            <line
              x1={xOf(view, position90k, width)}
              x2={xOf(view, position90k, width)}
              y2={HEIGHT}
              className={classes.rowNeedle}
            />
          </svg>
        </div>
      ))}
    </div>
  );
}

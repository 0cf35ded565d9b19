import { Button, MultiSelect, Skeleton, Title } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { Link, useSearchParams } from 'react-router-dom';
import type { Camera } from '../api/client';
import { camerasQuery, recordingsQuery } from '../api/queries';
import { NothingToSee } from '../cameras/NothingToSee';
import { columnsFor } from '../live/grid';
import { dateFromTicks, nowTicks, TICKS_PER_SECOND } from '../media/ticks';
import { momentOf } from '../playback/usePlace';
import { useTimelineView } from '../playback/useTimelineView';
import { may } from '../session/rights';
import { questionOf } from '../timeline/scale';
import { Timeline } from '../timeline/Timeline';
import { Notice } from '../ui/Notice';
import { usePageTitle } from '../ui/usePageTitle';
import classes from './Step.module.css';
import { StepClock } from './StepClock';
import { StepControls } from './StepControls';
import { StepRows } from './StepRows';
import { StepTile } from './StepTile';
import { recordingsOfAll } from './union';

const MOST_CAMERAS = 9;
const FIRST_CAMERAS = 4;
/** Where one begins who asked for no moment. */
const BEGINNING = 60 * TICKS_PER_SECOND;
/** What was recorded just now is not there to be read yet. */
const NEWEST = 3 * TICKS_PER_SECOND;
const CLOCK_MS = 250;
const WRITE_MS = 3_000;
const GAP = 8;
const MIN_TILE_WIDTH = 150;

interface Shown {
  now90k: number;
  position90k: number;
  running: boolean;
}

/** The recordings of several cameras at one moment. */
function Together({ cameras }: { cameras: Camera[] }) {
  const [parameters, setParameters] = useSearchParams();
  const [clock] = useState(
    () =>
      new StepClock(
        momentOf(parameters) ?? nowTicks() - BEGINNING,
        () => performance.now(),
        () => nowTicks() - NEWEST,
      ),
  );
  const read = (): Shown => ({ now90k: nowTicks(), position90k: clock.now90k(), running: clock.running });
  const [shown, setShown] = useState(read);
  const { view, follow, track, look, zoomBy, startFollowing } = useTimelineView();
  const { ref, width, height } = useElementSize();
  const { columns, tileWidth } = columnsFor(cameras.length, width, height, GAP, MIN_TILE_WIDTH);

  useEffect(() => {
    const tick = () => {
      setShown({ now90k: nowTicks(), position90k: clock.now90k(), running: clock.running });
      track(clock.now90k(), false);
    };
    tick();
    const timer = window.setInterval(tick, CLOCK_MS);
    return () => window.clearInterval(timer);
  }, [clock, track]);

  // One comes back to the moment after a reload.
  useEffect(() => {
    const timer = window.setInterval(
      () =>
        setParameters(
          (before) => {
            const next = new URLSearchParams(before);
            next.set('at', dateFromTicks(clock.now90k()).toISOString());
            return next;
          },
          { replace: true },
        ),
      WRITE_MS,
    );
    return () => window.clearInterval(timer);
    // setParameters changes with the address, which this effect itself changes.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [clock]);

  const question = useMemo(() => questionOf(view), [view]);
  const recordings = useQueries({
    queries: cameras.map((camera) => ({
      ...recordingsQuery(camera.id, 'main', question.start90k, question.end90k),
      placeholderData: keepPreviousData,
    })),
  }).map(({ data }) => data);

  const change = (action: () => void) => {
    action();
    setShown(read());
  };
  const seek = (moment90k: number) => {
    change(() => clock.seek(moment90k));
    startFollowing();
  };
  return (
    <>
      <div ref={ref} className={classes.area} data-testid="step-wall">
        {width > 0 && (
          <div className={classes.scroller} data-scroller>
            <div
              className={classes.grid}
              style={{
                gridTemplateColumns: tileWidth
                  ? `repeat(${columns}, ${Math.floor(tileWidth)}px)`
                  : `repeat(${columns}, minmax(0, 1fr))`,
                gap: GAP,
              }}
            >
              {cameras.map((camera) => (
                <StepTile key={camera.id} camera={camera} clock={clock} alone={cameras.length === 1} />
              ))}
            </div>
          </div>
        )}
      </div>
      <div className={classes.desk}>
        <StepControls
          clock={clock}
          position90k={shown.position90k}
          extent={recordingsOfAll(recordings)?.extent}
          running={shown.running}
          following={follow}
          onChange={change}
          onSeek={seek}
          onZoom={(factor) => zoomBy(factor, shown.position90k)}
          onFollow={startFollowing}
        />
        <Timeline
          view={view}
          recordings={recordingsOfAll(recordings)}
          picturesOf={cameras.length === 1 ? cameras[0]?.id : undefined}
          now90k={shown.now90k}
          position90k={shown.position90k}
          onView={look}
          onSeek={seek}
          onStep={(ticks) => seek(clock.now90k() + ticks)}
        />
        <StepRows cameras={cameras} recordings={recordings} view={view} position90k={shown.position90k} />
      </div>
    </>
  );
}

export function StepPage() {
  usePageTitle('Playback');
  const { data, error } = useQuery(camerasQuery);
  const [parameters, setParameters] = useSearchParams();
  if (!data && error) return <Notice>{error.message}</Notice>;
  if (!data) return <Skeleton height="60vh" radius="lg" />;
  const permitted = data.cameras.filter((camera) => may(camera, 'play_back'));
  if (permitted.length === 0) {
    return (
      <NothingToSee title="You may play no camera’s recordings">
        <Button component={Link} to="/live" size="md" mt="sm">
          Go to the live wall
        </Button>
      </NothingToSee>
    );
  }
  const asked = parameters.get('cameras')?.split(',');
  const cameras = asked
    ? permitted.filter(({ id }) => asked.includes(id)).slice(0, MOST_CAMERAS)
    : permitted.slice(0, FIRST_CAMERAS);
  const choose = (ids: string[]) =>
    setParameters(
      (before) => {
        const next = new URLSearchParams(before);
        next.set('cameras', ids.join(','));
        return next;
      },
      { replace: true },
    );
  return (
    <div className={classes.page}>
      <div className={classes.heading}>
        <Title order={1} size="h3">
          Playback
        </Title>
        <MultiSelect
          className={classes.choice}
          aria-label="Cameras"
          placeholder={cameras.length === 0 ? 'Choose up to 9 cameras' : undefined}
          data={permitted.map(({ id, name }) => ({ value: id, label: name }))}
          value={cameras.map(({ id }) => id)}
          onChange={choose}
          maxValues={MOST_CAMERAS}
          searchable
          hidePickedOptions
          nothingFoundMessage="No further camera"
          data-testid="step-cameras"
        />
      </div>
      {cameras.length === 0 ? (
        <Notice tone="wait">Choose the cameras whose recordings you want to see at the same moment.</Notice>
      ) : (
        <Together cameras={cameras} />
      )}
    </div>
  );
}

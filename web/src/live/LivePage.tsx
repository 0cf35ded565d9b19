import { Button, VisuallyHidden } from '@mantine/core';
import { useElementSize, useHotkeys } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Link, useSearchParams } from 'react-router-dom';
import { camerasQuery } from '../api/queries';
import { NoCameras } from '../cameras/NoCameras';
import { NothingToSee } from '../cameras/NothingToSee';
import { may } from '../session/rights';
import { useRights } from '../session/useRights';
import { Notice } from '../ui/Notice';
import { usePageTitle } from '../ui/usePageTitle';
import { columnsFor } from './grid';
import classes from './LivePage.module.css';
import { Tile } from './Tile';

const GAP = 10;
const MIN_TILE_WIDTH = 200;

export function LivePage() {
  usePageTitle('Live');
  const { data, error } = useQuery(camerasQuery);
  // In the address, so that one comes back to it.
  const [parameters, setParameters] = useSearchParams();
  const enlarged = parameters.get('camera');
  const setEnlarged = (id?: string) => setParameters(id ? { camera: id } : {}, { replace: true });
  const { ref, width, height } = useElementSize();
  useHotkeys([['Escape', () => enlarged && setEnlarged(undefined)]]);
  const mayAdd = may(useRights(), 'add_cameras');
  const cameras = data?.cameras.filter((camera) => may(camera, 'see_live')) ?? [];
  const one = cameras.find((camera) => camera.id === enlarged);
  const shown = one ? [one] : cameras;
  const { columns, tileWidth } = columnsFor(shown.length, width, height, GAP, MIN_TILE_WIDTH);
  return (
    <>
      <VisuallyHidden>
        <h1>Live</h1>
      </VisuallyHidden>
      {!data && error && <Notice>{error.message}</Notice>}
      {data?.cameras.length === 0 && mayAdd && (
        <NoCameras
          action={
            <Button component={Link} to="/cameras" size="md" mt="sm">
              Go to cameras
            </Button>
          }
        />
      )}
      {data && cameras.length === 0 && !(mayAdd && data.cameras.length === 0) && (
        <NothingToSee title="You may see no camera live">
          {data.cameras.length > 0 && (
            <Button component={Link} to="/cameras" size="md" mt="sm">
              Go to your cameras
            </Button>
          )}
        </NothingToSee>
      )}
      <div ref={ref} className={classes.area} hidden={data && cameras.length === 0} data-testid="live-wall">
        {width > 0 && shown.length > 0 && (
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
              {shown.map((camera) => (
                <Tile
                  key={camera.id}
                  camera={camera}
                  enlarged={camera === one}
                  onToggle={() => setEnlarged(camera === one ? undefined : camera.id)}
                />
              ))}
            </div>
          </div>
        )}
      </div>
    </>
  );
}

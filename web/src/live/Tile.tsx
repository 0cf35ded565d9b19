import { ActionIcon } from '@mantine/core';
import { IconArrowsMaximize, IconArrowsMinimize } from '../ui/icons';
import { Link } from 'react-router-dom';
import type { Camera } from '../api/client';
import { gridStream, isAway, mainState, reasonOf, STATE_WORDS } from '../cameras/state';
import { StateBadge } from '../cameras/StateBadge';
import { PictureState } from './PictureState';
import classes from './Tile.module.css';
import { useLivePlayer } from './useLivePlayer';

interface Props {
  camera: Camera;
  enlarged: boolean;
  onToggle(): void;
}

export function Tile({ camera, enlarged, onToggle }: Props) {
  const { video, state } = useLivePlayer(camera.id, enlarged ? 'main' : gridStream(camera));
  const cameraState = mainState(camera);
  const offline = isAway(cameraState);
  const label = enlarged ? `Show all cameras again` : `Enlarge ${camera.name}`;
  return (
    <article
      className={classes.tile}
      data-testid={`tile-${camera.name}`}
      data-phase={state.phase}
      data-enlarged={enlarged || undefined}
    >
      <video
        ref={video}
        muted
        playsInline
        autoPlay
        disablePictureInPicture
        className={classes.video}
        aria-hidden
      />
      <PictureState
        state={state}
        offlineReason={offline ? reasonOf(camera) || STATE_WORDS[cameraState] : ''}
      />
      <Link to={`/cameras/${camera.id}`} className={classes.open} aria-label={`Open ${camera.name}`} />
      <footer className={classes.footer}>
        <span className={classes.name}>{camera.name}</span>
        <StateBadge state={cameraState} overlay />
      </footer>
      <ActionIcon
        className={classes.enlarge}
        variant="filled"
        color="dark.8"
        size="lg"
        aria-label={label}
        title={label}
        onClick={onToggle}
        data-testid={`enlarge-${camera.name}`}
      >
        {enlarged ? <IconArrowsMinimize size={18} /> : <IconArrowsMaximize size={18} />}
      </ActionIcon>
    </article>
  );
}

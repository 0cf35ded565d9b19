import { ActionIcon } from '@mantine/core';
import { useFullscreen, useMergedRef } from '@mantine/hooks';
import { IconArrowsMaximize, IconArrowsMinimize, IconMaximize, IconMinimize } from '../ui/icons';
import type { Icon } from '@tabler/icons-react';
import { Link } from 'react-router-dom';
import type { Camera } from '../api/client';
import { gridStream, isAway, isKnown, mainState, reasonOf, STATE_WORDS, streamOf } from '../cameras/state';
import { StateBadge } from '../cameras/StateBadge';
import { PictureState } from './PictureState';
import classes from './Tile.module.css';
import { useInView } from './useInView';
import { useLivePlayer } from './useLivePlayer';

interface Props {
  camera: Camera;
  enlarged: boolean;
  onToggle(): void;
}

interface ToolProps {
  label: string;
  Icon: Icon;
  testId: string;
  onClick(): void;
}

function Tool({ label, Icon, testId, onClick }: ToolProps) {
  return (
    <ActionIcon
      variant="filled"
      color="dark.8"
      size="lg"
      aria-label={label}
      title={label}
      onClick={onClick}
      data-testid={testId}
    >
      <Icon size={18} />
    </ActionIcon>
  );
}

export function Tile({ camera, enlarged, onToggle }: Props) {
  const { ref, inView } = useInView<HTMLElement>();
  const full = useFullscreen();
  const tile = useMergedRef(ref, full.ref);
  const stream = enlarged || full.fullscreen ? 'main' : gridStream(camera);
  const { video, state } = useLivePlayer(camera.id, stream, inView);
  const cameraState = mainState(camera);
  const offline = isAway(cameraState);
  const instead = streamOf(camera, 'sub') !== undefined && !enlarged && !full.fullscreen && stream === 'main';
  return (
    <article
      ref={tile}
      className={classes.tile}
      aria-label={camera.name}
      data-testid={`tile-${camera.name}`}
      data-phase={state.phase}
      data-stream={inView ? stream : undefined}
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
        silent
      />
      <Link to={`/cameras/${camera.id}`} className={classes.open} aria-label={`Open ${camera.name}`} />
      <footer className={classes.footer}>
        <span className={classes.name} title={camera.name}>
          {camera.name}
        </span>
        {instead && (
          <span className={classes.instead} title={reasonOf(camera)}>
            Main stream, as the sub stream fails
          </span>
        )}
        {isKnown(camera) && <StateBadge state={cameraState} plan={camera.recording_now} overlay />}
      </footer>
      <div className={classes.tools}>
        <Tool
          label={enlarged ? 'Show all cameras again' : `Enlarge ${camera.name}`}
          Icon={enlarged ? IconArrowsMinimize : IconArrowsMaximize}
          onClick={onToggle}
          testId={`enlarge-${camera.name}`}
        />
        {document.fullscreenEnabled && (
          <Tool
            label={full.fullscreen ? 'Leave full screen' : `${camera.name} on the full screen`}
            Icon={full.fullscreen ? IconMinimize : IconMaximize}
            onClick={() => void full.toggle()}
            testId={`fullscreen-${camera.name}`}
          />
        )}
      </div>
    </article>
  );
}

import { Loader } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { Link } from 'react-router-dom';
import type { Camera } from '../api/client';
import { streamOf } from '../cameras/state';
import { useConnection } from '../media/ConnectionContext';
import { isSupported } from '../media/MseSink';
import { IconAlertTriangle, IconVideoOff } from '../ui/icons';
import type { StepClock } from './StepClock';
import classes from './Step.module.css';
import { StepPlayer, type StepState } from './StepPlayer';

const UNSUPPORTED: StepState = {
  phase: 'failed',
  message: 'This browser can’t play recordings (it lacks Media Source Extensions).',
};

function Cover({ state }: { state: StepState }) {
  switch (state.phase) {
    case 'playing':
      return null;
    case 'waiting':
      return <Loader size="sm" color="gray.4" aria-label="Loading" />;
    case 'gap':
      return (
        <>
          <IconVideoOff size={26} stroke={1.5} aria-hidden="true" />
          <span title={state.message}>{state.message}</span>
        </>
      );
    case 'failed':
      return (
        <>
          <IconAlertTriangle size={26} stroke={1.5} aria-hidden="true" />
          <span title={state.message}>{state.message}</span>
        </>
      );
  }
}

/** One camera's picture at the moment of all. `alone`: it is the only one, and large. */
export function StepTile({ camera, clock, alone }: { camera: Camera; clock: StepClock; alone: boolean }) {
  const video = useRef<HTMLVideoElement>(null);
  const { connection } = useConnection();
  const [state, setState] = useState<StepState>({ phase: 'waiting' });
  const stream = !alone && streamOf(camera, 'sub') ? 'sub' : 'main';
  useEffect(() => {
    const element = video.current;
    if (!element) return;
    if (!isSupported()) {
      setState(UNSUPPORTED);
      return;
    }
    const player = new StepPlayer(element, connection, camera.id, stream, clock, setState);
    return () => player.destroy();
  }, [connection, camera.id, stream, clock]);
  return (
    <article
      className={classes.tile}
      aria-label={camera.name}
      data-testid={`step-${camera.name}`}
      data-phase={state.phase}
    >
      <video ref={video} muted playsInline disablePictureInPicture className={classes.video} aria-hidden />
      <div className={classes.cover} data-phase={state.phase}>
        <Cover state={state} />
      </div>
      <footer className={classes.footer}>
        <Link to={`/cameras/${camera.id}`} className={classes.name} title={`Open ${camera.name}`}>
          {camera.name}
        </Link>
      </footer>
    </article>
  );
}

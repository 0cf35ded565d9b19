import { Loader } from '@mantine/core';
import { IconAlertTriangle, IconVideoOff } from '../ui/icons';
import type { ReactNode } from 'react';
import type { PlayerState } from '../media/LivePlayer';
import classes from './PictureState.module.css';

interface Props {
  state: PlayerState;
  /** Why there is no picture, when the camera itself is away. */
  offlineReason?: string;
  /** Not told by screen readers as it changes: on a wall of many that would never end. */
  silent?: boolean;
}

function content(state: PlayerState, offlineReason: string): ReactNode {
  if (state.phase !== 'playing' && offlineReason) {
    return (
      <>
        <IconVideoOff size={28} stroke={1.5} aria-hidden="true" />
        <span>{offlineReason}</span>
      </>
    );
  }
  switch (state.phase) {
    case 'playing':
      return null;
    case 'connecting':
      return (
        <>
          <Loader size="sm" color="gray.4" aria-hidden="true" />
          <span>Connecting</span>
        </>
      );
    case 'stalled':
      return (
        <>
          <Loader size="sm" color="yellow.4" aria-hidden="true" />
          <span>The picture stands still; waiting for more</span>
        </>
      );
    case 'failed':
      return (
        <>
          <IconAlertTriangle size={28} stroke={1.5} aria-hidden="true" />
          <span>{state.message}</span>
        </>
      );
  }
}

/** Lies over a picture and says in words why it does not move. Nothing while it does. */
export function PictureState({ state, offlineReason = '', silent = false }: Props) {
  const shown = content(state, offlineReason);
  return (
    <div
      className={classes.cover}
      role={silent ? undefined : 'status'}
      data-shown={shown !== null}
      data-phase={state.phase}
    >
      {shown}
    </div>
  );
}

import { UnstyledButton } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './Facts.module.css';

interface Props {
  /** Plays it; missing for who may not. */
  onPlay?: () => void;
  children: ReactNode;
  [data: `data-${string}`]: string;
}

/** A moment in a list: a button where it can be played. */
export function Moment({ onPlay, children, ...data }: Props) {
  if (!onPlay) {
    return (
      <div className={classes.event} {...data}>
        {children}
      </div>
    );
  }
  return (
    <UnstyledButton className={classes.event} onClick={onPlay} {...data}>
      {children}
    </UnstyledButton>
  );
}

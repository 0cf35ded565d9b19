import { Button } from '@mantine/core';
import { IconBroadcast } from '../ui/icons';
import { TICKS_PER_SECOND } from '../media/ticks';
import classes from './CameraPage.module.css';

interface Props {
  live: boolean;
  /** How much older than now the shown picture is. */
  behind90k: number | undefined;
  onLive(): void;
}

function delayOf(behind90k: number | undefined): string | undefined {
  if (behind90k === undefined) return undefined;
  const seconds = behind90k / TICKS_PER_SECOND;
  return seconds > 0 && seconds < 60 ? `${seconds.toFixed(1)} s` : undefined;
}

/** The way back to live; while live, the sign that it is. One element, so that who pressed it keeps the focus. */
export function LiveButton({ live, behind90k, onLive }: Props) {
  const delay = live ? delayOf(behind90k) : undefined;
  return (
    <Button
      className={classes.live}
      variant={live ? 'transparent' : 'filled'}
      data-live={live || undefined}
      aria-disabled={live || undefined}
      leftSection={<IconBroadcast size={18} aria-hidden="true" />}
      onClick={live ? undefined : onLive}
      title={
        live
          ? 'The picture is live; the figure is how much later you see what happens, by the server’s clock'
          : 'Back to live (L)'
      }
      data-testid={live ? 'live-badge' : 'back-to-live'}
    >
      {live ? 'Live' : 'Back to live'}
      {delay && (
        <span className={classes.delay} data-testid="live-delay">
          {delay}
        </span>
      )}
    </Button>
  );
}

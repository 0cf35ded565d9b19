import { IconAlertTriangle, IconLock, IconPlayerRecordFilled, IconRefresh } from '../ui/icons';
import type { CameraState } from '../api/client';
import { STATE_WORDS } from './state';
import classes from './StateBadge.module.css';

const ICONS = {
  connecting: IconRefresh,
  recording: IconPlayerRecordFilled,
  waiting: IconAlertTriangle,
  unauthorised: IconLock,
  certificate_changed: IconLock,
};

export function StateBadge({ state, overlay = false }: { state: CameraState; overlay?: boolean }) {
  const Icon = ICONS[state];
  return (
    <span className={classes.badge} data-state={state} data-overlay={overlay || undefined}>
      <Icon size={14} aria-hidden="true" />
      <span className={classes.word}>{STATE_WORDS[state]}</span>
    </span>
  );
}

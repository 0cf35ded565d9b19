import {
  IconAlertTriangle,
  IconClockPause,
  IconLock,
  IconPlayerRecord,
  IconPlayerRecordFilled,
  IconRefresh,
} from '../ui/icons';
import type { Camera, CameraState } from '../api/client';
import { planState, STATE_WORDS } from './state';
import classes from './StateBadge.module.css';

const ICONS = {
  connecting: IconRefresh,
  recording: IconPlayerRecordFilled,
  waiting: IconAlertTriangle,
  unauthorised: IconLock,
  certificate_changed: IconLock,
};
const PLAN_ICONS = { continuous: IconPlayerRecord, on_event: IconPlayerRecord, off: IconClockPause };

interface Props {
  state: CameraState;
  /** What its plan asks for now; left out where the state alone is told. */
  plan?: Camera['recording_now'];
  overlay?: boolean;
}

/** A camera that comes and is not recorded, by its plan, is in another state than one that is. */
export function StateBadge({ state, plan, overlay = false }: Props) {
  const unrecorded = state === 'recording' && plan && !plan.wanted ? plan : undefined;
  const Icon = unrecorded ? PLAN_ICONS[unrecorded.mode] : ICONS[state];
  return (
    <span
      className={classes.badge}
      data-state={state}
      data-plan={unrecorded && (unrecorded.trouble ? 'trouble' : 'unrecorded')}
      data-overlay={overlay || undefined}
      title={unrecorded?.message}
    >
      <Icon size={14} aria-hidden="true" />
      <span className={classes.word}>{unrecorded ? planState(unrecorded) : STATE_WORDS[state]}</span>
    </span>
  );
}

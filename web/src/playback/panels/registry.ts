import {
  IconArrowsMove,
  IconBell,
  IconClockPause,
  IconHeartbeat,
  IconInfoCircle,
  IconLock,
  IconMicrophone,
  IconSettings,
  IconToggleRight,
} from '../../ui/icons';
import type { Right } from '../../api/client';
import { mayBeDevice } from '../../cameras/state';
import { DetailsPanel } from './DetailsPanel';
import { DevicePanel } from './device/DevicePanel';
import { EventsPanel } from './EventsPanel';
import { GapsPanel } from './GapsPanel';
import { HealthPanel } from './HealthPanel';
import { HoldsPanel } from './HoldsPanel';
import { MovePanel } from './MovePanel';
import { OutputsPanel } from './OutputsPanel';
import type { CameraPanel } from './panel';
import { TalkPanel } from './TalkPanel';

const SEES_RECORDINGS: Right[] = ['play_back', 'export_recordings'];

/** The tabs of a camera's page, in their order. */
export const PANELS: CameraPanel[] = [
  { id: 'details', label: 'Details', Icon: IconInfoCircle, Content: DetailsPanel },
  { id: 'health', label: 'Health', Icon: IconHeartbeat, Content: HealthPanel },
  { id: 'gaps', label: 'Gaps', Icon: IconClockPause, needs: SEES_RECORDINGS, Content: GapsPanel },
  {
    id: 'holds',
    label: 'Holds',
    Icon: IconLock,
    needs: ['play_back', 'place_holds', 'lift_holds'],
    Content: HoldsPanel,
  },
  { id: 'talk', label: 'Talk', Icon: IconMicrophone, needs: ['talk'], Content: TalkPanel },
  {
    id: 'move',
    label: 'Move',
    Icon: IconArrowsMove,
    needs: ['control_ptz'],
    appliesTo: mayBeDevice,
    Content: MovePanel,
  },
  {
    id: 'events',
    label: 'Events',
    Icon: IconBell,
    needs: ['see_events'],
    appliesTo: mayBeDevice,
    Content: EventsPanel,
  },
  {
    id: 'outputs',
    label: 'Outputs',
    Icon: IconToggleRight,
    needs: ['switch_relays'],
    appliesTo: mayBeDevice,
    Content: OutputsPanel,
  },
  {
    id: 'device',
    label: 'Device',
    Icon: IconSettings,
    needs: ['maintain_devices'],
    appliesTo: mayBeDevice,
    Content: DevicePanel,
  },
];

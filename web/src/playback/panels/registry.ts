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

/** The tabs of a camera's page, in their order. */
export const PANELS: CameraPanel[] = [
  { id: 'details', label: 'Details', Icon: IconInfoCircle, Content: DetailsPanel },
  { id: 'health', label: 'Health', Icon: IconHeartbeat, Content: HealthPanel },
  { id: 'gaps', label: 'Gaps', Icon: IconClockPause, Content: GapsPanel },
  { id: 'holds', label: 'Holds', Icon: IconLock, Content: HoldsPanel },
  { id: 'talk', label: 'Talk', Icon: IconMicrophone, Content: TalkPanel },
  {
    id: 'move',
    label: 'Move',
    Icon: IconArrowsMove,
    appliesTo: (camera) => Boolean(camera.device?.onvif_url),
    Content: MovePanel,
  },
  {
    id: 'events',
    label: 'Events',
    Icon: IconBell,
    appliesTo: (camera) => Boolean(camera.device?.onvif_url),
    Content: EventsPanel,
  },
  {
    id: 'outputs',
    label: 'Outputs',
    Icon: IconToggleRight,
    appliesTo: (camera) => Boolean(camera.device?.onvif_url),
    Content: OutputsPanel,
  },
  {
    id: 'device',
    label: 'Device',
    Icon: IconSettings,
    appliesTo: (camera) => Boolean(camera.device?.onvif_url),
    Content: DevicePanel,
  },
];

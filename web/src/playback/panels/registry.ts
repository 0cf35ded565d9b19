import { IconClockPause, IconInfoCircle, IconSettings } from '../../ui/icons';
import { DetailsPanel } from './DetailsPanel';
import { DevicePanel } from './device/DevicePanel';
import { GapsPanel } from './GapsPanel';
import type { CameraPanel } from './panel';

/** The tabs of a camera's page, in their order. */
export const PANELS: CameraPanel[] = [
  { id: 'details', label: 'Details', Icon: IconInfoCircle, Content: DetailsPanel },
  { id: 'gaps', label: 'Gaps', Icon: IconClockPause, Content: GapsPanel },
  {
    id: 'device',
    label: 'Device',
    Icon: IconSettings,
    appliesTo: (camera) => Boolean(camera.device?.onvif_url),
    Content: DevicePanel,
  },
];

import { IconClockPause, IconHeartbeat, IconInfoCircle } from '../../ui/icons';
import { DetailsPanel } from './DetailsPanel';
import { GapsPanel } from './GapsPanel';
import { HealthPanel } from './HealthPanel';
import type { CameraPanel } from './panel';

/** The tabs of a camera's page, in their order. */
export const PANELS: CameraPanel[] = [
  { id: 'details', label: 'Details', Icon: IconInfoCircle, Content: DetailsPanel },
  { id: 'health', label: 'Health', Icon: IconHeartbeat, Content: HealthPanel },
  { id: 'gaps', label: 'Gaps', Icon: IconClockPause, Content: GapsPanel },
];

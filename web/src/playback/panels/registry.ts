import { IconClockPause, IconInfoCircle } from '../../ui/icons';
import { DetailsPanel } from './DetailsPanel';
import { GapsPanel } from './GapsPanel';
import type { CameraPanel } from './panel';

/** The tabs of a camera's page, in their order. */
export const PANELS: CameraPanel[] = [
  { id: 'details', label: 'Details', Icon: IconInfoCircle, Content: DetailsPanel },
  { id: 'gaps', label: 'Gaps', Icon: IconClockPause, Content: GapsPanel },
];

import { IconClockPause, IconInfoCircle, IconMicrophone } from '../../ui/icons';
import { DetailsPanel } from './DetailsPanel';
import { GapsPanel } from './GapsPanel';
import type { CameraPanel } from './panel';
import { TalkPanel } from './TalkPanel';

/** The tabs of a camera's page, in their order. */
export const PANELS: CameraPanel[] = [
  { id: 'details', label: 'Details', Icon: IconInfoCircle, Content: DetailsPanel },
  { id: 'gaps', label: 'Gaps', Icon: IconClockPause, Content: GapsPanel },
  { id: 'talk', label: 'Talk', Icon: IconMicrophone, Content: TalkPanel },
];

import { useLetterKeys } from '../help/useLetterKeys';
import { useTransportKeys, type TransportActions } from './useTransportKeys';

interface Actions extends TransportActions {
  goLive(): void;
  toggleMute(): void;
  toggleFullscreen(): void;
  /** One frame back (-1) or forth (1). */
  stepFrame(direction: number): void;
}

/** Keys that work anywhere on a camera's page. */
export function useViewerKeys(actions: Actions) {
  useTransportKeys(actions);
  useLetterKeys([
    ['L', actions.goLive],
    ['M', actions.toggleMute],
    ['F', actions.toggleFullscreen],
    [',', () => actions.stepFrame(-1)],
    ['.', () => actions.stepFrame(1)],
  ]);
}

import { useHotkeys } from '@mantine/hooks';
import { TICKS_PER_SECOND } from '../media/ticks';

interface Actions {
  togglePause(): void;
  goLive(): void;
  toggleMute(): void;
  step(ticks: number): void;
}

const STEP = 10 * TICKS_PER_SECOND;
/** Elements that use the space bar themselves. Arrow keys on the timeline are its own. */
const OWN_KEYS = 'button, a, input, select, textarea, [role="menuitem"], [role="option"]';

const elsewhere = (event: KeyboardEvent, selector: string) =>
  event.target instanceof Element && event.target.closest(selector) !== null;

/** Keys that work anywhere on a camera's page. */
export function useViewerKeys({ togglePause, goLive, toggleMute, step }: Actions) {
  const arrow = (ticks: number) => (event: KeyboardEvent) => {
    if (!elsewhere(event, '[role="slider"], [role="menu"], [role="listbox"]')) step(ticks);
  };
  useHotkeys([
    [
      'space',
      (event) => {
        if (elsewhere(event, OWN_KEYS)) return;
        event.preventDefault();
        togglePause();
      },
      { preventDefault: false },
    ],
    ['L', goLive],
    ['M', toggleMute],
    ['ArrowLeft', arrow(-STEP), { preventDefault: false }],
    ['ArrowRight', arrow(STEP), { preventDefault: false }],
  ]);
}

import { useHotkeys } from '@mantine/hooks';
import { useLetterKeys } from '../help/useLetterKeys';
import { TICKS_PER_SECOND } from '../media/ticks';

interface Actions {
  togglePause(): void;
  goLive(): void;
  toggleMute(): void;
  toggleFullscreen(): void;
  /** Opens the form for a moment to go to. */
  goTo(): void;
  step(ticks: number): void;
  /** One frame back (-1) or forth (1). */
  stepFrame(direction: number): void;
  /** Slower (-1) or faster (1). */
  changeSpeed(direction: number): void;
}

const STEP = 10 * TICKS_PER_SECOND;
/** Elements that use the space bar themselves. Arrow keys on the timeline are its own. */
const OWN_KEYS = 'button, a, input, select, textarea, [role="menuitem"], [role="option"]';
const OWN_ARROWS = '[role="slider"], [role="menu"], [role="listbox"], [role="tablist"], [role="dialog"]';

const elsewhere = (event: KeyboardEvent, selector: string) =>
  event.target instanceof Element && event.target.closest(selector) !== null;

/** Keys that work anywhere on a camera's page. */
export function useViewerKeys(actions: Actions) {
  const arrow = (ticks: number) => (event: KeyboardEvent) => {
    if (!elsewhere(event, OWN_ARROWS)) actions.step(ticks);
  };
  useHotkeys([
    [
      'space',
      (event) => {
        if (elsewhere(event, OWN_KEYS)) return;
        event.preventDefault();
        actions.togglePause();
      },
      { preventDefault: false },
    ],
    ['ArrowLeft', arrow(-STEP), { preventDefault: false }],
    ['ArrowRight', arrow(STEP), { preventDefault: false }],
  ]);
  const slower = () => actions.changeSpeed(-1);
  const faster = () => actions.changeSpeed(1);
  useLetterKeys([
    ['L', actions.goLive],
    ['M', actions.toggleMute],
    ['F', actions.toggleFullscreen],
    ['G', actions.goTo],
    [',', () => actions.stepFrame(-1)],
    ['.', () => actions.stepFrame(1)],
    // With and without Shift, as keyboards differ.
    ['<', slower],
    ['shift+<', slower],
    ['>', faster],
    ['shift+>', faster],
  ]);
}

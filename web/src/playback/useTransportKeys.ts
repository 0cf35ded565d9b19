import { useHotkeys } from '@mantine/hooks';
import { useLetterKeys } from '../help/useLetterKeys';
import { TICKS_PER_SECOND } from '../media/ticks';

export interface TransportActions {
  togglePause(): void;
  step(ticks: number): void;
  /** Opens the form for a moment to go to. */
  goTo(): void;
  /** Slower (-1) or faster (1). */
  changeSpeed(direction: number): void;
}

const STEP = 10 * TICKS_PER_SECOND;
/** Elements that use the space bar themselves. Arrow keys on the timeline are its own. */
const OWN_KEYS = 'button, a, input, select, textarea, [role="menuitem"], [role="option"]';
const OWN_ARROWS = '[role="slider"], [role="menu"], [role="listbox"], [role="tablist"], [role="dialog"]';

const elsewhere = (event: KeyboardEvent, selector: string) =>
  event.target instanceof Element && event.target.closest(selector) !== null;

/** Keys for whatever plays on the page, be it one picture or several. */
export function useTransportKeys(actions: TransportActions) {
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
    ['G', actions.goTo],
    // With and without Shift, as keyboards differ.
    ['<', slower],
    ['shift+<', slower],
    ['>', faster],
    ['shift+>', faster],
  ]);
}

/** As a ref: takes the focus where what had it is gone, so that the keyboard goes on from here. */
export function focusWhereLost(element: HTMLElement | null) {
  if (element && document.activeElement === document.body) element.focus();
}

export interface FocusProps {
  ref: (element: HTMLElement | null) => void;
  'data-autofocus'?: true;
}

/** For what goes on where something is gone. */
export const afterLoss: FocusProps = { ref: focusWhereLost };

/** For what comes next in a dialog: it has the focus as it appears, and as the dialog does. */
export const nextInDialog: FocusProps = { ref: (element) => element?.focus(), 'data-autofocus': true };

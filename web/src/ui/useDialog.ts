import { useState } from 'react';

/** The dialog gives the focus back as it goes; what comes after that counts. */
const AFTER_DIALOG_MS = 300;

/** A dialog that is still there after so many looks is another one, and keeps the focus. */
const MOST_LOOKS = 20;

/** Puts the focus on the page: where it goes when what opened a dialog is gone with it. */
export function focusContent(looks = MOST_LOOKS) {
  window.setTimeout(() => {
    if (document.querySelector('[role="dialog"]') === null) document.getElementById('content')?.focus();
    else if (looks > 0) focusContent(looks - 1);
  }, AFTER_DIALOG_MS);
}

export interface DialogState<T> {
  /** What it is about; stays while the dialog closes, so that it is mounted before and after: only so it gives the
   *  focus back. */
  about: T | undefined;
  opened: boolean;
  show(about: T): void;
  close(): void;
}

/** One dialog of a page, which may be about several things, one at a time. */
export function useDialog<T>(): DialogState<T> {
  const [about, setAbout] = useState<T>();
  const [opened, setOpened] = useState(false);
  return {
    about,
    opened,
    show: (next) => {
      setAbout(() => next);
      setOpened(true);
    },
    close: () => setOpened(false),
  };
}

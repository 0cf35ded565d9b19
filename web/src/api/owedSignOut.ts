/* eslint-disable no-restricted-globals -- It says that somebody has left, and nothing of what he saw. */

const KEY = 'vedette.sign-out-owed';

// A browser may keep nothing for pages: then it is known until the page is left.
let here = false;

/** Whether somebody signed out here and the server was not told yet: known to all tabs, and after a reload. */
export const owedSignOut = {
  get: (): boolean => {
    try {
      return localStorage.getItem(KEY) !== null;
    } catch {
      return here;
    }
  },
  set: () => {
    here = true;
    try {
      localStorage.setItem(KEY, '');
    } catch {
      // `here` has it
    }
  },
  clear: () => {
    here = false;
    try {
      localStorage.removeItem(KEY);
    } catch {
      // there was nothing
    }
  },
};

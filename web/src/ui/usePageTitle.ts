import { useEffect } from 'react';

/** Names the page in the browser's tab, and in what a screen reader says of it. */
export function usePageTitle(title: string) {
  useEffect(() => {
    document.title = `${title} – Vedette`;
  }, [title]);
}

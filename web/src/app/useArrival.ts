import { useEffect, useRef } from 'react';
import { useLocation } from 'react-router-dom';

/**
 * After a link was followed the focus would stay where the link was, or nowhere: it goes to the page's content, as it
 * does when a browser loads a page. Not at the first page, where the browser itself begins.
 */
export function useArrival(content: React.RefObject<HTMLElement | null>) {
  const { pathname } = useLocation();
  const last = useRef(pathname);
  useEffect(() => {
    if (last.current === pathname) return;
    last.current = pathname;
    content.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [pathname, content]);
}

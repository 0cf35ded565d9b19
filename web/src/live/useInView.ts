import { useEffect, useRef, useState, type RefObject } from 'react';

/** So far outside the window (of its height) a picture already begins, so that it is there when one scrolls to it. */
const MARGIN = '35%';

/** Whether the element is in the window, or soon will be. */
export function useInView<T extends Element>(): { ref: RefObject<T | null>; inView: boolean } {
  const ref = useRef<T>(null);
  const [inView, setInView] = useState(false);
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const observer = new IntersectionObserver(
      (entries) => setInView(entries.at(-1)?.isIntersecting ?? false),
      // Within the wall's own scroller the margin counts only when that is the root.
      { root: element.closest('[data-scroller]'), rootMargin: `${MARGIN} 0px` },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { ref, inView };
}

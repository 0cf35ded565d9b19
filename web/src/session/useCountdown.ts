import { useEffect, useState } from 'react';

/** Seconds until `deadline` (ms since 1970), counted down; 0 when it has passed or there is none. */
export function useCountdown(deadline: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const tick = () => {
      setNow(Date.now());
      if (Date.now() >= deadline) window.clearInterval(timer);
    };
    const timer = window.setInterval(tick, 500);
    tick();
    return () => window.clearInterval(timer);
  }, [deadline]);
  return Math.max(0, Math.ceil((deadline - now) / 1000));
}

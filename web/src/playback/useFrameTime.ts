import { useCallback, useEffect, useRef, type RefObject } from 'react';

/** So many pictures are remembered. */
const RECENT = 50;
/** Pictures farther apart than this lie on two sides of a seek or a gap. */
const LONGEST_SECONDS = 2;

/**
 * Seconds from one picture to the next: the shortest distance of those shown lately, since a busy machine leaves some
 * out. undefined until two were shown, and in browsers that do not tell.
 */
export function useFrameTime(video: RefObject<HTMLVideoElement | null>): () => number | undefined {
  const distances = useRef<number[]>([]);

  useEffect(() => {
    const element = video.current;
    if (!element || !('requestVideoFrameCallback' in element)) return;
    let last: number | undefined;
    const onFrame = (_now: DOMHighResTimeStamp, { mediaTime }: VideoFrameCallbackMetadata) => {
      const distance = mediaTime - (last ?? mediaTime);
      if (distance > 0 && distance < LONGEST_SECONDS)
        distances.current = [...distances.current.slice(1 - RECENT), distance];
      last = mediaTime;
      handle = element.requestVideoFrameCallback(onFrame);
    };
    let handle = element.requestVideoFrameCallback(onFrame);
    return () => element.cancelVideoFrameCallback(handle);
  }, [video]);

  return useCallback(() => (distances.current.length > 0 ? Math.min(...distances.current) : undefined), []);
}

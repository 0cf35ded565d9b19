// What a video element shows, judged by its pixels.

import { waitFor } from './product.mjs';

const COLUMNS = 64;
const ROWS = 36;
/** Two pictures differ when so many of their pixels changed visibly. */
const MOVED_PIXELS = 20;
const VISIBLE = 40;

/** The current picture as RGBA bytes of a small canvas, or undefined before the first one. */
const pixels = (video) =>
  video.evaluate(
    (element, [width, height]) => {
      if (element.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return undefined;
      const canvas = document.createElement('canvas');
      canvas.width = width;
      canvas.height = height;
      const context = canvas.getContext('2d', { willReadFrequently: true });
      context.drawImage(element, 0, 0, width, height);
      return [...context.getImageData(0, 0, width, height).data];
    },
    [COLUMNS, ROWS],
  );

function changedPixels(before, after) {
  let changed = 0;
  for (let at = 0; at < before.length; at += 4) {
    const difference =
      Math.abs(before[at] - after[at]) + Math.abs(before[at + 1] - after[at + 1]) + Math.abs(before[at + 2] - after[at + 2]);
    if (difference > VISIBLE) ++changed;
  }
  return changed;
}

/** What a person who looks for the reason of a picture that stands still would ask the element. */
const stateOf = (video) =>
  video.evaluate((element) => {
    const { paused, ended, seeking, currentTime, playbackRate, readyState, buffered, error } = element;
    const spans = Array.from({ length: buffered.length }, (_, i) => [buffered.start(i), buffered.end(i)]);
    const player = { ...element.closest('[data-mode]')?.dataset };
    return JSON.stringify({ ...player, paused, ended, seeking, currentTime, playbackRate, readyState, spans, error: error?.message });
  });

/** Waits until the picture of `video` changes, `times` times in a row. */
export async function seeMove(what, video, times = 2, seconds = 60) {
  let before = await waitFor(`a picture on ${what}`, () => pixels(video), seconds);
  for (let seen = 0; seen < times; ++seen) {
    try {
      before = await waitFor(
        `the picture on ${what} to move`,
        async () => {
          const now = await pixels(video);
          return now && changedPixels(before, now) >= MOVED_PIXELS ? now : undefined;
        },
        seconds,
      );
    } catch (error) {
      error.message += `; it is ${await stateOf(video)}`;
      throw error;
    }
  }
}

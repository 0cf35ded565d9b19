const TILE_RATIO = 16 / 9;

/**
 * How many columns give `count` tiles of 16:9 the largest size in `width` x `height` pixels. A tile narrower than
 * `minTileWidth` is of no use: then there are fewer columns and the page scrolls.
 */
export function columnsFor(count: number, width: number, height: number, gap: number, minTileWidth: number) {
  const most = Math.max(1, Math.min(count, Math.floor((width + gap) / (minTileWidth + gap))));
  let best = 1;
  let bestWidth = 0;
  for (let columns = 1; columns <= most; columns++) {
    const rows = Math.ceil(count / columns);
    const byWidth = (width - gap * (columns - 1)) / columns;
    const byHeight = ((height - gap * (rows - 1)) / rows) * TILE_RATIO;
    const tileWidth = Math.min(byWidth, byHeight);
    if (tileWidth > bestWidth) {
      best = columns;
      bestWidth = tileWidth;
    }
  }
  // Where all can't be seen at once anyway, the width is used; and on a phone, where scrolling is natural.
  return bestWidth < minTileWidth || (most === 1 && count > 1)
    ? { columns: most, tileWidth: undefined }
    : { columns: best, tileWidth: bestWidth };
}

import { describe, expect, it } from 'vitest';
import { columnsFor } from './grid';

describe('columnsFor', () => {
  it.each([
    [1, 1400, 800, 1],
    [4, 1400, 800, 2],
    [9, 1400, 800, 3],
    [2, 1400, 400, 2],
    [4, 360, 700, 1],
  ])('%d tiles on %d x %d', (count, width, height, columns) => {
    expect(columnsFor(count, width, height, 10, 250).columns).toBe(columns);
  });

  it('gives a phone tiles as wide as its screen', () => {
    expect(columnsFor(4, 366, 760, 10, 250)).toEqual({ columns: 1, tileWidth: undefined });
  });

  it('never makes tiles that leave the area', () => {
    for (let count = 1; count <= 64; count++) {
      const { columns, tileWidth } = columnsFor(count, 1400, 800, 10, 100);
      if (tileWidth === undefined) continue;
      const rows = Math.ceil(count / columns);
      expect(columns * tileWidth + (columns - 1) * 10).toBeLessThanOrEqual(1400.001);
      expect((rows * tileWidth * 9) / 16 + (rows - 1) * 10).toBeLessThanOrEqual(800.001);
    }
  });
});

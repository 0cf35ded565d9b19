import { describe, expect, it, vi } from 'vitest';
import { momentForThumbnail, ThumbnailBook, type Thumbnail, type ThumbnailAnswer } from './thumbnailBook';

function deferred() {
  const asked: { moment: number; answer(value: ThumbnailAnswer): Promise<void> }[] = [];
  const load = (moment: number) =>
    new Promise<ThumbnailAnswer>((resolve) =>
      asked.push({
        moment,
        answer: async (value) => {
          resolve(value);
          await Promise.resolve();
          await Promise.resolve();
          await Promise.resolve();
        },
      }),
    );
  return { asked, load };
}
const picture = (time90k: number): Thumbnail => ({ url: `blob:${time90k}`, time90k });

describe('the book of thumbnails', () => {
  it('loads one at a time, and of what was wanted meanwhile the last', async () => {
    const { asked, load } = deferred();
    const changed = vi.fn();
    const book = new ThumbnailBook(load, vi.fn(), changed);
    for (const moment of [1, 2, 3]) book.want(moment);
    expect(asked.map(({ moment }) => moment)).toEqual([1]);
    await asked[0]?.answer(picture(1));
    expect(changed).toHaveBeenCalledOnce();
    expect(book.get(1)).toEqual(picture(1));
    expect(asked.map(({ moment }) => moment)).toEqual([1, 3]);
    book.want(undefined);
    await asked[1]?.answer('none');
    expect(book.get(3)).toBe('none');
    book.want(3);
    book.want(1);
    expect(asked).toHaveLength(2);
  });

  it('asks again for what could not be had at that moment, when it is wanted again', async () => {
    const { asked, load } = deferred();
    const book = new ThumbnailBook(load, vi.fn(), vi.fn());
    book.want(1);
    await asked[0]?.answer('later');
    expect(asked).toHaveLength(1);
    book.want(1);
    expect(asked).toHaveLength(2);
  });

  it('gives back what it does not keep', async () => {
    const dropped: Thumbnail[] = [];
    const book = new ThumbnailBook(
      (moment) => Promise.resolve(picture(moment)),
      (one) => dropped.push(one),
      vi.fn(),
    );
    for (let moment = 0; moment < 205; ++moment) {
      book.want(moment);
      for (let i = 0; i < 4; ++i) await Promise.resolve();
    }
    expect(dropped.map(({ time90k }) => time90k)).toEqual([0, 1, 2, 3, 4]);
    book.close();
    expect(dropped).toHaveLength(205);
  });

  it('has one picture for moments that lie on a few pixels', () => {
    const hour = 3600 * 90_000;
    expect(momentForThumbnail(hour + 1, 60 * 90_000)).toBe(hour);
    expect(momentForThumbnail(hour + 89_999, 600 * 90_000)).toBe(hour);
    expect(momentForThumbnail(hour + 90_000, 600 * 90_000)).toBe(hour + 90_000);
    const day = 24 * hour;
    const step = momentForThumbnail(day, day) - momentForThumbnail(day - 1, day);
    expect(step).toBeGreaterThan(60 * 90_000);
    expect(step).toBeLessThan(300 * 90_000);
  });
});

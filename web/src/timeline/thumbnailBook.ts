/** A picture of a recording: the address of a blob, and when it is from. */
export interface Thumbnail {
  url: string;
  time90k: number;
}

/** `none`: there is no picture of it, and asking again is no use. */
export type ThumbnailAnswer = Thumbnail | 'none' | 'later';

/** So many are kept; the oldest go. */
const MOST_KEPT = 200;

/**
 * Loads pictures for a pointer that moves faster than they come: one at a time, and of what was wanted meanwhile the
 * last one alone.
 */
export class ThumbnailBook {
  private kept = new Map<number, Thumbnail | 'none'>();
  private wanted: number | undefined;
  private loading = false;
  private closed = false;

  constructor(
    private readonly load: (moment90k: number) => Promise<ThumbnailAnswer>,
    private readonly drop: (thumbnail: Thumbnail) => void,
    private readonly onChange: () => void,
  ) {}

  /** undefined: it is not there yet. */
  get(moment90k: number): Thumbnail | 'none' | undefined {
    return this.kept.get(moment90k);
  }

  want(moment90k: number | undefined) {
    this.wanted = moment90k;
    void this.go();
  }

  close() {
    this.closed = true;
    for (const thumbnail of this.kept.values()) if (thumbnail !== 'none') this.drop(thumbnail);
    this.kept.clear();
  }

  private async go() {
    while (!this.loading && !this.closed && this.wanted !== undefined && !this.kept.has(this.wanted)) {
      const moment90k = this.wanted;
      this.loading = true;
      const answer = await this.load(moment90k).catch((): ThumbnailAnswer => 'later');
      this.loading = false;
      if (this.closed) {
        if (typeof answer === 'object') this.drop(answer);
        return;
      }
      if (answer === 'later') {
        if (this.wanted === moment90k) this.wanted = undefined;
        continue;
      }
      this.keep(moment90k, answer);
      this.onChange();
    }
  }

  private keep(moment90k: number, answer: Thumbnail | 'none') {
    this.kept.set(moment90k, answer);
    const [oldest] = this.kept.keys();
    if (this.kept.size <= MOST_KEPT || oldest === undefined) return;
    const gone = this.kept.get(oldest);
    this.kept.delete(oldest);
    if (gone && gone !== 'none') this.drop(gone);
  }
}

/** Moments that are shown by one picture: about as far from each other as a few pixels of the timeline. */
export function momentForThumbnail(moment90k: number, span90k: number): number {
  const step = 90_000 * 2 ** Math.max(0, Math.round(Math.log2(span90k / 90_000 / 512)));
  return Math.floor(moment90k / step) * step;
}

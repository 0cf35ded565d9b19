import { TICKS_PER_MS } from '../media/ticks';

/** Who waits for media holds the others so long at most: one that has none must not stop all. */
const HOLD_MS = 4_000;

/** The moment that several players show. It runs while it is played and nobody waits for media. */
export class StepClock {
  private shown90k: number;
  private readMs: number;
  private holders = new Map<string, number>();
  playing = true;
  speed = 1;

  constructor(
    start90k: number,
    /** As performance.now(). */
    private readonly nowMs: () => number,
    /** Nothing later is shown. */
    private readonly latest90k: () => number,
  ) {
    this.shown90k = start90k;
    this.readMs = nowMs();
  }

  now90k(): number {
    const ms = this.nowMs();
    if (this.running) this.shown90k += (ms - this.readMs) * TICKS_PER_MS * this.speed;
    this.readMs = ms;
    this.shown90k = Math.min(this.shown90k, this.latest90k());
    return this.shown90k;
  }

  /** Played, and held by nobody. */
  get running(): boolean {
    const ms = this.nowMs();
    return this.playing && ![...this.holders.values()].some((since) => ms - since < HOLD_MS);
  }

  seek(to90k: number) {
    this.now90k();
    this.shown90k = Math.min(to90k, this.latest90k());
    this.holders.clear();
  }

  setPlaying(playing: boolean) {
    this.now90k();
    this.playing = playing;
  }

  setSpeed(speed: number) {
    this.now90k();
    this.speed = speed;
  }

  /** `who` waits for media, or does not any more. */
  hold(who: string, waits: boolean) {
    if (waits === this.holders.has(who)) return;
    this.now90k();
    if (waits) this.holders.set(who, this.nowMs());
    else this.holders.delete(who);
  }
}

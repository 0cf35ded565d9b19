import type { StreamKind } from '../api/client';
import { entryFor, isShort, nextSpan, spanAt, wayOut, type Span } from './buffer';
import type { PlayerState } from './LivePlayer';
import type { MediaConnection } from './MediaConnection';
import { RecordedFeed } from './RecordedFeed';
import { nowTicks, positionOf, TICKS_PER_SECOND, ticksAt } from './ticks';

export interface PlaybackEvents {
  onState(state: PlayerState): void;
  /** The moment that was asked for is there: on a new element, time to play. */
  onEntered(): void;
  /** A gap was jumped over. `reason` may be empty. */
  onGap(start90k: number, end90k: number, reason: string): void;
  /** Everything that is recorded so far was played. */
  onEnd(): void;
}

const CHECK_MS = 200;
/** While more than this lies ahead, no credit is given. */
const AHEAD_SECONDS = 20;
const KEEP = { behind: 30, slack: 15 };
/** So near the end of a buffered stretch the picture counts as having arrived there. */
const END_SECONDS = 0.15;
const STALLED_MS = 4_000;
/** Just behind the beginning of a stretch: browsers round. */
const NUDGE_SECONDS = 0.001;
/** A recording that ends so close to now is still growing. */
const GROWING_90K = 30 * TICKS_PER_SECOND;
/** How often a growing recording is asked for what came since. */
const TAIL_MS = 1_000;
/** After a failure that need not last the channel is opened again after so long. */
const REOPEN_MS = 4_000;
/** At the end of a growing recording, waiting longer than this is less use than the live picture. */
const TAIL_WAIT_MS = 3_000;
/** Holes shorter than this are not worth a word. */
const NOTABLE_GAP_90K = TICKS_PER_SECOND;

const messageOf = (state?: PlayerState) => (state?.phase === 'failed' ? state.message : '');
const isSame = (one: PlayerState, other?: PlayerState) =>
  one.phase === other?.phase && messageOf(one) === messageOf(other);

/** Recorded media of one stream on one video element. `seek` may be called at any time. */
export class PlaybackPlayer {
  private readonly feed: RecordedFeed;
  /** Where to begin once media is there; undefined when it has begun. */
  private target90k: number | undefined;
  private finished = false;
  private readonly timer: number;
  private state: PlayerState | undefined;
  private waitingSince: number | undefined;
  private seekingSince: number | undefined;
  /** When the picture was last seen to be at another time, or not to be meant to. */
  private movedAt = 0;
  private lastTime: number | undefined;

  constructor(
    private readonly video: HTMLVideoElement,
    connection: MediaConnection,
    cameraId: string,
    stream: StreamKind,
    start90k: number,
    private readonly events: PlaybackEvents,
  ) {
    this.feed = new RecordedFeed(video, connection, cameraId, stream, KEEP, {
      onUpdate: () => this.check(),
      onGivenUp: (message) => this.setState({ phase: 'failed', message }),
      onLost: () => this.reset(this.position90k() ?? start90k),
      onTracksChanged: () => this.begin(this.position90k() ?? start90k),
    });
    this.timer = window.setInterval(this.check, CHECK_MS);
    this.begin(start90k);
  }

  /** The moment of the shown picture; while seeking, the moment that was asked for. */
  position90k(): number | undefined {
    if (this.target90k !== undefined) return this.target90k;
    const { origin90k } = this.feed;
    return origin90k === undefined ? undefined : ticksAt(this.video.currentTime, origin90k);
  }

  seek(to90k: number) {
    const { origin90k } = this.feed;
    if (origin90k !== undefined && this.target90k === undefined) {
      const position = positionOf(to90k, origin90k);
      const span = spanAt(this.feed.spans(), position);
      if (span) {
        this.video.currentTime = Math.max(position, span.start);
        return;
      }
    }
    this.begin(to90k);
  }

  destroy() {
    window.clearInterval(this.timer);
    this.feed.destroy();
  }

  private begin(start90k: number) {
    this.reset(start90k);
    this.feed.open(() => this.position90k() ?? start90k);
  }

  private reset(start90k: number) {
    this.target90k = start90k;
    this.finished = false;
    this.waitingSince = undefined;
    this.seekingSince = undefined;
    this.feed.clear();
    this.setState({ phase: 'connecting' });
  }

  /** The channel ended, and not for a fault: all that was recorded by then has come. */
  private get ended(): boolean {
    return this.feed.endedAt !== undefined && !this.feed.problem;
  }

  private check = () => {
    const { feed, video } = this;
    if (feed.givenUp) return;
    if (feed.endedAt !== undefined && performance.now() > feed.endedAt + this.reopenMs()) this.continueFeed();
    const spans = feed.spans();
    this.enter(spans);
    // What lies between the key frame before and the moment that was asked for is not ahead of it.
    const from =
      this.target90k !== undefined && feed.origin90k !== undefined
        ? positionOf(this.target90k, feed.origin90k)
        : video.currentTime;
    feed.keepFed(spans, from, AHEAD_SECONDS * Math.max(1, video.playbackRate));
    feed.trim(spans, video.currentTime);
    if (this.target90k !== undefined) {
      if (this.ended && spans.length === 0 && feed.isIdle) this.finish();
      else this.showProblem();
    } else if (video.seeking) this.watchSeek(spans);
    else this.moveOn(spans);
  };

  /** How long after its end the channel is opened again. */
  private reopenMs(): number {
    if (this.feed.problem) return REOPEN_MS;
    return this.growing() ? TAIL_MS : Infinity;
  }

  /** Asks for what follows the media that has come. */
  private continueFeed() {
    const { feed } = this;
    const from90k = feed.reached90k ?? nowTicks();
    feed.open(() => (feed.reached90k === undefined ? (this.target90k ?? from90k) : from90k));
  }

  /** Where nothing is left to show: why nothing more comes at the moment. */
  private showProblem() {
    if (this.feed.problem) this.setState({ phase: 'failed', message: this.feed.problem });
  }

  /** A seek that does not come to its end is said, and tried anew at the next place with sound and picture. */
  private watchSeek(spans: Span[]) {
    this.seekingSince ??= performance.now();
    if (performance.now() - this.seekingSince < STALLED_MS) return;
    this.seekingSince = undefined;
    this.setState({ phase: 'stalled' });
    const place = wayOut(spans, this.video.currentTime, this.ended);
    if (place !== undefined) this.jump(this.video.currentTime, place);
  }

  /** Goes to the asked moment as soon as something is there; what starts later (after a gap) is taken as it is. */
  private enter(spans: Span[]) {
    const { origin90k } = this.feed;
    if (this.target90k === undefined || origin90k === undefined) return;
    const wanted = positionOf(this.target90k, origin90k);
    const position = entryFor(spans, wanted, this.ended);
    if (position === undefined) return;
    const target90k = this.target90k;
    this.target90k = undefined;
    this.video.currentTime = Math.max(position, 0);
    this.events.onEntered();
    if (position > wanted) this.announceGap(target90k, ticksAt(position, origin90k));
    this.setState({ phase: 'playing' });
  }

  /** Over holes between buffered stretches, and to the end. */
  private moveOn(spans: Span[]) {
    const { video } = this;
    this.seekingSince = undefined;
    if (video.paused || video.currentTime !== this.lastTime) this.movedAt = performance.now();
    this.lastTime = video.currentTime;
    const here = spanAt(spans, video.currentTime);
    if (here && video.currentTime < here.start && video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA) {
      // In a hole that is small, but too large for the browser.
      video.currentTime = here.start + NUDGE_SECONDS;
      return;
    }
    const stuck = performance.now() - this.movedAt > STALLED_MS;
    if (here && here.end - video.currentTime > END_SECONDS && !(stuck && isShort(here, video.currentTime))) {
      this.waitingSince = undefined;
      this.setState({ phase: 'playing' });
      return;
    }
    const next = nextSpan(spans, video.currentTime);
    if (next) {
      this.jump(here?.end ?? video.currentTime, next.start);
    } else if (this.feed.problem) {
      this.showProblem();
    } else {
      this.waitingSince ??= performance.now();
      const waited = performance.now() - this.waitingSince;
      if (this.growing() ? waited > TAIL_WAIT_MS : this.ended) this.finish();
      else if (waited > STALLED_MS) this.setState({ phase: 'stalled' });
    }
  }

  private jump(from: number, to: number) {
    this.video.currentTime = to + NUDGE_SECONDS;
    const { origin90k } = this.feed;
    if (origin90k !== undefined) this.announceGap(ticksAt(from, origin90k), ticksAt(to, origin90k));
  }

  /** Whether more is being recorded after what came. */
  private growing(): boolean {
    const { reached90k } = this.feed;
    return reached90k !== undefined && nowTicks() - reached90k < GROWING_90K;
  }

  private finish() {
    if (this.finished) return;
    this.finished = true;
    this.events.onEnd();
  }

  private announceGap(start90k: number, end90k: number) {
    if (end90k - start90k < NOTABLE_GAP_90K) return;
    const known = this.feed.gaps.find((gap) => gap.start90k < end90k && gap.end90k > start90k);
    this.events.onGap(start90k, end90k, known?.reason ?? '');
  }

  private setState(state: PlayerState) {
    if (isSame(state, this.state)) return;
    this.state = state;
    this.events.onState(state);
  }
}

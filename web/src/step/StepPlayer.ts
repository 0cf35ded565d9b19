import type { StreamKind } from '../api/client';
import type { Span } from '../media/buffer';
import type { MediaConnection } from '../media/MediaConnection';
import { RecordedFeed } from '../media/RecordedFeed';
import { nowTicks, originFor, positionOf, TICKS_PER_SECOND, ticksAt } from '../media/ticks';
import type { StepClock } from './StepClock';
import { stepOf } from './stepping';

export type StepState =
  | { phase: 'waiting' }
  | { phase: 'playing' }
  | { phase: 'gap'; message: string }
  | { phase: 'failed'; message: string };

const CHECK_MS = 100;
const AHEAD_SECONDS = 12;
const KEEP = { behind: 20, slack: 10 };
/** What lies further ahead than this is asked for at its place, and not played up to. */
const LEAP_90K = 20 * TICKS_PER_SECOND;
/** A channel that was opened later than what is wanted by this much does not bring it. */
const SLACK_90K = TICKS_PER_SECOND / 2;
const REOPEN_MS = 4_000;
/** How often a recording that grows is asked for what came since. */
const TAIL_MS = 1_000;
const GROWING_90K = 60 * TICKS_PER_SECOND;

/** Recorded media of one stream, at the moment that a clock says: what is not recorded then is shown as that. */
export class StepPlayer {
  private readonly feed: RecordedFeed;
  /** Nothing is buffered of before. */
  private openedFrom90k = 0;
  private state: StepState | undefined;
  private readonly timer: number;

  constructor(
    private readonly video: HTMLVideoElement,
    connection: MediaConnection,
    private readonly cameraId: string,
    stream: StreamKind,
    private readonly clock: StepClock,
    private readonly onState: (state: StepState) => void,
  ) {
    this.feed = new RecordedFeed(video, connection, cameraId, stream, KEEP, {
      onUpdate: () => this.check(),
      onGivenUp: (message) => {
        this.clock.hold(this.cameraId, false);
        this.setState({ phase: 'failed', message });
      },
      onLost: () => undefined,
      onTracksChanged: () => this.begin(this.clock.now90k()),
    });
    this.begin(clock.now90k());
    this.timer = window.setInterval(this.check, CHECK_MS);
  }

  destroy() {
    window.clearInterval(this.timer);
    this.clock.hold(this.cameraId, false);
    this.feed.destroy();
  }

  private begin(from90k: number) {
    this.feed.clear();
    this.openedFrom90k = from90k;
    this.open(from90k);
  }

  /** Asks for what follows the media that has come; where none has, from that moment on. */
  private open(from90k: number) {
    if (this.feed.origin90k === undefined) this.openedFrom90k = from90k;
    this.feed.open(() => this.feed.reached90k ?? from90k);
  }

  private check = () => {
    const { feed } = this;
    const wanted90k = this.clock.now90k();
    const came90k = Math.max(feed.reached90k ?? 0, this.openedFrom90k);
    const isOpen = feed.endedAt === undefined;
    const isLeap = isOpen && wanted90k > came90k + LEAP_90K && !this.isCovered(wanted90k);
    if (isLeap || wanted90k < this.openedFrom90k - SLACK_90K) {
      this.begin(wanted90k);
      return;
    }
    if (feed.givenUp) return;
    if (feed.endedAt !== undefined && performance.now() > feed.endedAt + this.reopenMs())
      this.open(feed.reached90k ?? wanted90k);
    this.follow(wanted90k);
  };

  /** How long after its end the channel is opened again. */
  private reopenMs(): number {
    const grows = nowTicks() - (this.feed.reached90k ?? this.openedFrom90k) < GROWING_90K;
    return grows && !this.feed.problem ? TAIL_MS : REOPEN_MS;
  }

  private isCovered = (moment90k: number) =>
    this.feed.gaps.some((gap) => moment90k >= gap.start90k && moment90k < gap.end90k);

  private follow(wanted90k: number) {
    const { feed, video, clock } = this;
    const spans = feed.spans();
    const origin90k = feed.origin90k ?? originFor(wanted90k);
    const wanted = positionOf(wanted90k, origin90k);
    const step = stepOf({
      spans: feed.origin90k === undefined ? [] : spans,
      wanted,
      shown: video.currentTime,
      speed: clock.speed,
      running: clock.running,
      knownGap: this.isCovered(wanted90k) || this.startsLater(wanted90k),
      ended: feed.endedAt !== undefined && feed.isIdle,
    });
    clock.hold(this.cameraId, step.kind === 'wait' && !feed.problem);
    if (step.kind === 'show') {
      if (step.jump !== undefined) video.currentTime = step.jump;
      if (video.playbackRate !== step.rate) video.playbackRate = step.rate;
      if (clock.running === video.paused) {
        if (clock.running) void video.play().catch(() => undefined);
        else video.pause();
      }
      this.setState({ phase: 'playing' });
    } else {
      video.pause();
      if (step.kind === 'gap') this.setState({ phase: 'gap', message: this.whyNothing(wanted90k) });
      else if (feed.problem) this.setState({ phase: 'failed', message: feed.problem });
      else this.setState({ phase: 'waiting' });
    }
    this.keepFed(spans, wanted);
  }

  /** What came first begins behind the moment that was asked for. */
  private startsLater(wanted90k: number): boolean {
    const first = this.feed.spans()[0];
    const { origin90k } = this.feed;
    if (!first || origin90k === undefined || wanted90k < this.openedFrom90k - SLACK_90K) return false;
    return wanted90k < ticksAt(first.start, origin90k);
  }

  private whyNothing(wanted90k: number): string {
    const gap = this.feed.gaps.find(({ start90k, end90k }) => wanted90k >= start90k && wanted90k < end90k);
    return gap?.reason ? `Not recorded: ${gap.reason}` : 'Not recorded at this time';
  }

  private keepFed(spans: Span[], wanted: number) {
    this.feed.keepFed(spans, wanted, AHEAD_SECONDS * Math.max(1, this.clock.speed));
    const left90k = this.feed.trim(spans, wanted);
    if (left90k !== undefined) this.openedFrom90k = Math.max(this.openedFrom90k, left90k);
  }

  private setState(state: StepState) {
    const message = (one?: StepState) => (one && 'message' in one ? one.message : '');
    if (state.phase === this.state?.phase && message(state) === message(this.state)) return;
    this.state = state;
    this.onState(state);
  }
}

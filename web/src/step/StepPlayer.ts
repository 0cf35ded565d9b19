import type { Problem, StreamKind } from '../api/client';
import { isFinal } from '../api/problem';
import { roomBehind, totalAhead, trimBehind } from '../media/buffer';
import type { Channel, MediaConnection } from '../media/MediaConnection';
import type { MediaMessage } from '../media/message';
import { MseSink } from '../media/MseSink';
import { nowTicks, originFor, positionOf, TICKS_PER_SECOND, ticksAt } from '../media/ticks';
import { sentence } from '../ui/format';
import type { StepClock } from './StepClock';
import { stepOf } from './stepping';

export type StepState =
  | { phase: 'waiting' }
  | { phase: 'playing' }
  | { phase: 'gap'; message: string }
  | { phase: 'failed'; message: string };

const CHECK_MS = 100;
const AHEAD_SECONDS = 12;
const KEEP_BEHIND_SECONDS = 20;
const TRIM_SLACK_SECONDS = 10;
const KEEP_WHEN_FULL_SECONDS = 1;
/** What lies further ahead than this is asked for at its place, and not played up to. */
const LEAP_90K = 20 * TICKS_PER_SECOND;
/** A channel that was opened later than what is wanted by this much does not bring it. */
const SLACK_90K = TICKS_PER_SECOND / 2;
const REOPEN_MS = 4_000;
/** How often a recording that grows is asked for what came since. */
const TAIL_MS = 1_000;
const GROWING_90K = 60 * TICKS_PER_SECOND;

interface Gap {
  start90k: number;
  end90k: number;
  reason: string;
}

/** Recorded media of one stream, at the moment that a clock says: what is not recorded then is shown as that. */
export class StepPlayer {
  private sink: MseSink | undefined;
  private channel: Channel | undefined;
  private origin90k: number | undefined;
  private openedFrom90k = 0;
  private reached90k: number | undefined;
  private withheldBytes = 0;
  private soundWithheld: boolean | undefined;
  private gaps: Gap[] = [];
  private ended = false;
  private reopenAt = Infinity;
  private problem: string | undefined;
  private givenUp = false;
  private state: StepState | undefined;
  private readonly timer: number;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly connection: MediaConnection,
    private readonly cameraId: string,
    private readonly stream: StreamKind,
    private readonly clock: StepClock,
    private readonly onState: (state: StepState) => void,
  ) {
    this.begin(clock.now90k());
    this.timer = window.setInterval(this.check, CHECK_MS);
  }

  destroy() {
    window.clearInterval(this.timer);
    this.clock.hold(this.cameraId, false);
    this.channel?.close();
    this.sink?.destroy();
  }

  private begin(from90k: number) {
    this.origin90k = undefined;
    delete this.video.dataset.origin90k;
    this.reached90k = undefined;
    this.gaps = [];
    this.problem = undefined;
    this.givenUp = false;
    this.sink?.clear();
    this.open(from90k);
  }

  private open(from90k: number) {
    this.channel?.close();
    this.openedFrom90k = Math.min(from90k, this.origin90k === undefined ? from90k : this.openedFrom90k);
    this.ended = false;
    this.reopenAt = Infinity;
    this.withheldBytes = 0;
    this.channel = this.connection.open(
      () => ({
        type: 'playback.start',
        camera_id: this.cameraId,
        stream: this.stream,
        start_90k: Math.round(this.reached90k ?? from90k),
      }),
      {
        onStarted: (mimeType, soundWithheld) => this.onStarted(mimeType, soundWithheld),
        onMedia: (message) => this.onMedia(message),
        onGap: (start90k, end90k, reason) => this.gaps.push({ start90k, end90k, reason }),
        onEnded: (problem) => this.onEnded(problem),
        onLost: () => undefined,
      },
    );
  }

  private onStarted(mimeType: string, soundWithheld: boolean) {
    const before = this.soundWithheld;
    this.soundWithheld = soundWithheld;
    if (before === undefined || before === soundWithheld) {
      this.ensureSink().configure(mimeType);
      return;
    }
    // A source buffer keeps its number of tracks.
    this.sink?.destroy();
    this.sink = undefined;
    this.soundWithheld = undefined;
    this.begin(this.clock.now90k());
  }

  private onEnded(problem?: Problem) {
    this.ended = true;
    const passing = problem && sentence(problem.detail);
    if (isFinal(problem)) {
      this.fail(sentence(problem.detail));
      return;
    }
    this.problem = passing;
    const grows = nowTicks() - (this.reached90k ?? this.openedFrom90k) < GROWING_90K;
    this.reopenAt = performance.now() + (grows && !passing ? TAIL_MS : REOPEN_MS);
  }

  private fail(message: string) {
    this.channel?.close();
    this.givenUp = true;
    this.clock.hold(this.cameraId, false);
    this.setState({ phase: 'failed', message });
  }

  private ensureSink(): MseSink {
    this.sink ??= new MseSink(this.video, {
      onUpdate: this.check,
      onFull: this.makeRoom,
      onError: (message) => {
        this.sink?.destroy();
        this.sink = undefined;
        this.fail(message);
      },
    });
    return this.sink;
  }

  private onMedia(message: MediaMessage) {
    const sink = this.ensureSink();
    this.problem = undefined;
    if (message.kind === 'fragment') {
      this.reached90k = message.start90k + message.duration90k;
      if (this.origin90k === undefined) {
        this.origin90k = originFor(message.start90k);
        this.video.dataset.origin90k = String(this.origin90k);
        sink.setOrigin(this.origin90k);
      }
    }
    sink.append(message.payload);
    this.withheldBytes += message.creditBytes;
  }

  private makeRoom = () => {
    const room = roomBehind(this.sink?.spans() ?? [], this.video.currentTime, KEEP_WHEN_FULL_SECONDS);
    if (room) this.sink?.remove(room.start, room.end);
  };

  private check = () => {
    const wanted90k = this.clock.now90k();
    const came90k = Math.max(this.reached90k ?? 0, this.openedFrom90k);
    const isLeap = !this.ended && wanted90k > came90k + LEAP_90K && !this.isCovered(wanted90k);
    if (isLeap || wanted90k < this.openedFrom90k - SLACK_90K) {
      this.begin(wanted90k);
      return;
    }
    if (this.givenUp) return;
    if (performance.now() > this.reopenAt) this.open(this.reached90k ?? wanted90k);
    this.follow(wanted90k);
  };

  private isCovered = (moment90k: number) =>
    this.gaps.some((gap) => moment90k >= gap.start90k && moment90k < gap.end90k);

  private follow(wanted90k: number) {
    const { sink, video, clock } = this;
    const spans = sink?.spans() ?? [];
    const origin90k = this.origin90k ?? originFor(wanted90k);
    const wanted = positionOf(wanted90k, origin90k);
    const step = stepOf({
      spans: this.origin90k === undefined ? [] : spans,
      wanted,
      shown: video.currentTime,
      speed: clock.speed,
      running: clock.running,
      knownGap: this.isCovered(wanted90k) || this.startsLater(wanted90k),
      ended: this.ended && (sink?.isIdle ?? true),
    });
    clock.hold(this.cameraId, step.kind === 'wait' && !this.problem);
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
      else if (this.problem) this.setState({ phase: 'failed', message: this.problem });
      else this.setState({ phase: 'waiting' });
    }
    this.feed(spans, wanted);
  }

  /** What came first begins behind the moment that was asked for. */
  private startsLater(wanted90k: number): boolean {
    const first = this.sink?.spans()[0];
    if (!first || this.origin90k === undefined || wanted90k < this.openedFrom90k - SLACK_90K) return false;
    return wanted90k < ticksAt(first.start, this.origin90k);
  }

  private whyNothing(wanted90k: number): string {
    const gap = this.gaps.find(({ start90k, end90k }) => wanted90k >= start90k && wanted90k < end90k);
    return gap?.reason ? `Not recorded: ${gap.reason}` : 'Not recorded at this time';
  }

  private feed(spans: { start: number; end: number }[], wanted: number) {
    const { sink } = this;
    if (!sink) return;
    const ahead = AHEAD_SECONDS * Math.max(1, this.clock.speed);
    if (!sink.isFull && this.withheldBytes > 0 && totalAhead(spans, wanted) < ahead) {
      this.channel?.credit(this.withheldBytes);
      this.withheldBytes = 0;
    }
    const trim = trimBehind(spans, wanted, KEEP_BEHIND_SECONDS, TRIM_SLACK_SECONDS);
    if (trim) {
      sink.remove(trim.start, trim.end);
      if (this.origin90k !== undefined)
        this.openedFrom90k = Math.max(this.openedFrom90k, ticksAt(trim.end, this.origin90k));
    } else if (sink.isFull) this.makeRoom();
  }

  private setState(state: StepState) {
    const message = (one?: StepState) => (one && 'message' in one ? one.message : '');
    if (state.phase === this.state?.phase && message(state) === message(this.state)) return;
    this.state = state;
    this.onState(state);
  }
}

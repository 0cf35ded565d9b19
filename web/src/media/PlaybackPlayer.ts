import type { Problem, StreamKind } from '../api/client';
import { isFinal } from '../api/problem';
import { sentence } from '../ui/format';
import {
  entryFor,
  isShort,
  nextSpan,
  roomBehind,
  spanAt,
  totalAhead,
  trimBehind,
  wayOut,
  type Span,
} from './buffer';
import type { PlayerState } from './LivePlayer';
import type { Channel, MediaConnection } from './MediaConnection';
import type { MediaMessage } from './message';
import { MseSink } from './MseSink';
import { nowTicks, originFor, positionOf, TICKS_PER_SECOND, ticksAt } from './ticks';

export interface PlaybackEvents {
  onState(state: PlayerState): void;
  /** The moment that was asked for is there: on a new element, time to play. */
  onEntered(): void;
  /** A gap was jumped over. `reason` may be empty. */
  onGap(start90k: number, end90k: number, reason: string): void;
  /** Everything that is recorded so far was played. */
  onEnd(): void;
}

interface Gap {
  start90k: number;
  end90k: number;
  reason: string;
}

const CHECK_MS = 200;
/** While more than this lies ahead, no credit is given. */
const AHEAD_SECONDS = 20;
const KEEP_BEHIND_SECONDS = 30;
const TRIM_SLACK_SECONDS = 15;
/** What stays behind the picture when the browser's buffer is full. */
const KEEP_WHEN_FULL_SECONDS = 1;
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
  private sink: MseSink | undefined;
  private channel: Channel | undefined;
  private origin90k: number | undefined;
  /** Where to begin once media is there; undefined when it has begun. */
  private target90k: number | undefined;
  private withheldBytes = 0;
  /** Of the media that is in the sink. */
  private soundWithheld: boolean | undefined;
  private gaps: Gap[] = [];
  /** The channel ended, and not for a fault: all that was recorded by then has come. */
  private ended = false;
  private endedAt = 0;
  /** End of the last fragment that came. */
  private reached90k: number | undefined;
  private finished = false;
  private readonly timer: number;
  private state: PlayerState | undefined;
  /** Why the channel ended, when it is to be opened again: what was buffered by then plays on. */
  private problem: Problem | undefined;
  private reopenAt = Infinity;
  private givenUp = false;
  private waitingSince: number | undefined;
  private seekingSince: number | undefined;
  /** When the picture was last seen to be at another time, or not to be meant to. */
  private movedAt = 0;
  private lastTime: number | undefined;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly connection: MediaConnection,
    private readonly cameraId: string,
    private readonly stream: StreamKind,
    start90k: number,
    private readonly events: PlaybackEvents,
  ) {
    this.timer = window.setInterval(this.check, CHECK_MS);
    this.begin(start90k);
  }

  /** The moment of the shown picture; while seeking, the moment that was asked for. */
  position90k(): number | undefined {
    if (this.target90k !== undefined) return this.target90k;
    if (this.origin90k === undefined) return undefined;
    return ticksAt(this.video.currentTime, this.origin90k);
  }

  seek(to90k: number) {
    if (this.origin90k !== undefined && this.target90k === undefined && this.sink) {
      const position = positionOf(to90k, this.origin90k);
      const span = spanAt(this.sink.spans(), position);
      if (span) {
        this.video.currentTime = Math.max(position, span.start);
        return;
      }
    }
    this.begin(to90k);
  }

  destroy() {
    window.clearInterval(this.timer);
    this.channel?.close();
    this.sink?.destroy();
  }

  private begin(start90k: number) {
    this.reset(start90k);
    this.openChannel(() => this.position90k() ?? start90k);
  }

  private openChannel(from90k: () => number) {
    this.channel?.close();
    this.ended = false;
    this.reopenAt = Infinity;
    this.withheldBytes = 0;
    this.channel = this.connection.open(
      () => ({
        type: 'playback.start',
        camera_id: this.cameraId,
        stream: this.stream,
        start_90k: from90k(),
      }),
      {
        onStarted: (mimeType, soundWithheld) => this.onStarted(mimeType, soundWithheld),
        onMedia: (message) => this.onMedia(message),
        onGap: (gapStart90k, gapEnd90k, reason) =>
          this.gaps.push({ start90k: gapStart90k, end90k: gapEnd90k, reason }),
        onEnded: (problem) => this.onEnded(problem),
        onLost: () => this.reset(this.position90k() ?? from90k()),
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
    // A source buffer keeps its number of tracks: sound that comes or goes takes another one, from where the picture is.
    const position90k = this.position90k();
    this.sink?.destroy();
    this.sink = undefined;
    this.soundWithheld = undefined;
    this.begin(position90k ?? nowTicks());
  }

  private onEnded(problem?: Problem) {
    if (isFinal(problem)) {
      this.giveUp(sentence(problem.detail));
      return;
    }
    this.problem = problem;
    if (problem) {
      this.reopenAt = performance.now() + REOPEN_MS;
    } else {
      this.ended = true;
      this.endedAt = performance.now();
    }
  }

  /** The next seek tries again. */
  private giveUp(message: string) {
    this.channel?.close();
    this.givenUp = true;
    this.setState({ phase: 'failed', message });
  }

  private reset(start90k: number) {
    this.target90k = start90k;
    this.origin90k = undefined;
    this.reached90k = undefined;
    this.gaps = [];
    this.finished = false;
    this.givenUp = false;
    this.problem = undefined;
    this.waitingSince = undefined;
    this.seekingSince = undefined;
    this.sink?.clear();
    this.setState({ phase: 'connecting' });
  }

  private ensureSink(): MseSink {
    this.sink ??= new MseSink(this.video, {
      onUpdate: this.check,
      onFull: this.makeRoom,
      onError: (message) => {
        this.sink?.destroy();
        this.sink = undefined;
        this.giveUp(message);
      },
    });
    return this.sink;
  }

  private onMedia(message: MediaMessage) {
    const sink = this.ensureSink();
    this.problem = undefined;
    if (message.kind === 'fragment') this.reached90k = message.start90k + message.duration90k;
    if (message.kind === 'fragment' && this.origin90k === undefined) {
      this.origin90k = originFor(message.start90k);
      sink.setOrigin(this.origin90k);
    }
    sink.append(message.payload);
    this.withheldBytes += message.creditBytes;
  }

  private makeRoom = () => {
    const room = roomBehind(this.sink?.spans() ?? [], this.video.currentTime, KEEP_WHEN_FULL_SECONDS);
    if (room) this.sink?.remove(room.start, room.end);
  };

  private check = () => {
    const { sink, video } = this;
    if (this.givenUp) return;
    if (performance.now() > this.reopenAt) this.continueChannel();
    if (!sink) {
      if (this.ended) this.finish();
      else this.showProblem();
      return;
    }
    const spans = sink.spans();
    this.enter(spans);
    const wanted = AHEAD_SECONDS * Math.max(1, video.playbackRate);
    // What lies between the key frame before and the moment that was asked for is not ahead of it.
    const from =
      this.target90k !== undefined && this.origin90k !== undefined
        ? positionOf(this.target90k, this.origin90k)
        : video.currentTime;
    if (!sink.isFull && totalAhead(spans, from) < wanted) {
      if (this.withheldBytes > 0) this.channel?.credit(this.withheldBytes);
      this.withheldBytes = 0;
    }
    if (this.ended && this.growing() && performance.now() - this.endedAt > TAIL_MS) this.continueChannel();
    const trim = trimBehind(spans, video.currentTime, KEEP_BEHIND_SECONDS, TRIM_SLACK_SECONDS);
    if (trim) sink.remove(trim.start, trim.end);
    else if (sink.isFull) this.makeRoom();
    if (this.target90k !== undefined) {
      if (this.ended && spans.length === 0 && sink.isIdle) this.finish();
      else this.showProblem();
    } else if (video.seeking) this.watchSeek(spans);
    else this.moveOn(spans);
  };

  /** Asks for what follows the media that has come. */
  private continueChannel() {
    const from90k = this.reached90k ?? nowTicks();
    this.openChannel(() => (this.reached90k === undefined ? (this.target90k ?? from90k) : from90k));
  }

  /** Where nothing is left to show: why nothing more comes at the moment. */
  private showProblem() {
    if (this.problem) this.setState({ phase: 'failed', message: sentence(this.problem.detail) });
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
    if (this.target90k === undefined || this.origin90k === undefined) return;
    const wanted = positionOf(this.target90k, this.origin90k);
    const position = entryFor(spans, wanted, this.ended);
    if (position === undefined) return;
    const target90k = this.target90k;
    this.target90k = undefined;
    this.video.currentTime = Math.max(position, 0);
    this.events.onEntered();
    if (position > wanted) this.announceGap(target90k, ticksAt(position, this.origin90k));
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
    } else if (this.problem) {
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
    if (this.origin90k === undefined) return;
    this.announceGap(ticksAt(from, this.origin90k), ticksAt(to, this.origin90k));
  }

  /** Whether more is being recorded after what came. */
  private growing(): boolean {
    return this.reached90k !== undefined && nowTicks() - this.reached90k < GROWING_90K;
  }

  private finish() {
    if (this.finished) return;
    this.finished = true;
    this.events.onEnd();
  }

  private announceGap(start90k: number, end90k: number) {
    if (end90k - start90k < NOTABLE_GAP_90K) return;
    const known = this.gaps.find((gap) => gap.start90k < end90k && gap.end90k > start90k);
    this.events.onGap(start90k, end90k, known?.reason ?? '');
  }

  private setState(state: PlayerState) {
    if (isSame(state, this.state)) return;
    this.state = state;
    this.events.onState(state);
  }
}

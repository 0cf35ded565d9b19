import type { Problem, StreamKind } from '../api/client';
import { isFinal } from '../api/problem';
import { sentence } from '../ui/format';
import { roomBehind, trimBehind } from './buffer';
import { whyUnplayable } from './codecs';
import { keepAtEdge } from './liveEdge';
import type { Channel, MediaConnection } from './MediaConnection';
import type { MediaMessage } from './message';
import { MseSink } from './MseSink';
import { originFor, TICKS_PER_SECOND, ticksAt } from './ticks';

export type PlayerState =
  | { phase: 'connecting' }
  | { phase: 'playing' }
  | { phase: 'stalled' }
  | { phase: 'failed'; message: string };

const CHECK_MS = 250;
/** No media for this long is shown as stalled. */
const STALLED_MS = 6_000;
/** A picture that does not move while media comes is brought back to the edge after this. */
const FROZEN_MS = 2_500;
const KEEP_BEHIND_SECONDS = 8;
const TRIM_SLACK_SECONDS = 8;
/** What stays behind the picture when the browser's buffer is full. */
const KEEP_WHEN_FULL_SECONDS = 0.5;
/** A page that stays hidden for this long gives its streams back. */
const HIDDEN_MS = 3_000;
/** After a failure the channel is opened again after so long. */
const REOPEN_MS = 4_000;

/** Live media of one stream on one video element, kept close to now. */
export class LivePlayer {
  private sink: MseSink | undefined;
  private channel: Channel | undefined;
  private origin90k: number | undefined;
  private mimeType = '';
  private state: PlayerState = { phase: 'connecting' };
  private readonly checkTimer: number;
  private reopenTimer: number | undefined;
  private hiddenTimer: number | undefined;
  private lastMediaAt = performance.now();
  private lastPosition = 0;
  private lastMoveAt = performance.now();
  private fragmentSeconds = 0;
  private held = false;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly connection: MediaConnection,
    private readonly cameraId: string,
    private readonly stream: StreamKind,
    private readonly onState: (state: PlayerState) => void,
  ) {
    this.checkTimer = window.setInterval(this.check, CHECK_MS);
    document.addEventListener('visibilitychange', this.onVisibility);
    this.start();
    if (document.hidden) this.onVisibility();
  }

  /** The moment of the shown picture, when there is one. */
  position90k(): number | undefined {
    if (this.origin90k === undefined || this.video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA)
      return undefined;
    return ticksAt(this.video.currentTime, this.origin90k);
  }

  /** Stops at the shown picture. There is no way back from here: what was missed is a matter for playback. */
  hold() {
    this.video.pause();
    this.channel?.close();
    this.channel = undefined;
    this.held = true;
  }

  get isHeld(): boolean {
    return this.held;
  }

  destroy() {
    window.clearInterval(this.checkTimer);
    window.clearTimeout(this.hiddenTimer);
    document.removeEventListener('visibilitychange', this.onVisibility);
    this.stop();
  }

  private start() {
    this.setState({ phase: 'connecting' });
    this.lastMediaAt = performance.now();
    this.channel = this.connection.open(
      () => ({ type: 'live.start', camera_id: this.cameraId, stream: this.stream }),
      {
        onStarted: (mimeType) => this.onStarted(mimeType),
        onMedia: (message) => this.onMedia(message),
        onEnded: (problem) => this.onEnded(problem),
        onLost: () => this.setState({ phase: 'stalled' }),
      },
    );
  }

  private stop() {
    window.clearTimeout(this.reopenTimer);
    this.reopenTimer = undefined;
    this.channel?.close();
    this.channel = undefined;
    this.dropSink();
  }

  private dropSink() {
    this.sink?.destroy();
    this.sink = undefined;
    this.origin90k = undefined;
  }

  private onEnded(problem?: Problem) {
    const message = sentence(problem?.detail ?? 'The server ended the live picture');
    if (isFinal(problem)) this.giveUp(message);
    else this.fail(message);
  }

  /** Asking again would change nothing. */
  private giveUp(message: string) {
    this.stop();
    this.setState({ phase: 'failed', message });
  }

  private fail(message: string) {
    this.giveUp(message);
    this.reopenTimer = window.setTimeout(() => {
      this.reopenTimer = undefined;
      if (!document.hidden) this.start();
    }, REOPEN_MS);
  }

  private onStarted(mimeType: string) {
    // New parameters mean a new run of the camera: a new sink shows it without any seam to get wrong.
    this.dropSink();
    const why = whyUnplayable(mimeType);
    if (why) {
      // Until the camera's settings change; then the state changes, too.
      this.giveUp(why);
      return;
    }
    this.mimeType = mimeType;
    this.sink = new MseSink(this.video, {
      onUpdate: this.check,
      onFull: this.makeRoom,
      onError: (message) => this.fail(message),
    });
    this.sink.configure(this.mimeType);
    this.fragmentSeconds = 0;
  }

  private onMedia(message: MediaMessage) {
    const { sink } = this;
    if (!sink) return;
    this.lastMediaAt = performance.now();
    if (message.kind === 'fragment') {
      if (this.origin90k === undefined) {
        this.origin90k = originFor(message.start90k);
        sink.setOrigin(this.origin90k);
      }
      const seconds = message.duration90k / TICKS_PER_SECOND;
      this.fragmentSeconds = Math.max(seconds, this.fragmentSeconds * 0.98);
    }
    sink.append(message.payload, () => this.channel?.credit(message.creditBytes));
  }

  private makeRoom = () => {
    const room = roomBehind(this.sink?.spans() ?? [], this.video.currentTime, KEEP_WHEN_FULL_SECONDS);
    if (room) this.sink?.remove(room.start, room.end);
  };

  private check = () => {
    if (this.held) return;
    const now = performance.now();
    const { sink, video } = this;
    const spans = sink?.spans() ?? [];
    const last = spans.at(-1);
    if (sink && last) {
      this.followEdge(last.start, last.end, now);
      const trim = trimBehind(spans, video.currentTime, KEEP_BEHIND_SECONDS, TRIM_SLACK_SECONDS);
      if (trim) sink.remove(trim.start, trim.end);
      else if (sink.isFull) this.makeRoom();
    }
    if (video.currentTime !== this.lastPosition) {
      this.lastPosition = video.currentTime;
      this.lastMoveAt = now;
    }
    if (this.state.phase === 'failed') return;
    if (now - this.lastMediaAt > STALLED_MS + this.fragmentSeconds * 1000) {
      this.setState({ phase: 'stalled' });
    } else if (last && now - this.lastMoveAt < 1_000 + this.fragmentSeconds * 1000) {
      this.setState({ phase: 'playing' });
    }
  };

  private followEdge(bufferedStart: number, bufferedEnd: number, now: number) {
    const { video, fragmentSeconds } = this;
    if (video.seeking) return;
    const position = video.currentTime;
    const action = keepAtEdge({ position, bufferedStart, bufferedEnd, fragmentSeconds });
    const frozen = now - this.lastMoveAt > FROZEN_MS && bufferedEnd - position > 1;
    if (action.kind === 'jump') {
      video.currentTime = action.to;
      this.lastMoveAt = now;
    } else if (frozen) {
      video.currentTime = Math.max(bufferedStart, bufferedEnd - 0.5);
      this.lastMoveAt = now;
    } else if (video.playbackRate !== action.rate) {
      video.playbackRate = action.rate;
    }
    if (video.paused) void video.play().catch(() => undefined);
  }

  private onVisibility = () => {
    window.clearTimeout(this.hiddenTimer);
    if (document.hidden) {
      this.hiddenTimer = window.setTimeout(() => this.stop(), HIDDEN_MS);
    } else if (!this.held && !this.channel && this.reopenTimer === undefined) {
      this.start();
    }
  };

  private setState(state: PlayerState) {
    if (state.phase === this.state.phase && state.phase !== 'failed') return;
    this.state = state;
    this.onState(state);
  }
}

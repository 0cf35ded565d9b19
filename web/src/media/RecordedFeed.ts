import type { Problem, StreamKind } from '../api/client';
import { isFinal } from '../api/problem';
import { sentence } from '../ui/format';
import { roomBehind, totalAhead, trimBehind, type Span } from './buffer';
import type { Channel, MediaConnection } from './MediaConnection';
import type { MediaMessage } from './message';
import { MseSink } from './MseSink';
import { originFor, ticksAt } from './ticks';

export interface Gap {
  start90k: number;
  end90k: number;
  reason: string;
}

export interface FeedEvents {
  /** Something was appended or removed. */
  onUpdate(): void;
  /** Nothing more comes, and asking again would change nothing; clear() makes a new beginning possible. */
  onGivenUp(message: string): void;
  /** The connection was lost; the channel is opened again with it. */
  onLost(): void;
  /** Sound comes or goes, which no source buffer bears: another one begins with clear() and open(). */
  onTracksChanged(): void;
}

/** What stays behind the picture when the browser's buffer is full. */
const KEEP_WHEN_FULL_SECONDS = 1;

/**
 * Recorded media of one stream in the buffer of one video element: what was asked for, what of it came, why no more
 * comes. When to ask and what to show is the player's.
 */
export class RecordedFeed {
  private sink: MseSink | undefined;
  private channel: Channel | undefined;
  private withheldBytes = 0;
  private origin: number | undefined;
  private reached: number | undefined;
  private closed: number | undefined;
  private hindrance: string | undefined;
  private over = false;
  /** Of the media that is in the sink. */
  private soundWithheld: boolean | undefined;
  private isSinkStale = false;
  private known: Gap[] = [];

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly connection: MediaConnection,
    private readonly cameraId: string,
    private readonly stream: StreamKind,
    private readonly keep: { behind: number; slack: number },
    private readonly events: FeedEvents,
  ) {}

  /** The moment of the element's second zero; undefined until the first fragment came. */
  get origin90k() {
    return this.origin;
  }
  /** End of the last fragment that came. */
  get reached90k() {
    return this.reached;
  }
  /** When the channel ended, on the clock of performance.now(); undefined while it is open. */
  get endedAt() {
    return this.closed;
  }
  /** Why the channel ended, when asking again may help: what was buffered by then plays on. */
  get problem() {
    return this.hindrance;
  }
  get givenUp() {
    return this.over;
  }
  get gaps(): readonly Gap[] {
    return this.known;
  }
  /** Whether all that came is in the buffer. */
  get isIdle() {
    return this.sink?.isIdle ?? true;
  }
  spans(): Span[] {
    return this.sink?.spans() ?? [];
  }

  /** Forgets and drops all that came. */
  clear() {
    this.origin = undefined;
    delete this.video.dataset.origin90k;
    this.reached = undefined;
    this.known = [];
    this.hindrance = undefined;
    this.over = false;
    if (this.isSinkStale) this.dropSink();
    else this.sink?.clear();
  }

  /** Asks for what was recorded since `from90k`, which is read again when the connection comes back. */
  open(from90k: () => number) {
    this.channel?.close();
    this.closed = undefined;
    this.withheldBytes = 0;
    this.channel = this.connection.open(
      () => ({
        type: 'playback.start',
        camera_id: this.cameraId,
        stream: this.stream,
        start_90k: Math.round(from90k()),
      }),
      {
        onStarted: this.onStarted,
        onMedia: this.onMedia,
        onGap: (start90k, end90k, reason) => this.known.push({ start90k, end90k, reason }),
        onEnded: this.onEnded,
        onLost: this.events.onLost,
      },
    );
  }

  /** Takes more media while less than `ahead` seconds follow `position`. */
  keepFed(spans: Span[], position: number, ahead: number) {
    if (this.sink?.isFull || this.withheldBytes === 0 || totalAhead(spans, position) >= ahead) return;
    this.channel?.credit(this.withheldBytes);
    this.withheldBytes = 0;
  }

  /** Drops what lies long behind `position`. The moment before which nothing is left, when something was dropped. */
  trim(spans: Span[], position: number): number | undefined {
    const trim = trimBehind(spans, position, this.keep.behind, this.keep.slack);
    if (!trim) {
      if (this.sink?.isFull) this.makeRoom();
      return undefined;
    }
    this.sink?.remove(trim.start, trim.end);
    return this.origin === undefined ? undefined : ticksAt(trim.end, this.origin);
  }

  destroy() {
    this.channel?.close();
    this.sink?.destroy();
  }

  private onStarted = (mimeType: string, soundWithheld: boolean) => {
    this.isSinkStale = this.soundWithheld !== undefined && this.soundWithheld !== soundWithheld;
    if (this.isSinkStale) {
      this.events.onTracksChanged();
      return;
    }
    this.soundWithheld = soundWithheld;
    this.ensureSink().configure(mimeType);
  };

  private onMedia = (message: MediaMessage) => {
    const sink = this.ensureSink();
    this.hindrance = undefined;
    if (message.kind === 'fragment') {
      this.reached = message.start90k + message.duration90k;
      if (this.origin === undefined) {
        this.origin = originFor(message.start90k);
        this.video.dataset.origin90k = String(this.origin);
        sink.setOrigin(this.origin);
      }
    }
    sink.append(message.payload);
    this.withheldBytes += message.creditBytes;
  };

  private onEnded = (problem?: Problem) => {
    this.closed = performance.now();
    this.hindrance = problem && sentence(problem.detail);
    if (isFinal(problem)) this.giveUp(sentence(problem.detail));
  };

  private giveUp(message: string) {
    this.channel?.close();
    this.over = true;
    this.events.onGivenUp(message);
  }

  private ensureSink(): MseSink {
    this.sink ??= new MseSink(this.video, {
      onUpdate: this.events.onUpdate,
      onFull: this.makeRoom,
      onError: (message) => {
        this.dropSink();
        this.giveUp(message);
      },
    });
    return this.sink;
  }

  private dropSink() {
    this.sink?.destroy();
    this.sink = undefined;
    this.soundWithheld = undefined;
    this.isSinkStale = false;
  }

  private makeRoom = () => {
    const room = roomBehind(this.spans(), this.video.currentTime, KEEP_WHEN_FULL_SECONDS);
    if (room) this.sink?.remove(room.start, room.end);
  };
}

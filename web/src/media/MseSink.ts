import { spansOf, type Span } from './buffer';
import { whyUnplayable } from './codecs';
import { TICKS_PER_SECOND } from './ticks';

type Operation =
  | { kind: 'append'; bytes: Uint8Array<ArrayBuffer>; done?: () => void }
  | { kind: 'remove'; start: number; end: number }
  | { kind: 'configure'; mimeType: string }
  | { kind: 'origin'; origin90k: number };

export interface SinkEvents {
  /** Something was appended or removed. */
  onUpdate(): void;
  /** The buffer is full, and the last append waits until something is removed. */
  onFull(): void;
  /** The browser can't go on with this media. */
  onError(message: string): void;
}

export const isSupported = () => typeof MediaSource !== 'undefined';

/** One MediaSource with one SourceBuffer on a video element. Operations are done in the order they came. */
export class MseSink {
  private readonly source = new MediaSource();
  private readonly url = URL.createObjectURL(this.source);
  private buffer: SourceBuffer | undefined;
  private queue: Operation[] = [];
  private mimeType = '';
  private full = false;
  private dead = false;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly events: SinkEvents,
  ) {
    this.source.addEventListener('sourceopen', this.pump);
    video.addEventListener('error', this.onVideoError);
    video.src = this.url;
  }

  configure(mimeType: string) {
    this.push({ kind: 'configure', mimeType });
  }

  /** The moment that is second zero for what is appended from here on. */
  setOrigin(origin90k: number) {
    this.push({ kind: 'origin', origin90k });
  }

  append(bytes: Uint8Array<ArrayBuffer>, done?: () => void) {
    this.push({ kind: 'append', bytes, done });
  }

  remove(start: number, end: number) {
    // Ahead of waiting appends: room for them is the reason to remove.
    this.full = false;
    this.queue.unshift({ kind: 'remove', start, end });
    this.pump();
  }

  /** Drops what waits and what is buffered. */
  clear() {
    this.full = false;
    this.queue = [{ kind: 'remove', start: 0, end: Infinity }];
    this.pump();
  }

  /** An append waits for room. */
  get isFull() {
    return this.full;
  }

  /** Whether all that came is in the buffer. */
  get isIdle() {
    return this.queue.length === 0 && !this.buffer?.updating;
  }

  spans(): Span[] {
    return this.buffer && !this.dead ? spansOf(this.buffer.buffered) : [];
  }

  destroy() {
    this.dead = true;
    this.queue = [];
    this.video.removeEventListener('error', this.onVideoError);
    this.source.removeEventListener('sourceopen', this.pump);
    this.buffer?.removeEventListener('updateend', this.onUpdateEnd);
    this.video.removeAttribute('src');
    this.video.load();
    URL.revokeObjectURL(this.url);
  }

  private push(operation: Operation) {
    if (this.dead) return;
    this.queue.push(operation);
    this.pump();
  }

  private onVideoError = () => {
    this.fail(this.video.error?.message || 'the picture could not be decoded');
  };

  private fail(message: string) {
    if (this.dead) return;
    this.dead = true;
    this.queue = [];
    this.events.onError(message);
  }

  private onUpdateEnd = () => {
    this.pump();
    this.events.onUpdate();
  };

  private pump = () => {
    while (!this.dead && this.source.readyState === 'open' && !this.buffer?.updating && !this.full) {
      const operation = this.queue.shift();
      if (!operation) return;
      try {
        this.perform(operation);
      } catch (error) {
        if (error instanceof DOMException && error.name === 'QuotaExceededError') {
          this.queue.unshift(operation);
          this.full = true;
          this.events.onFull();
        } else {
          this.fail(error instanceof Error ? error.message : String(error));
        }
      }
    }
  };

  private perform(operation: Operation) {
    if (operation.kind === 'configure') {
      this.createOrChange(operation.mimeType);
      return;
    }
    const buffer = this.buffer;
    if (!buffer) return;
    switch (operation.kind) {
      case 'origin':
        buffer.timestampOffset = -operation.origin90k / TICKS_PER_SECOND;
        break;
      case 'append':
        buffer.appendBuffer(operation.bytes);
        operation.done?.();
        break;
      case 'remove':
        buffer.abort();
        buffer.remove(operation.start, operation.end);
        break;
    }
  }

  private createOrChange(mimeType: string) {
    if (mimeType === this.mimeType) return;
    const why = whyUnplayable(mimeType);
    if (why) throw new Error(why);
    if (this.buffer) {
      this.buffer.changeType(mimeType);
    } else {
      this.buffer = this.source.addSourceBuffer(mimeType);
      this.source.duration = Infinity;
      this.buffer.addEventListener('updateend', this.onUpdateEnd);
    }
    this.mimeType = mimeType;
  }
}

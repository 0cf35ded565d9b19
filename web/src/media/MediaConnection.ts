import type { Problem } from '../api/client';
import { isFinal } from '../api/problem';
import { backoffMs } from './backoff';
import {
  parseMedia,
  parseText,
  type MediaMessage,
  type ServerMessage,
  type StartRequest,
  soundMessage,
} from './message';

export type ConnectionState = 'connecting' | 'open' | 'lost';

export interface ChannelHandlers {
  /**
   * An initialisation segment of this type follows; after a reconnect the first of a new row. `soundWithheld`: the
   * camera sends sound, which this user may not hear and does not get.
   */
  onStarted(mimeType: string, soundWithheld: boolean): void;
  onMedia(message: MediaMessage): void;
  /** Of a talk channel: sound goes out from now on. */
  onReady?(): void;
  onGap?(start90k: number, end90k: number, reason: string): void;
  onEnded(problem?: Problem): void;
  /** The connection went away; the channel starts again by itself when it is back. */
  onLost(): void;
}

export interface Channel {
  /** Says that `bytes` more may be sent. */
  credit(bytes: number): void;
  /** Linear sound at 8 kHz for a talk channel. */
  sound(samples: Int16Array): void;
  close(): void;
}

interface OpenChannel {
  number: number;
  request: () => StartRequest;
  handlers: ChannelHandlers;
  /** Credit that was given but not sent yet. */
  owedBytes: number;
}

type Event = Extract<
  ServerMessage,
  | { type: 'camera.changed' }
  | { type: 'camera.removed' }
  | { type: 'session.changed' }
  | { type: 'approvals.changed' }
  | { type: 'clearances.changed' }
  | { type: 'camera.state' }
  | { type: 'camera.event' }
  | { type: 'storage.changed' }
>;

export interface ConnectionListener {
  onState?(state: ConnectionState): void;
  onEvent?(event: Event): void;
  /** A channel has ended and will not come back by asking again. */
  onFinal?(problem: Problem): void;
}

/** A connection that says nothing for this long after dialling is given up. */
const DIAL_TIMEOUT_MS = 10_000;
/** Credit is collected to this many bytes before it is sent. */
const CREDIT_STEP_BYTES = 128 * 1024;
const MOST_SOUND_WAITING_BYTES = 16 * 1024;

/** The one WebSocket of a signed-in page: events, and media on numbered channels. It reconnects until closed. */
export class MediaConnection {
  private socket: WebSocket | undefined;
  private channels = new Map<number, OpenChannel>();
  private listeners = new Set<ConnectionListener>();
  private lastChannel = 0;
  private attempt = 0;
  private timer: number | undefined;
  private closed = false;
  state: ConnectionState = 'connecting';

  /** `refusalOf` says why a channel is not opened, where that is known before asking. */
  constructor(
    private readonly url: string,
    private readonly refusalOf: (request: StartRequest) => Problem | undefined = () => undefined,
  ) {
    window.addEventListener('online', this.retryNow);
    this.dial();
  }

  listen(listener: ConnectionListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** `request` is asked again at every reconnect, so that playback continues where it was. */
  open(request: () => StartRequest, handlers: ChannelHandlers): Channel {
    const channel: OpenChannel = { number: 0, request, handlers, owedBytes: 0 };
    const refusal = this.refusalOf(request());
    if (refusal) window.setTimeout(() => handlers.onEnded(refusal));
    else this.start(channel);
    return {
      credit: (bytes) => {
        channel.owedBytes += bytes;
        if (channel.owedBytes < CREDIT_STEP_BYTES || this.channels.get(channel.number) !== channel) return;
        this.send({ type: 'credit', channel: channel.number, bytes: channel.owedBytes });
        channel.owedBytes = 0;
      },
      sound: (samples) => {
        if (this.channels.get(channel.number) !== channel || this.socket?.readyState !== WebSocket.OPEN)
          return;
        // What the network does not take is dropped: late speech is worse than none.
        if (this.socket.bufferedAmount < MOST_SOUND_WAITING_BYTES)
          this.socket.send(soundMessage(channel.number, samples));
      },
      close: () => {
        if (this.channels.get(channel.number) !== channel) return;
        this.channels.delete(channel.number);
        this.send({ type: 'stop', channel: channel.number });
      },
    };
  }

  /** Tries at once instead of waiting for the next attempt. */
  retryNow = () => {
    if (this.closed || this.state !== 'lost') return;
    window.clearTimeout(this.timer);
    this.dial();
  };

  close() {
    this.closed = true;
    window.clearTimeout(this.timer);
    window.removeEventListener('online', this.retryNow);
    this.channels.clear();
    this.socket?.close(1000);
  }

  private start(channel: OpenChannel) {
    channel.number = ++this.lastChannel;
    channel.owedBytes = 0;
    this.channels.set(channel.number, channel);
    this.send({ ...channel.request(), channel: channel.number });
  }

  private send(message: object) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  private dial() {
    // While it is retried the state stays 'lost', so that the banner does not flicker.
    const socket = new WebSocket(this.url);
    socket.binaryType = 'arraybuffer';
    this.socket = socket;
    const giveUp = window.setTimeout(() => socket.close(), DIAL_TIMEOUT_MS);
    socket.onopen = () => {
      window.clearTimeout(giveUp);
      this.attempt = 0;
      this.setState('open');
      const waiting = [...this.channels.values()];
      this.channels.clear();
      waiting.forEach((channel) => this.start(channel));
    };
    socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => {
      if (typeof event.data === 'string') this.onText(event.data);
      else this.onBinary(event.data);
    };
    socket.onclose = () => {
      window.clearTimeout(giveUp);
      if (this.closed || this.socket !== socket) return;
      this.setState('lost');
      this.channels.forEach((channel) => channel.handlers.onLost());
      this.timer = window.setTimeout(() => this.dial(), backoffMs(this.attempt++, Math.random()));
    };
  }

  private setState(state: ConnectionState) {
    this.state = state;
    this.listeners.forEach((listener) => listener.onState?.(state));
  }

  private onText(text: string) {
    const message = parseText(text);
    if (!message) return;
    switch (message.type) {
      case 'channel.started':
        this.channels
          .get(message.channel)
          ?.handlers.onStarted(message.mime_type, message.sound_withheld ?? false);
        break;
      case 'talk.ready':
        this.channels.get(message.channel)?.handlers.onReady?.();
        break;
      case 'channel.gap':
        this.channels
          .get(message.channel)
          ?.handlers.onGap?.(message.start_90k, message.end_90k, message.reason);
        break;
      case 'channel.ended':
        this.end(message.channel, message.problem);
        break;
      case 'error':
        if (message.channel !== undefined) this.end(message.channel, message.problem);
        break;
      default:
        this.listeners.forEach((listener) => listener.onEvent?.(message));
    }
  }

  private end(number: number, problem?: Problem) {
    const channel = this.channels.get(number);
    this.channels.delete(number);
    channel?.handlers.onEnded(problem);
    if (channel && isFinal(problem)) this.listeners.forEach((listener) => listener.onFinal?.(problem));
  }

  private onBinary(buffer: ArrayBuffer) {
    const message = parseMedia(buffer);
    if (message) this.channels.get(message.channel)?.handlers.onMedia(message);
  }
}

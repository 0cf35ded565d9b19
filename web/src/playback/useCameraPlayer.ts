import { useCallback, useEffect, useRef, useState, type RefObject } from 'react';
import { useConnection } from '../media/ConnectionContext';
import { LivePlayer, type PlayerState } from '../media/LivePlayer';
import { isSupported } from '../media/MseSink';
import { PlaybackPlayer } from '../media/PlaybackPlayer';
import { nowTicks } from '../media/ticks';
import { formatSpan } from '../ui/format';

export type Mode = 'live' | 'playback';

export interface CameraPlayer {
  video: RefObject<HTMLVideoElement | null>;
  mode: Mode;
  state: PlayerState;
  paused: boolean;
  /** A short word about what just happened, like a gap that was jumped over. */
  notice: string;
  speed: number;
  /** Shows a recorded moment, and plays on from it unless `still`. */
  seek(moment90k: number, still?: boolean): void;
  goLive(): void;
  togglePause(): void;
  setSpeed(speed: number): void;
  /** The moment of the shown picture. */
  position90k(): number | undefined;
}

const NOTICE_MS = 5_000;
const UNSUPPORTED: PlayerState = {
  phase: 'failed',
  message: 'This browser can’t play video from this server (it lacks Media Source Extensions).',
};

/** What the user may do with the camera's picture. */
export interface Allowed {
  live: boolean;
  playback: boolean;
}

const noPicture = (playback: boolean): PlayerState => ({
  phase: 'failed',
  message: playback
    ? 'Your account may not see this camera live. Its recordings are below.'
    : 'Your account may not see this camera’s picture.',
});

/** One picture that is either live or recorded, and the ways between the two. Begins at `first90k`, else live. */
export function useCameraPlayer(cameraId: string, allowed: Allowed, first90k?: number): CameraPlayer {
  const { live: mayLive, playback: mayPlay } = allowed;
  const { connection } = useConnection();
  const video = useRef<HTMLVideoElement>(null);
  const live = useRef<LivePlayer>(undefined);
  const playback = useRef<PlaybackPlayer>(undefined);
  const start90k = useRef(first90k ?? 0);
  const still = useRef(false);
  const [mode, setMode] = useState<Mode>(first90k === undefined || !allowed.playback ? 'live' : 'playback');
  const [state, setState] = useState<PlayerState>({ phase: 'connecting' });
  const [paused, setPaused] = useState(false);
  const [speed, setSpeed] = useState(1);
  const [notice, setNotice] = useState('');
  // Pausing live and going on changes to playback where the picture stood.
  const [held90k, setHeld90k] = useState<number>();
  // How often the live picture was begun anew: a held one has no way back.
  const [beginnings, setBeginnings] = useState(0);

  const goLive = useCallback(() => {
    setMode('live');
    if (live.current?.isHeld) setBeginnings((number) => number + 1);
    setHeld90k(undefined);
    setPaused(false);
    setSpeed(1);
    setNotice('');
  }, []);

  useEffect(() => {
    if (!notice) return;
    const timer = window.setTimeout(() => setNotice(''), NOTICE_MS);
    return () => window.clearTimeout(timer);
  }, [notice]);

  const liveWanted = mode === 'live' && held90k === undefined;
  const permitted = mode === 'live' ? mayLive : mayPlay;
  useEffect(() => {
    const element = video.current;
    if (!element || !permitted) return;
    if (!isSupported()) {
      setState(UNSUPPORTED);
      return;
    }
    if (mode === 'live') {
      const player = new LivePlayer(element, connection, cameraId, 'main', setState);
      live.current = player;
      return () => {
        live.current = undefined;
        player.destroy();
      };
    }
    const player = new PlaybackPlayer(element, connection, cameraId, 'main', start90k.current, {
      onState: setState,
      onEntered: () => {
        if (!still.current) void element.play().catch(() => undefined);
      },
      onGap: (from, to, reason) =>
        setNotice(`Skipped ${formatSpan(from, to)} that were not recorded${reason ? `: ${reason}` : '.'}`),
      onEnd: () => {
        goLive();
        setNotice('You have caught up: this is live.');
      },
    });
    playback.current = player;
    return () => {
      playback.current = undefined;
      player.destroy();
    };
  }, [connection, cameraId, mode, beginnings, goLive, permitted]);

  useEffect(() => {
    if (!mayPlay) goLive();
  }, [mayPlay, goLive]);

  const seek = useCallback(
    (moment90k: number, stay = false) => {
      if (!mayPlay) return;
      if (moment90k >= nowTicks()) {
        goLive();
        return;
      }
      start90k.current = moment90k;
      still.current = stay;
      setNotice('');
      setHeld90k(undefined);
      setPaused(stay);
      setMode('playback');
      playback.current?.seek(moment90k);
      if (stay) video.current?.pause();
      else void video.current?.play().catch(() => undefined);
    },
    [goLive, mayPlay],
  );

  const togglePause = () => {
    const element = video.current;
    // A picture that stands still is a recording as soon as it goes on.
    if (!element || !mayPlay) return;
    if (mode === 'live') {
      if (held90k !== undefined) {
        seek(held90k);
        return;
      }
      const position = live.current?.position90k();
      if (position === undefined) return;
      live.current?.hold();
      setHeld90k(position);
      setPaused(true);
    } else if (paused) {
      still.current = false;
      void element.play().catch(() => undefined);
      setPaused(false);
    } else {
      still.current = true;
      element.pause();
      setPaused(true);
    }
  };

  useEffect(() => {
    // A live picture keeps its own rate to stay at the edge.
    if (!liveWanted && video.current) video.current.playbackRate = speed;
  }, [speed, liveWanted]);

  const position90k = useCallback(
    () => held90k ?? (playback.current ?? live.current)?.position90k(),
    [held90k],
  );

  const controls = { seek, goLive, togglePause, setSpeed, position90k };
  if (!permitted) return { video, mode, state: noPicture(mayPlay), paused, notice: '', speed, ...controls };
  return { video, mode, state, paused, notice, speed, ...controls };
}

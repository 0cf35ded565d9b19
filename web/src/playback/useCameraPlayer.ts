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
  seek(moment90k: number): void;
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

/** One picture that is either live or recorded, and the ways between the two. */
export function useCameraPlayer(cameraId: string): CameraPlayer {
  const { connection } = useConnection();
  const video = useRef<HTMLVideoElement>(null);
  const live = useRef<LivePlayer>(undefined);
  const playback = useRef<PlaybackPlayer>(undefined);
  const start90k = useRef(0);
  const [mode, setMode] = useState<Mode>('live');
  const [state, setState] = useState<PlayerState>({ phase: 'connecting' });
  const [paused, setPaused] = useState(false);
  const [speed, setSpeedState] = useState(1);
  const [notice, setNotice] = useState('');
  // Pausing live and going on changes to playback where the picture stood.
  const [held90k, setHeld90k] = useState<number>();

  const goLive = useCallback(() => {
    setMode('live');
    setHeld90k(undefined);
    setPaused(false);
    setSpeedState(1);
    setNotice('');
  }, []);

  useEffect(() => {
    if (!notice) return;
    const timer = window.setTimeout(() => setNotice(''), NOTICE_MS);
    return () => window.clearTimeout(timer);
  }, [notice]);

  const liveWanted = mode === 'live' && held90k === undefined;
  useEffect(() => {
    const element = video.current;
    if (!element) return;
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
      onGap: (from, to, reason) =>
        setNotice(`Skipped ${formatSpan(from, to)} that were not recorded${reason ? `: ${reason}` : '.'}`),
      onEnd: () => {
        goLive();
        setNotice('You have caught up: this is live.');
      },
    });
    playback.current = player;
    void element.play().catch(() => undefined);
    return () => {
      playback.current = undefined;
      player.destroy();
    };
  }, [connection, cameraId, mode, goLive]);

  const seek = useCallback(
    (moment90k: number) => {
      if (moment90k >= nowTicks()) {
        goLive();
        return;
      }
      start90k.current = moment90k;
      setNotice('');
      setHeld90k(undefined);
      setPaused(false);
      setMode('playback');
      playback.current?.seek(moment90k);
      void video.current?.play().catch(() => undefined);
    },
    [goLive],
  );

  const togglePause = () => {
    const element = video.current;
    if (!element) return;
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
      void element.play().catch(() => undefined);
      setPaused(false);
    } else {
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

  return {
    video,
    mode,
    state,
    paused,
    notice,
    speed,
    seek,
    goLive,
    togglePause,
    setSpeed: setSpeedState,
    position90k,
  };
}

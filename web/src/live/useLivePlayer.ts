import { useEffect, useRef, useState, type RefObject } from 'react';
import type { StreamKind } from '../api/client';
import { useConnection } from '../media/ConnectionContext';
import { LivePlayer, type PlayerState } from '../media/LivePlayer';
import { isSupported } from '../media/MseSink';

const UNSUPPORTED: PlayerState = {
  phase: 'failed',
  message: 'This browser can’t play live video (it lacks Media Source Extensions).',
};

interface LivePicture {
  video: RefObject<HTMLVideoElement | null>;
  player: RefObject<LivePlayer | null>;
  state: PlayerState;
}

/** Live media of one stream on the returned video element, for as long as `enabled`. */
export function useLivePlayer(cameraId: string, stream: StreamKind, enabled = true): LivePicture {
  const video = useRef<HTMLVideoElement>(null);
  const player = useRef<LivePlayer>(null);
  const { connection } = useConnection();
  const [state, setState] = useState<PlayerState>({ phase: 'connecting' });
  useEffect(() => {
    const element = video.current;
    if (!enabled || !element) return;
    if (!isSupported()) {
      setState(UNSUPPORTED);
      return;
    }
    setState({ phase: 'connecting' });
    const live = new LivePlayer(element, connection, cameraId, stream, setState);
    player.current = live;
    return () => {
      player.current = null;
      live.destroy();
    };
  }, [connection, cameraId, stream, enabled]);
  return { video, player, state };
}

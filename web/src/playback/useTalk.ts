import { useCallback, useEffect, useRef, useState } from 'react';
import { useConnection } from '../media/ConnectionContext';
import type { Channel } from '../media/MediaConnection';

export type TalkPhase = 'idle' | 'starting' | 'talking';

const words = (error: unknown) =>
  error instanceof DOMException && error.name === 'NotAllowedError'
    ? 'The browser does not allow the microphone; allow it in the address bar.'
    : error instanceof DOMException && error.name === 'NotFoundError'
      ? 'There is no microphone.'
      : 'The microphone can’t be used.';

/** Opens the microphone and the camera's loudspeaker while the button is held, and closes both afterwards. */
export function useTalk(cameraId: string) {
  const { connection } = useConnection();
  const [phase, setPhase] = useState<TalkPhase>('idle');
  const [problem, setProblem] = useState<string>();
  const running = useRef<{ end(): void }>(undefined);

  const stop = useCallback(() => {
    running.current?.end();
    running.current = undefined;
    setPhase('idle');
  }, []);

  const start = useCallback(async () => {
    if (running.current) return;
    let stream: MediaStream | undefined;
    let context: AudioContext | undefined;
    let channel: Channel | undefined;
    let ended = false;
    const end = () => {
      ended = true;
      channel?.close();
      stream?.getTracks().forEach((track) => track.stop());
      void context?.close();
    };
    const giveUp = (reason: string) => {
      if (ended) return;
      setProblem(reason);
      stop();
    };
    running.current = { end };
    setProblem(undefined);
    setPhase('starting');
    try {
      stream = await navigator.mediaDevices.getUserMedia({
        audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true },
      });
      if (ended) return end();
      context = new AudioContext();
      await context.audioWorklet.addModule('/talk-worklet.js');
      if (ended) return end();
      const worklet = new AudioWorkletNode(context, 'talk', { numberOfOutputs: 0 });
      let ready = false;
      worklet.port.onmessage = (event: MessageEvent<Int16Array>) => {
        if (ready && !ended) channel?.sound(event.data);
      };
      channel = connection.open(() => ({ type: 'talk.start', camera_id: cameraId }), {
        onStarted: () => undefined,
        onMedia: () => undefined,
        onReady: () => {
          ready = true;
          if (!ended) setPhase('talking');
        },
        onEnded: (reason) => giveUp(reason?.detail ?? 'The camera ended it.'),
        onLost: () => giveUp('The connection to the server was lost.'),
      });
      context.createMediaStreamSource(stream).connect(worklet);
    } catch (error) {
      giveUp(words(error));
      end();
    }
  }, [cameraId, connection, stop]);

  useEffect(() => {
    // Whoever looks elsewhere does not know that he is heard.
    const hidden = () => document.hidden && stop();
    document.addEventListener('visibilitychange', hidden);
    window.addEventListener('blur', stop);
    return () => {
      document.removeEventListener('visibilitychange', hidden);
      window.removeEventListener('blur', stop);
      stop();
    };
  }, [stop]);

  return { phase, problem, start, stop };
}

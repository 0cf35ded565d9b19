import { useEffect, useMemo, useState } from 'react';
import { api } from '../api/client';
import { dataOf, messageOf } from '../api/problem';
import { useConnection } from '../media/ConnectionContext';
import { Drive } from './drive';

/** Moves one camera by hand. It stops when the page is hidden or left, and when the connection to the server is lost. */
export function useDrive(cameraId: string, onMoved: () => void) {
  const [problem, setProblem] = useState('');
  const { state } = useConnection();
  const drive = useMemo(() => {
    const params = { path: { camera_id: cameraId } };
    return new Drive({
      move: async (vector, holdMs) => {
        await dataOf(
          api.POST('/api/v1/cameras/{camera_id}/ptz/move', { params, body: { ...vector, hold_ms: holdMs } }),
        );
        setProblem('');
      },
      stop: async (urgent) => {
        await dataOf(api.POST('/api/v1/cameras/{camera_id}/ptz/stop', { params, keepalive: urgent }));
        if (!urgent) onMoved();
      },
      onError: (error) => setProblem(messageOf(error)),
    });
  }, [cameraId, onMoved]);

  useEffect(() => {
    const onHidden = () => {
      if (document.visibilityState === 'hidden') drive.abandon();
    };
    const onLeave = () => drive.abandon();
    document.addEventListener('visibilitychange', onHidden);
    window.addEventListener('pagehide', onLeave);
    window.addEventListener('blur', onLeave);
    return () => {
      document.removeEventListener('visibilitychange', onHidden);
      window.removeEventListener('pagehide', onLeave);
      window.removeEventListener('blur', onLeave);
      drive.abandon();
    };
  }, [drive]);

  useEffect(() => {
    if (state !== 'open') drive.abandon();
  }, [state, drive]);

  return { drive, problem };
}

import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useState, type ReactNode } from 'react';
import {
  camerasQuery,
  forgetCamera,
  sessionQuery,
  statesQuery,
  storeCamera,
  storeStorage,
} from '../api/queries';
import { isDenial } from '../api/problem';
import { CLEARANCES, approvalsQuery } from '../clearance/queries';
import { refusalOf } from '../session/viewAs';
import { MediaConnection, type ConnectionState } from './MediaConnection';

interface Value {
  connection: MediaConnection;
  state: ConnectionState;
}

const Context = createContext<Value | undefined>(undefined);

function webSocketUrl(): string {
  const { protocol, host } = window.location;
  return `${protocol === 'https:' ? 'wss' : 'ws'}://${host}/api/v1/ws`;
}

/** Holds the page's one WebSocket while somebody is signed in, and brings its events into the query cache. */
export function ConnectionProvider({ children }: { children: ReactNode }) {
  const queryClient = useQueryClient();
  const [value, setValue] = useState<Value>();
  useEffect(() => {
    const connection = new MediaConnection(webSocketUrl(), refusalOf);
    setValue({ connection, state: connection.state });
    connection.listen({
      onState: (state) => {
        setValue({ connection, state });
        // A refused WebSocket doesn't say why; the session does. And events were missed.
        void queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey });
        if (state !== 'open') return;
        for (const queryKey of [camerasQuery.queryKey, approvalsQuery.queryKey, CLEARANCES])
          void queryClient.invalidateQueries({ queryKey });
      },
      onEvent: (event) => {
        if (event.type === 'camera.changed') storeCamera(event.camera);
        else if (event.type === 'camera.removed') forgetCamera(event.camera_id);
        else if (event.type === 'camera.state')
          void queryClient.invalidateQueries({ queryKey: statesQuery(event.camera_id).queryKey });
        else if (event.type === 'camera.event') {
          const { camera_id: id, kind } = event.event;
          void queryClient.invalidateQueries({ queryKey: ['events', id] });
          if (kind === 'relay_output') void queryClient.invalidateQueries({ queryKey: ['relays', id] });
        } else if (event.type === 'session.changed') void queryClient.invalidateQueries();
        else if (event.type === 'approvals.changed')
          void queryClient.invalidateQueries({ queryKey: approvalsQuery.queryKey });
        else if (event.type === 'clearances.changed')
          void queryClient.invalidateQueries({ queryKey: CLEARANCES });
        else storeStorage(event.storage);
      },
      // A schedule that ends changes nothing that the server would tell of.
      onFinal: (problem) => {
        for (const query of [sessionQuery, camerasQuery])
          void queryClient.invalidateQueries({ queryKey: query.queryKey });
        if (!isDenial(problem)) return;
        notifications.show({
          id: 'denied',
          message: 'What you may see has changed, and a picture that is not yours any more has ended.',
          autoClose: 10_000,
        });
      },
    });
    return () => connection.close();
  }, [queryClient]);
  return value && <Context.Provider value={value}>{children}</Context.Provider>;
}

export function useConnection(): Value {
  const value = useContext(Context);
  if (!value) throw new Error('useConnection is used outside ConnectionProvider');
  return value;
}

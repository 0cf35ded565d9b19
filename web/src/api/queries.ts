import { QueryCache, QueryClient, MutationCache, queryOptions } from '@tanstack/react-query';
import { api, type Camera, type CameraList, type Session, type Storage, type StreamKind } from './client';
import { viewedUser } from '../session/viewAs';
import { owedSignOut } from './owedSignOut';
import { ApiError, dataOf } from './problem';

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noticeExpiry }),
  mutationCache: new MutationCache({ onError: noticeExpiry }),
  defaultOptions: {
    // A browser that believes it is offline may still reach a server in its own network; and when it can't, an error
    // says so, while a paused request would say nothing.
    mutations: { networkMode: 'always' },
    queries: {
      networkMode: 'always',
      staleTime: 5_000,
      retry: (count, error) => error instanceof ApiError && error.status === 0 && count < 2,
    },
  },
});

/** A 401 anywhere means that the session is over: the gate then shows sign-in, and later the same page again. */
function noticeExpiry(error: unknown) {
  if (error instanceof ApiError && error.status === 401 && queryClient.getQueryData(['session'])) {
    queryClient.setQueryData(['session'], null);
  }
}

export const setupQuery = queryOptions({
  queryKey: ['setup'],
  queryFn: () => dataOf(api.GET('/api/v1/setup')),
  refetchInterval: (query) => (query.state.error ? 3_000 : false),
});

/** What a user sees, for who manages users. */
export const viewQuery = (userId: string) =>
  queryOptions({
    queryKey: ['view', userId],
    queryFn: () => dataOf(api.GET('/api/v1/users/{user_id}/view', { params: { path: { user_id: userId } } })),
  });

/** null: nobody is signed in. While an administrator looks as somebody else it is that one's. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async (): Promise<Session | null> => {
    const leaving = owedSignOut.get();
    const viewed = viewedUser();
    try {
      if (viewed) {
        const { session } = await dataOf(
          api.GET('/api/v1/users/{user_id}/view', { params: { path: { user_id: viewed.userId } } }),
        );
        // That the user has to set it up concerns the user alone: nothing is held until then.
        return session.second_factor === 'required' ? { ...session, second_factor: 'off' } : session;
      }
      if (!leaving) return await dataOf(api.GET('/api/v1/session'));
      await dataOf(api.DELETE('/api/v1/session'));
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 401)) throw error;
    }
    if (leaving) owedSignOut.clear();
    return null;
  },
  staleTime: 60_000,
  refetchInterval: (query) => (query.state.error ? 3_000 : 5 * 60_000),
});

/** Whether the last session ended because the user signed out. */
export const signedOutQuery = queryOptions({
  queryKey: ['signed-out'],
  queryFn: () => false,
  initialData: false,
  staleTime: Infinity,
});

/** Whether the signed-in user has just claimed the installation, and was not offered a second factor yet. */
export const justClaimedQuery = queryOptions({
  queryKey: ['just-claimed'],
  queryFn: () => false,
  initialData: false,
  staleTime: Infinity,
});

export const accountQuery = queryOptions({
  queryKey: ['account'],
  queryFn: () => dataOf(api.GET('/api/v1/account')),
});

export const apiTokensQuery = queryOptions({
  queryKey: ['api-tokens'],
  queryFn: () => dataOf(api.GET('/api/v1/account/tokens')),
  // When they were used changes by itself.
  refetchInterval: 10_000,
});

export const settingsQuery = queryOptions({
  queryKey: ['settings'],
  queryFn: () => dataOf(api.GET('/api/v1/settings')),
});

export const retentionQuery = queryOptions({
  queryKey: ['retention'],
  queryFn: () => dataOf(api.GET('/api/v1/retention')),
});

export const camerasQuery = queryOptions({
  queryKey: ['cameras'],
  queryFn: async (): Promise<CameraList> => {
    const viewed = viewedUser();
    if (!viewed) return dataOf(api.GET('/api/v1/cameras'));
    const { cameras, storage } = await dataOf(
      api.GET('/api/v1/users/{user_id}/view', { params: { path: { user_id: viewed.userId } } }),
    );
    return { cameras, storage };
  },
  // The WebSocket brings changes at once; this is for the time when it is down.
  refetchInterval: 30_000,
});

export function recordingsQuery(cameraId: string, stream: StreamKind, start90k: number, end90k: number) {
  return queryOptions({
    queryKey: ['recordings', cameraId, stream, start90k, end90k],
    queryFn: () =>
      dataOf(
        api.GET('/api/v1/cameras/{camera_id}/recordings', {
          params: { path: { camera_id: cameraId }, query: { start_90k: start90k, end_90k: end90k, stream } },
        }),
      ),
    refetchInterval: 3_000,
  });
}

/** What of a camera's recordings no rule may delete. */
export function holdsQuery(cameraId: string) {
  return queryOptions({
    queryKey: ['holds', cameraId],
    queryFn: () =>
      dataOf(api.GET('/api/v1/cameras/{camera_id}/holds', { params: { path: { camera_id: cameraId } } })),
    refetchInterval: 30_000,
  });
}

/** The last changes of state of a camera's streams. */
export function statesQuery(cameraId: string) {
  return queryOptions({
    queryKey: ['states', cameraId],
    queryFn: () =>
      dataOf(api.GET('/api/v1/cameras/{camera_id}/states', { params: { path: { camera_id: cameraId } } })),
    // The WebSocket tells of each change; this is for the time when it is down.
    refetchInterval: 30_000,
  });
}

function byName(a: Camera, b: Camera): number {
  return a.name.localeCompare(b.name, undefined, { numeric: true });
}

export function withCamera(list: CameraList, camera: Camera): CameraList {
  const others = list.cameras.filter((other) => other.id !== camera.id);
  return { ...list, cameras: [...others, camera].sort(byName) };
}

export function withoutCamera(list: CameraList, cameraId: string): CameraList {
  return { ...list, cameras: list.cameras.filter((camera) => camera.id !== cameraId) };
}

function updateList(change: (list: CameraList) => CameraList) {
  // The news is what one may know oneself.
  if (viewedUser()) {
    void queryClient.invalidateQueries({ queryKey: camerasQuery.queryKey });
    return;
  }
  queryClient.setQueryData(camerasQuery.queryKey, (list) => list && change(list));
}

export const storeCamera = (camera: Camera) => updateList((list) => withCamera(list, camera));
export const forgetCamera = (cameraId: string) => updateList((list) => withoutCamera(list, cameraId));
export const storeStorage = (storage: Storage) => updateList((list) => ({ ...list, storage }));

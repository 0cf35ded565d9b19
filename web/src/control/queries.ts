import { queryOptions } from '@tanstack/react-query';
import { api } from '../api/client';
import { dataOf } from '../api/problem';

/** What the camera's head can do, where it looks, its presets and patrols. */
export function ptzQuery(cameraId: string) {
  return queryOptions({
    queryKey: ['ptz', cameraId],
    queryFn: () =>
      dataOf(api.GET('/api/v1/cameras/{camera_id}/ptz', { params: { path: { camera_id: cameraId } } })),
    refetchInterval: 3_000,
  });
}

export function relaysQuery(cameraId: string) {
  return queryOptions({
    queryKey: ['relays', cameraId],
    queryFn: () =>
      dataOf(api.GET('/api/v1/cameras/{camera_id}/relays', { params: { path: { camera_id: cameraId } } })),
    refetchInterval: 5_000,
  });
}

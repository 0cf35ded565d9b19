import { queryOptions } from '@tanstack/react-query';
import { api } from '../api/client';
import { dataOf } from '../api/problem';

/** What one camera told. The WebSocket says when there is more. */
export function eventsQuery(cameraId: string, start90k: number, end90k: number) {
  return queryOptions({
    queryKey: ['events', cameraId, start90k, end90k],
    queryFn: () =>
      dataOf(
        api.GET('/api/v1/cameras/{camera_id}/events', {
          params: { path: { camera_id: cameraId }, query: { start_90k: start90k, end_90k: end90k } },
        }),
      ),
    refetchInterval: 30_000,
  });
}

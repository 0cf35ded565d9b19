import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, type Camera, type DeviceCare } from '../../../api/client';
import { dataOf } from '../../../api/problem';

const key = (camera: Camera) => ['device', camera.id];

/** What the device tells of itself; asked when the panel is opened, and after each change. */
export function useDevice(camera: Camera) {
  return useQuery({
    queryKey: key(camera),
    queryFn: () =>
      dataOf(api.GET('/api/v1/cameras/{camera_id}/device', { params: { path: { camera_id: camera.id } } })),
    staleTime: 30_000,
    retry: false,
  });
}

/** One thing that is done to the device; what it tells of itself is asked anew afterwards. */
export function useDeviceTask<T>(
  camera: Camera,
  task: (params: { path: { camera_id: string } }, input: T) => Promise<DeviceCare>,
) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: T) => task({ path: { camera_id: camera.id } }, input),
    onSuccess: () => client.invalidateQueries({ queryKey: key(camera) }),
  });
}

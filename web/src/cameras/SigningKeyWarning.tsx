import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { api, type Camera } from '../api/client';
import { dataOf } from '../api/problem';
import { storeCamera } from '../api/queries';
import { Notice } from '../ui/Notice';
import { changedSigningKey } from './signature';
import { shortFingerprint } from './state';

/** A camera whose video is signed with another key than before: recorded all the same, until somebody has looked. */
export function SigningKeyWarning({ camera }: { camera: Camera }) {
  const accept = useMutation({
    mutationFn: (fingerprint: string) =>
      dataOf(
        api.PATCH('/api/v1/cameras/{camera_id}', {
          params: { path: { camera_id: camera.id } },
          body: { accept_signing_key: fingerprint },
        }),
      ),
    onSuccess: storeCamera,
  });
  const key = changedSigningKey(camera);
  if (!key) return null;
  return (
    <Notice tone="wait">
      <Stack gap="xs" data-testid={`signing-key-changed-${camera.name}`}>
        <Text size="sm">
          This camera’s video is signed with another key than before: {shortFingerprint(key)}…. If you
          replaced or reset the camera, accept it. If you did not, somebody may be sending pictures in its
          place. It is recorded meanwhile, and each recording says which key signed it.
        </Text>
        {accept.error && <Text size="sm">{accept.error.message}</Text>}
        <Group>
          <Button
            size="xs"
            loading={accept.isPending}
            onClick={() => accept.mutate(key)}
            data-testid={`accept-signing-key-${camera.name}`}
          >
            Accept this key
          </Button>
        </Group>
      </Stack>
    </Notice>
  );
}

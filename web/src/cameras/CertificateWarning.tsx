import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { api, type Camera } from '../api/client';
import { dataOf } from '../api/problem';
import { storeCamera } from '../api/queries';
import { Notice } from '../ui/Notice';
import { offeredCertificates, shortFingerprint } from './state';

/** A camera that shows another certificate than before stands still until somebody has looked. */
export function CertificateWarning({ camera }: { camera: Camera }) {
  const accept = useMutation({
    mutationFn: (fingerprint: string) =>
      dataOf(
        api.PATCH('/api/v1/cameras/{camera_id}', {
          params: { path: { camera_id: camera.id } },
          body: { accept_certificate: fingerprint },
        }),
      ),
    onSuccess: storeCamera,
  });
  const [offered] = offeredCertificates(camera);
  if (!offered) return null;
  return (
    <Notice>
      <Stack gap="xs" data-testid={`certificate-changed-${camera.name}`}>
        <Text size="sm">
          This camera does not prove that it is the one you added: it shows another key. If you replaced or
          reset it, or gave it a new certificate, accept the key {shortFingerprint(offered)}…. If you did not,
          somebody may be posing as the camera to get its password. Nothing was sent to it, and nothing is
          recorded.
        </Text>
        {accept.error && <Text size="sm">{accept.error.message}</Text>}
        <Group>
          <Button
            size="xs"
            color="red"
            loading={accept.isPending}
            onClick={() => accept.mutate(offered)}
            data-testid={`accept-certificate-${camera.name}`}
          >
            It is my camera: accept its new key
          </Button>
        </Group>
      </Stack>
    </Notice>
  );
}

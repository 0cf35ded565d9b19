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
  const changed = camera.streams.some(({ certificate }) => {
    return (
      certificate?.offered === offered &&
      certificate.fingerprint !== '' &&
      certificate.fingerprint !== offered
    );
  });
  return (
    <Notice>
      <Stack gap="xs" data-testid={`certificate-changed-${camera.name}`}>
        <Text size="sm">
          {changed
            ? `This camera does not prove that it is the one you added: it shows another key. If you replaced or
              reset it, or gave it a new certificate, accept the key ${shortFingerprint(offered)}…. If you did not,
              somebody may be posing as the camera to get its password.`
            : `Only trusted certificates are allowed here, and no authority vouches for this camera. Compare the key
              ${shortFingerprint(offered)}… with the one that the camera’s own page shows, and accept it if they
              are the same.`}{' '}
          Nothing was sent to it, and nothing is recorded.
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
            {changed ? 'It is my camera: accept its new key' : 'It is my camera: accept its key'}
          </Button>
        </Group>
      </Stack>
    </Notice>
  );
}

import { Button, Group, Text } from '@mantine/core';
import { useState } from 'react';
import { api, type Camera } from '../../../api/client';
import { dataOf } from '../../../api/problem';
import { Section } from './Section';
import { useDeviceTask } from './useDevice';

export function RestartSection({ camera }: { camera: Camera }) {
  const [asked, setAsked] = useState(false);
  const restart = useDeviceTask<undefined>(camera, (params) =>
    dataOf(api.POST('/api/v1/cameras/{camera_id}/device/reboot', { params })),
  );
  return (
    <Section title="Restart" outcome={restart}>
      {asked ? (
        <>
          <Text size="sm">Nothing is recorded until the camera is back, often after a minute or two.</Text>
          <Group>
            <Button
              color="red"
              size="sm"
              loading={restart.isPending}
              onClick={() => restart.mutate(undefined, { onSettled: () => setAsked(false) })}
              data-testid="device-restart-confirm"
            >
              Restart now
            </Button>
            <Button variant="subtle" color="gray" size="sm" onClick={() => setAsked(false)}>
              Cancel
            </Button>
          </Group>
        </>
      ) : (
        <Group>
          <Button variant="default" size="sm" onClick={() => setAsked(true)} data-testid="device-restart">
            Restart the camera
          </Button>
        </Group>
      )}
    </Section>
  );
}

import { Button, Checkbox, PasswordInput, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { api, type Camera } from '../../../api/client';
import { dataOf } from '../../../api/problem';
import { Section } from './Section';
import { useDeviceTask } from './useDevice';

const SHORTEST = 8;

/** The password of the camera's account: on the camera first, then here. */
export function PasswordSection({ camera, encrypted }: { camera: Camera; encrypted: boolean }) {
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [inClear, setInClear] = useState(false);
  const change = useDeviceTask(camera, (params, body: { password: string; allow_in_clear: boolean }) =>
    dataOf(api.PUT('/api/v1/cameras/{camera_id}/device/password', { params, body })),
  );
  const ready = password.length >= SHORTEST && password === again && (encrypted || inClear);
  return (
    <Section title="Password" outcome={change}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate(
            { password, allow_in_clear: inClear },
            {
              onSuccess: () => {
                setPassword('');
                setAgain('');
              },
            },
          );
        }}
      >
        <Stack gap="sm">
          <Text size="sm" c="dimmed">
            Of the account {camera.username || 'that the camera is asked with'}. It is set on the camera,
            tried there, and then kept here.
          </Text>
          <PasswordInput
            label="New password"
            description={`At least ${SHORTEST} characters`}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            maxLength={64}
            autoComplete="new-password"
            data-testid="device-password"
          />
          <PasswordInput
            label="The same again"
            value={again}
            error={again && again !== password ? 'The two are different.' : undefined}
            onChange={(event) => setAgain(event.currentTarget.value)}
            maxLength={64}
            autoComplete="new-password"
            data-testid="device-password-again"
          />
          {!encrypted && (
            <Checkbox
              checked={inClear}
              onChange={(event) => setInClear(event.currentTarget.checked)}
              label="Send it although this camera is asked without encryption: whoever listens on its network can read it"
              data-testid="device-password-clear"
            />
          )}
          <Button
            type="submit"
            variant="default"
            size="sm"
            disabled={!ready}
            loading={change.isPending}
            data-testid="device-change-password"
          >
            Change the password
          </Button>
        </Stack>
      </form>
    </Section>
  );
}

import { Button, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { api, type Camera, type DeviceCare } from '../../../api/client';
import { dataOf } from '../../../api/problem';
import { describeOffset, splitServers } from './device';
import { Section } from './Section';
import { useDeviceTask } from './useDevice';

export function ClockSection({ camera, clock }: { camera: Camera; clock: NonNullable<DeviceCare['clock']> }) {
  const [typed, setTyped] = useState<string>();
  const servers = typed ?? (clock.ntp_from_dhcp ? '' : clock.ntp_servers.join(', '));
  const set = useDeviceTask(camera, (params, ntp_servers: string[]) =>
    dataOf(api.PUT('/api/v1/cameras/{camera_id}/device/clock', { params, body: { ntp_servers } })),
  );
  const source = clock.by_ntp
    ? `It follows ${clock.ntp_servers.join(', ') || 'a time server'}${clock.ntp_from_dhcp ? ', which the network names' : ''}.`
    : 'It follows no time server.';
  return (
    <Section title="Clock" outcome={set}>
      <Text size="sm" data-testid="device-clock">
        {describeOffset(clock.offset_seconds)} {source}
      </Text>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          set.mutate(splitServers(servers));
        }}
      >
        <TextInput
          label="Time servers"
          description="Optional. Names or addresses that the camera can reach; the clock is set once without."
          placeholder="192.168.1.1"
          value={servers}
          onChange={(event) => setTyped(event.currentTarget.value)}
          spellCheck={false}
          autoComplete="off"
          maxLength={400}
          data-testid="device-ntp"
        />
        <Button
          type="submit"
          variant="default"
          size="sm"
          mt="sm"
          loading={set.isPending}
          data-testid="device-set-clock"
        >
          Set to this server’s time
        </Button>
      </form>
    </Section>
  );
}

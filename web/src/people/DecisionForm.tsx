import { NativeSelect, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ClientKind, User } from '../api/client';
import { Notice } from '../ui/Notice';
import { CLIENT_KINDS } from './clientKinds';
import { decisionQuery } from './queries';
import { useChoices } from './useChoices';
import { decisionWords } from './words';

/** Actions as the API names them, each a verb that fits "may … this". */
const OF_CAMERA = [
  ['watch_live', 'see it live'],
  ['play_recording', 'play its recordings'],
  ['export_recording', 'download its recordings'],
  ['view_events', 'see its events'],
  ['control_ptz', 'turn and zoom it'],
  ['switch_relay', 'switch its outputs'],
  ['talk', 'speak through it'],
  ['place_hold', 'hold its recordings'],
  ['lift_hold', 'lift holds'],
  ['change_camera', 'change its settings'],
  ['maintain_camera', 'look after its device'],
  ['remove_camera', 'delete it'],
  ['preview_recording', 'see small pictures on the timeline'],
  ['approve_over_camera', 'approve what others do with it'],
  ['view_camera', 'know that it is there'],
] as const;
const OF_ORGANISATION = [
  ['list_cameras', 'come in at all'],
  ['add_camera', 'add cameras'],
  ['change_settings', 'change settings of the site'],
  ['view_metrics', 'read metrics'],
  ['manage_users', 'manage users'],
  ['manage_roles', 'manage roles'],
  ['change_access_rules', 'change the rules'],
  ['read_audit', 'read the audit log'],
] as const;

const options = (actions: readonly (readonly [string, string])[]) =>
  actions.map(([value, label]) => ({ value, label }));

/** Asks the server, which decides by the same rules as when the user asks. */
export function DecisionForm({ user }: { user: User }) {
  const { cameras } = useChoices();
  const [action, setAction] = useState<string>(cameras.length > 0 ? 'watch_live' : 'add_camera');
  const [chosen, setChosen] = useState('');
  const aboutCamera = OF_CAMERA.some(([name]) => name === action);
  const camera = aboutCamera ? (cameras.find(({ id }) => id === chosen) ?? cameras[0]) : undefined;
  const [address, setAddress] = useState('');
  const [moment, setMoment] = useState('');
  const [kind, setKind] = useState<ClientKind>('web');
  const [from] = useDebouncedValue(address.trim(), 400);
  const { data, error } = useQuery({
    ...decisionQuery(user.id, {
      action,
      camera_id: camera?.id,
      address: from || undefined,
      at: moment ? new Date(moment).toISOString() : undefined,
      client_kind: kind,
    }),
    enabled: !aboutCamera || camera !== undefined,
    placeholderData: keepPreviousData,
  });
  return (
    <Stack gap="xs">
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <NativeSelect
          label="Camera"
          value={camera?.id ?? ''}
          disabled={!aboutCamera || cameras.length === 0}
          data={
            aboutCamera && cameras.length > 0
              ? cameras.map(({ id, name }) => ({ value: id, label: name }))
              : [{ value: '', label: aboutCamera ? 'There is none' : 'Not about one camera' }]
          }
          onChange={(event) => setChosen(event.currentTarget.value)}
          data-testid="decision-camera"
        />
        <NativeSelect
          label="May the user …"
          value={action}
          data={[
            { group: 'With the camera', items: options(OF_CAMERA) },
            { group: 'With the whole organisation', items: options(OF_ORGANISATION) },
          ]}
          onChange={(event) => setAction(event.currentTarget.value)}
          data-testid="decision-action"
        />
        <TextInput
          label="When"
          description="Empty: now."
          type="datetime-local"
          value={moment}
          onChange={(event) => setMoment(event.currentTarget.value)}
          data-testid="decision-when"
        />
        <TextInput
          label="From which address"
          description="Empty: from where you are."
          placeholder="192.0.2.7"
          value={address}
          onChange={(event) => setAddress(event.currentTarget.value)}
          autoComplete="off"
          spellCheck={false}
          data-testid="decision-address"
        />
        <NativeSelect
          label="By what"
          value={kind}
          data={CLIENT_KINDS.map((one) => ({ value: one.kind, label: one.label }))}
          onChange={(event) => setKind(event.currentTarget.value as ClientKind)}
          data-testid="decision-kind"
        />
      </SimpleGrid>
      {error && <Notice>{error.message}</Notice>}
      <Text size="sm" role="status" data-testid="decision" data-allowed={data?.allowed}>
        {!error && data && decisionWords(data, user.name)}
      </Text>
    </Stack>
  );
}

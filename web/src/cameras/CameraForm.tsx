import { Button, Checkbox, Group, PasswordInput, Select, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconPlugConnected } from '../ui/icons';
import type { Camera } from '../api/client';
import { retentionQuery } from '../api/queries';
import { may } from '../session/rights';
import { useRights } from '../session/useRights';
import { RecordingFields } from '../recording/RecordingFields';
import { chosenModes, recordingProblems } from '../recording/values';
import { DaysInput, SizeInput } from '../retention/KeepInputs';
import { Notice } from '../ui/Notice';
import { DiskField } from './DiskField';
import { TestResult } from './TestResult';
import { generalError, useCameraForm } from './useCameraForm';

interface Props {
  camera?: Camera;
  onSaved(camera: Camera): void;
  onCancel(): void;
}

const TRANSPORTS = [
  { value: 'auto', label: 'Automatic' },
  { value: 'tls', label: 'RTSPS: encrypted' },
  { value: 'srtp', label: 'RTSPS with SRTP over UDP: encrypted' },
  { value: 'https', label: 'RTSP through HTTPS: encrypted' },
  { value: 'tcp', label: 'TCP: not encrypted' },
  { value: 'udp', label: 'UDP: not encrypted' },
  { value: 'multicast', label: 'Multicast: not encrypted' },
  { value: 'http', label: 'RTSP through HTTP: not encrypted' },
];

const ENCRYPTION: { value: Camera['encryption']; label: string }[] = [
  { value: 'full', label: 'Full' },
  { value: 'light', label: 'Light (partial)' },
];

export function CameraForm({ camera, onSaved, onCancel }: Props) {
  const { form, save, test, adoptAddress, runTest } = useCameraForm(camera, onSaved);
  const mayTest = may(useRights(), 'add_cameras');
  const error = generalError(save.error);
  const address = (field: 'main_url' | 'sub_url') => ({
    ...form.getInputProps(field),
    onBlur: () => adoptAddress(field),
    onPaste: () => window.setTimeout(() => adoptAddress(field)),
    spellCheck: false,
    autoCapitalize: 'none' as const,
    autoComplete: 'off',
    maxLength: 1024,
    inputMode: 'url' as const,
  });
  const keepProps = (field: 'keep_days' | 'keep_bytes') => ({
    value: form.values[field],
    error: form.errors[field],
    onValue: (value: number | '') => form.setFieldValue(field, value),
  });
  const siteRule = useQuery({ ...retentionQuery, enabled: !camera }).data?.site ?? {
    keep_days: null,
    keep_bytes: null,
  };
  return (
    <form noValidate onSubmit={form.onSubmit((values) => save.mutate(values))} data-testid="camera-form">
      <Stack>
        <TextInput
          label="Name"
          placeholder="Front door"
          data-testid="camera-name"
          data-autofocus
          required
          maxLength={100}
          autoComplete="off"
          {...form.getInputProps('name')}
        />
        <TextInput
          label="Address of the main stream"
          description="The full picture."
          placeholder="rtsp://192.168.1.20:554/stream1"
          data-testid="camera-main-url"
          required
          {...address('main_url')}
        />
        <TextInput
          label="Address of the sub stream"
          description="Optional. A smaller picture of the same camera, for the live wall."
          placeholder="rtsp://192.168.1.20:554/stream2"
          data-testid="camera-sub-url"
          {...address('sub_url')}
        />
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <TextInput
            label="Camera’s user name"
            data-testid="camera-username"
            maxLength={128}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            {...form.getInputProps('username')}
          />
          <PasswordInput
            label="Camera’s password"
            placeholder={camera?.has_password ? 'Leave empty to keep' : ''}
            data-testid="camera-password"
            maxLength={128}
            autoComplete="new-password"
            {...form.getInputProps('password')}
          />
        </SimpleGrid>
        <RecordingFields
          values={form.values.recording}
          problems={form.errors.recording ? recordingProblems(form.values.recording) : {}}
          mayUseEvents={
            Boolean(camera?.device?.onvif_url) || chosenModes(form.values.recording).includes('on_event')
          }
          error={typeof form.errors.recording === 'string' ? form.errors.recording.trim() : undefined}
          onValues={(change) => form.setFieldValue('recording', { ...form.values.recording, ...change })}
        />
        <Select
          label="Transport"
          description="Automatic tries the most secure way first and remembers what worked."
          data={TRANSPORTS}
          allowDeselect={false}
          data-testid="camera-transport"
          {...form.getInputProps('transport')}
        />
        <Checkbox
          label="Allow the password to be sent unencrypted"
          description="A risk: with cameras that know only Basic authentication, anybody on the network can read it."
          data-testid="camera-allow-basic"
          {...form.getInputProps('allow_basic_in_clear', { type: 'checkbox' })}
        />
        <Checkbox
          label="Allow old TLS"
          description="A risk: somebody between could read and alter what an old camera sends by RTSPS or HTTPS."
          data-testid="camera-allow-legacy-tls"
          {...form.getInputProps('allow_legacy_tls', { type: 'checkbox' })}
        />
        <Checkbox
          label="Fill gaps from the camera’s own storage"
          description="After an outage, what the camera recorded on its card is fetched. Needs a camera that was added by ONVIF."
          data-testid="camera-fill-gaps"
          {...form.getInputProps('fill_gaps', { type: 'checkbox' })}
        />
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <DaysInput
            label="Delete recordings after"
            description="Empty: as its groups or the site say."
            otherwise={camera?.inherited_keep ?? siteRule}
            testId="camera-keep-days"
            {...keepProps('keep_days')}
          />
          <SizeInput
            label="Keep at most"
            description="Then the oldest go first. Held ones stay."
            otherwise={camera?.inherited_keep ?? siteRule}
            testId="camera-keep-gb"
            {...keepProps('keep_bytes')}
          />
        </SimpleGrid>
        <Select
          label="Encryption on disk"
          description={
            form.values.encryption === 'light'
              ? 'A risk: parts of the picture data lie unencrypted on disk. Nobody gets a picture from them without the keys, but they tell how much moves, and destroying the keys does not take them back. Counts for what is recorded from now on.'
              : 'Everything is encrypted: nobody reads recordings without the keys.'
          }
          data={ENCRYPTION}
          allowDeselect={false}
          data-testid="camera-encryption"
          {...form.getInputProps('encryption')}
        />
        <DiskField
          value={form.values.place}
          error={form.errors['place']}
          onChange={(place) => form.setFieldValue('place', place)}
        />
        <TestResult pending={test.isPending} report={test.data} error={generalError(test.error)} />
        {error && <Notice>{error}</Notice>}
        <Group justify="space-between" mt="xs">
          {mayTest && (
            <Button
              variant="default"
              leftSection={<IconPlugConnected size={17} />}
              onClick={runTest}
              loading={test.isPending}
              data-testid="camera-test"
            >
              Test connection
            </Button>
          )}
          <Group gap="sm" ml="auto">
            <Button variant="subtle" color="gray" onClick={onCancel}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending} data-testid="camera-save">
              {camera ? 'Save' : 'Add camera'}
            </Button>
          </Group>
        </Group>
      </Stack>
    </form>
  );
}

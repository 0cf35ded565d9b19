import { Button, Group, Modal, Skeleton, Stack, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { IconPlus, IconSearch } from '../ui/icons';
import type { Camera, CameraList as Site } from '../api/client';
import { camerasQuery } from '../api/queries';
import { formatBytes, formatDay, formatSeconds } from '../ui/format';
import { may } from '../session/rights';
import { useRights } from '../session/useRights';
import { Notice } from '../ui/Notice';
import { focusContent, useDialog } from '../ui/useDialog';
import { usePageTitle } from '../ui/usePageTitle';
import { CameraForm } from './CameraForm';
import { CameraList } from './CameraList';
import { DeleteCamera } from './DeleteCamera';
import { NoCameras } from './NoCameras';
import { NothingToSee } from './NothingToSee';
import { KeepRules } from '../retention/KeepRules';
import { TrustSetting } from './TrustSetting';

const SECONDS_PER_DAY = 86_400;

type Dialog = { kind: 'add' } | { kind: 'edit' | 'delete'; camera: Camera };

function summary({ cameras, storage }: Site): string {
  const coming = cameras.filter((camera) => camera.streams.some((s) => s.state === 'recording'));
  const recording = coming.filter((camera) => camera.recording_now.wanted).length;
  const planned = coming.filter(({ recording_now: now }) => !now.wanted && !now.trouble).length;
  const facts = [`${recording} of ${cameras.length} recording`];
  if (planned > 0) facts.push(`${planned} not now, by plan`);
  facts.push(`${formatBytes(storage.bytes_used)} used, ${formatBytes(storage.bytes_free)} free`);
  if (storage.days_that_fit !== undefined)
    facts.push(`room for about ${formatSeconds(storage.days_that_fit * SECONDS_PER_DAY)}`);
  if (storage.checked_90k !== undefined) facts.push(`all checked ${formatDay(storage.checked_90k)}`);
  return facts.join(' · ');
}

function titleOf(dialog: Dialog | undefined): string {
  if (dialog?.kind === 'edit') return `Edit ${dialog.camera.name}`;
  if (dialog?.kind === 'delete') return `Delete ${dialog.camera.name}?`;
  return 'Add a camera';
}

export function CamerasPage() {
  usePageTitle('Cameras');
  const { data, error } = useQuery(camerasQuery);
  const { about: dialog, opened, show, close } = useDialog<Dialog>();
  const rights = useRights();
  const mayAdd = may(rights, 'add_cameras');
  const add = () => show({ kind: 'add' });
  return (
    <Stack gap="lg">
      <Group justify="space-between" align="flex-end">
        <div>
          <Title order={1} size="h2">
            Cameras
          </Title>
          {data && data.cameras.length > 0 && (
            <Text size="sm" c="dimmed" className="tabular">
              {summary(data)}
            </Text>
          )}
        </div>
        {data && data.cameras.length > 0 && mayAdd && (
          <Group gap="sm">
            <Button
              component={Link}
              to="/cameras/find"
              variant="default"
              leftSection={<IconSearch size={18} />}
              data-testid="find-cameras"
            >
              Find cameras
            </Button>
            <Button leftSection={<IconPlus size={18} />} onClick={add} data-testid="add-camera">
              Add camera
            </Button>
          </Group>
        )}
      </Group>
      {!data && error && <Notice>{error.message}</Notice>}
      {!data && !error && <Skeleton height={180} radius="lg" />}
      {data?.cameras.length === 0 && (mayAdd ? <NoCameras onAdd={add} /> : <NothingToSee />)}
      {data && data.cameras.length > 0 && (
        <CameraList
          cameras={data.cameras}
          onEdit={(camera) => show({ kind: 'edit', camera })}
          onDelete={(camera) => show({ kind: 'delete', camera })}
        />
      )}
      {data && data.cameras.length > 0 && may(rights, 'change_settings') && (
        <>
          <KeepRules />
          <TrustSetting />
        </>
      )}
      <Modal
        opened={opened}
        onClose={close}
        title={titleOf(dialog)}
        size={dialog?.kind === 'delete' ? 'md' : 'lg'}
        centered={dialog?.kind === 'delete'}
        closeOnClickOutside={dialog?.kind === 'delete'}
      >
        {dialog?.kind === 'delete' && (
          <DeleteCamera camera={dialog.camera} onClose={close} onDeleted={focusContent} />
        )}
        {(dialog?.kind === 'add' || dialog?.kind === 'edit') && (
          <CameraForm
            camera={dialog.kind === 'edit' ? dialog.camera : undefined}
            onCancel={close}
            onSaved={(camera) => {
              close();
              if (data?.cameras.length === 0) focusContent();
              const starts = camera.recording_now.wanted ? '; recording starts at once.' : '.';
              const what = dialog.kind === 'add' ? `was added${starts}` : 'was saved.';
              notifications.show({ message: `${camera.name} ${what}` });
            }}
          />
        )}
      </Modal>
    </Stack>
  );
}

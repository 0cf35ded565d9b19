import { ActionIcon, Button, Group, Stack, Text, TextInput, UnstyledButton } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type Ptz } from '../api/client';
import { dataOf } from '../api/problem';
import { IconHome, IconMapPin, IconTrash } from '../ui/icons';
import { Notice } from '../ui/Notice';
import classes from './Move.module.css';

interface Props {
  cameraId: string;
  ptz: Ptz;
  onChanged(): void;
}

/** Positions with names: go there, keep the present one, remove. */
export function Presets({ cameraId, ptz, onChanged }: Props) {
  const [name, setName] = useState('');
  const params = { path: { camera_id: cameraId } };
  const recall = useMutation({
    mutationFn: (token: string) =>
      dataOf(api.POST('/api/v1/cameras/{camera_id}/ptz/presets/recall', { params, body: { token } })),
    onSuccess: onChanged,
  });
  const home = useMutation({
    mutationFn: () => dataOf(api.POST('/api/v1/cameras/{camera_id}/ptz/home', { params })),
    onSuccess: onChanged,
  });
  const save = useMutation({
    mutationFn: () =>
      dataOf(api.PUT('/api/v1/cameras/{camera_id}/ptz/presets', { params, body: { name: name.trim() } })),
    onSuccess: () => {
      setName('');
      onChanged();
    },
  });
  const remove = useMutation({
    mutationFn: (token: string) =>
      dataOf(
        api.DELETE('/api/v1/cameras/{camera_id}/ptz/presets', { params: { ...params, query: { token } } }),
      ),
    onSuccess: onChanged,
  });
  const problem = recall.error ?? home.error ?? save.error ?? remove.error;
  return (
    <Stack gap="xs">
      <h2 className={classes.heading}>Presets</h2>
      {problem && <Notice>{problem.message}</Notice>}
      <ul className={classes.list} data-testid="ptz-presets">
        {ptz.has_home && (
          <li className={classes.row}>
            <UnstyledButton className={classes.name} onClick={() => home.mutate()}>
              <Group gap="xs" wrap="nowrap">
                <IconHome size={17} stroke={1.7} aria-hidden="true" /> Home position
              </Group>
            </UnstyledButton>
          </li>
        )}
        {ptz.presets.map((preset) => (
          <li key={preset.token} className={classes.row}>
            <UnstyledButton className={classes.name} onClick={() => recall.mutate(preset.token)}>
              <Group gap="xs" wrap="nowrap">
                <IconMapPin size={17} stroke={1.7} aria-hidden="true" /> {preset.name}
              </Group>
            </UnstyledButton>
            <ActionIcon
              variant="subtle"
              color="gray"
              size={34}
              aria-label={`Remove the preset ${preset.name}`}
              onClick={() => remove.mutate(preset.token)}
            >
              <IconTrash size={17} stroke={1.7} />
            </ActionIcon>
          </li>
        ))}
      </ul>
      {ptz.max_presets > ptz.presets.length ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (name.trim()) save.mutate();
          }}
        >
          <Group gap="xs" wrap="nowrap" align="flex-end">
            <TextInput
              flex={1}
              size="sm"
              label="Keep this position as"
              placeholder="Gate"
              maxLength={64}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
              data-testid="ptz-preset-name"
            />
            <Button
              type="submit"
              size="sm"
              variant="default"
              disabled={!name.trim()}
              loading={save.isPending}
              data-testid="ptz-preset-save"
            >
              Keep
            </Button>
          </Group>
        </form>
      ) : (
        ptz.max_presets > 0 && (
          <Text size="sm" c="dimmed">
            The camera keeps {ptz.max_presets} presets; remove one to keep another.
          </Text>
        )
      )}
    </Stack>
  );
}

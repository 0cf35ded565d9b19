import { Button, Checkbox, Fieldset, Group, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type CameraGroup } from '../api/client';
import { dataOf, messageAt } from '../api/problem';
import { ErrorNotice } from '../ui/ErrorNotice';
import classes from './People.module.css';
import { cameraNamesQuery, useRefresh } from './queries';

interface Props {
  /** The one that is changed; a new one is made without. */
  group: CameraGroup | undefined;
  onClose(): void;
}

/** So many cameras are looked through by eye. */
const MANY = 12;

function put(id: string | undefined, body: { name: string; camera_ids: string[] }) {
  if (id === undefined) return dataOf(api.POST('/api/v1/camera-groups', { body }));
  return dataOf(api.PUT('/api/v1/camera-groups/{group_id}', { params: { path: { group_id: id } }, body }));
}

/** A group's name and its cameras. Those that were removed leave it when it is saved. */
export function GroupForm({ group, onClose }: Props) {
  const refresh = useRefresh();
  const known = useQuery(cameraNamesQuery).data;
  const cameras = known ?? [];
  const [name, setName] = useState(group?.name ?? '');
  const [chosen, setChosen] = useState(() => group?.camera_ids ?? []);
  const [search, setSearch] = useState('');
  const [tried, setTried] = useState(false);
  const save = useMutation({
    mutationFn: () =>
      put(group?.id, {
        name: name.trim(),
        camera_ids: known ? chosen.filter((id) => known.some((camera) => camera.id === id)) : chosen,
      }),
    onSuccess: async () => {
      onClose();
      await refresh();
    },
  });
  const atName = messageAt(save.error, 'name');
  const shown = cameras.filter((camera) => camera.name.toLowerCase().includes(search.trim().toLowerCase()));
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (name.trim()) save.mutate();
      }}
      data-testid="group-form"
    >
      <Stack>
        <TextInput
          label="Name"
          placeholder="Gates"
          value={name}
          onChange={(event) => {
            save.reset();
            setName(event.currentTarget.value);
          }}
          error={tried && !name.trim() ? 'Give the group a name.' : atName}
          required
          maxLength={64}
          autoComplete="off"
          data-autofocus
          data-testid="group-name"
        />
        <Fieldset legend={`Cameras: ${chosen.length} chosen`} radius="md" px="md" py="sm">
          <Stack gap="sm">
            {cameras.length > MANY && (
              <TextInput
                aria-label="Search cameras"
                placeholder="Search"
                value={search}
                onChange={(event) => setSearch(event.currentTarget.value)}
              />
            )}
            <Checkbox.Group value={chosen} onChange={setChosen}>
              <div className={classes.choices}>
                {shown.map((camera) => (
                  <Checkbox
                    key={camera.id}
                    value={camera.id}
                    label={camera.name}
                    data-testid={`choose-${camera.name}`}
                  />
                ))}
              </div>
            </Checkbox.Group>
            {known?.length === 0 && (
              <Text size="sm" c="dimmed">
                There are no cameras yet.
              </Text>
            )}
          </Stack>
        </Fieldset>
        <ErrorNotice error={save.error} fields={['name']} />
        <Group justify="flex-end" gap="sm">
          <Button variant="subtle" color="gray" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending} data-testid="group-save">
            {group ? 'Save' : 'Make the group'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

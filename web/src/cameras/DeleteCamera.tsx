import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type Camera } from '../api/client';
import { dataOf } from '../api/problem';
import { forgetCamera } from '../api/queries';
import { Notice } from '../ui/Notice';

interface Props {
  camera: Camera;
  onClose(): void;
  onDeleted?(): void;
}

/** What is asked before a camera goes with its recordings: the body of a dialog. */
export function DeleteCamera({ camera, onClose, onDeleted }: Props) {
  const [typed, setTyped] = useState('');
  const remove = useMutation({
    mutationFn: () =>
      dataOf(api.DELETE('/api/v1/cameras/{camera_id}', { params: { path: { camera_id: camera.id } } })),
    onSuccess: () => {
      forgetCamera(camera.id);
      notifications.show({ message: `${camera.name} was deleted, and its recordings with it.` });
      onClose();
      onDeleted?.();
    },
  });
  const confirmed = typed.trim() === camera.name;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (confirmed) remove.mutate();
      }}
    >
      <Stack>
        <Text>
          The camera is no longer recorded. <strong>Its recordings are destroyed</strong>: their keys are
          erased, and nobody can bring them back.
        </Text>
        <TextInput
          label={`Type “${camera.name}” to confirm`}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          autoComplete="off"
          data-autofocus
          data-testid="delete-confirm"
        />
        {remove.error && <Notice>{remove.error.message}</Notice>}
        <Group justify="flex-end">
          <Button variant="subtle" color="gray" onClick={onClose}>
            Cancel
          </Button>
          <Button
            type="submit"
            color="red"
            disabled={!confirmed}
            loading={remove.isPending}
            data-testid="delete-submit"
          >
            Delete camera and recordings
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api/client';
import { dataOf, messageAt } from '../api/problem';
import { ErrorNotice } from '../ui/ErrorNotice';
import { AssignmentEditor } from './AssignmentEditor';
import { assignmentsOf, emptyRow, type AssignmentRow } from './assignmentRows';
import { InvitationCard } from './InvitationCard';
import { useRefresh } from './queries';

const NO_NAME = 'Choose a user name.';

/** A name and roles; then the invitation, which is shown this once. */
export function AddUser({ onClose }: { onClose(): void }) {
  const refresh = useRefresh();
  const [name, setName] = useState('');
  const [rows, setRows] = useState<AssignmentRow[]>(() => [emptyRow()]);
  const [tried, setTried] = useState(false);
  const assignments = assignmentsOf(rows);
  const add = useMutation({
    mutationFn: (body: { name: string; assignments: NonNullable<typeof assignments> }) =>
      dataOf(api.POST('/api/v1/users', { body })),
    onSuccess: refresh,
  });
  if (add.data)
    return <InvitationCard user={add.data.user.name} invitation={add.data.invitation} onDone={onClose} />;
  const atName = messageAt(add.error, 'name');
  const nameProblem = tried && !name.trim() ? NO_NAME : atName;
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (name.trim() && assignments) add.mutate({ name: name.trim(), assignments });
      }}
      data-testid="user-form"
    >
      <Stack>
        <TextInput
          label="User name"
          description="What is entered at sign-in."
          value={name}
          onChange={(event) => {
            setName(event.currentTarget.value);
            if (atName) add.reset();
          }}
          error={nameProblem}
          required
          maxLength={64}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          data-autofocus
          data-testid="user-name"
        />
        <AssignmentEditor rows={rows} onRows={setRows} tried={tried} />
        <ErrorNotice error={add.error} fields={['name']} />
        <Group justify="flex-end" gap="sm">
          <Button variant="subtle" color="gray" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={add.isPending} data-testid="user-save">
            Add and make an invitation
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

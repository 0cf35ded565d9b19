import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api/client';
import { dataOf, messageAt } from '../api/problem';
import { ErrorNotice } from '../ui/ErrorNotice';
import { AssignmentEditor } from './AssignmentEditor';
import { assignmentsOf, rowsOf } from './assignmentRows';
import { EnvelopeCard } from './EnvelopeCard';
import { useRefresh } from './queries';

/** The role that comes with Vedette, by the id that it has everywhere. */
const SECURITY_ADMINISTRATOR = '00000000-0000-4000-8000-000000000006';

/** A name and roles; then the code for the envelope, which is shown this once. */
export function AddBreakGlass({ onClose }: { onClose(): void }) {
  const refresh = useRefresh();
  const [name, setName] = useState('emergency');
  const [rows, setRows] = useState(() =>
    rowsOf([{ role_id: SECURITY_ADMINISTRATOR, scope: 'organisation', denies: false }]),
  );
  const [tried, setTried] = useState(false);
  const assignments = assignmentsOf(rows);
  const add = useMutation({
    mutationFn: (body: { name: string; assignments: NonNullable<typeof assignments> }) =>
      dataOf(api.POST('/api/v1/break-glass', { body })),
    onSuccess: refresh,
  });
  if (add.data) return <EnvelopeCard account={add.data.user.name} code={add.data.code} onDone={onClose} />;
  const atName = messageAt(add.error, 'name');
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (name.trim() && assignments) add.mutate({ name: name.trim(), assignments });
      }}
      data-testid="break-glass-form"
    >
      <Stack>
        <Text size="sm" c="dimmed">
          For the day when nobody else can sign in. It has no password: a code in a sealed envelope opens it,
          once, and all administrators are told at once. It never counts as an administrator who is left.
        </Text>
        <TextInput
          label="Name"
          description="As it stands in the list of users and in the audit log."
          value={name}
          onChange={(event) => {
            setName(event.currentTarget.value);
            if (atName) add.reset();
          }}
          error={tried && !name.trim() ? 'Choose a name.' : atName}
          required
          maxLength={64}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          data-autofocus
          data-testid="break-glass-name"
        />
        <AssignmentEditor rows={rows} onRows={setRows} tried={tried} />
        <ErrorNotice error={add.error} fields={['name']} />
        <Group justify="flex-end" gap="sm">
          <Button variant="subtle" color="gray" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={add.isPending} data-testid="break-glass-save">
            Add and show the code
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

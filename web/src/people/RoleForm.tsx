import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type NewRole, type Right, type Role } from '../api/client';
import { dataOf, messageAt } from '../api/problem';
import { ErrorNotice } from '../ui/ErrorNotice';
import { Notice } from '../ui/Notice';
import { useRefresh } from './queries';
import { conditionFields, conditionProblems, conditionsOf, type Conditions } from './conditions';
import { RightsEditor } from './RightsEditor';
import { RoleConditions } from './RoleConditions';

interface Props {
  /** Of the role that is changed; a new one is made without. */
  id?: string;
  begin: NewRole | undefined;
  onClose(): void;
}

interface Draft extends Conditions {
  name: string;
  rights: Right[];
}

const draftOf = (begin: NewRole | undefined): Draft => ({
  name: begin?.name ?? '',
  rights: begin?.rights ?? [],
  ...conditionsOf(begin),
});

/** What is wrong, by field; a field that is right is missing. */
const problemsOf = (draft: Draft): Partial<Record<keyof Draft, string>> => ({
  ...(draft.name.trim() ? {} : { name: 'Give the role a name.' }),
  ...(draft.rights.length > 0 ? {} : { rights: 'Choose at least one right.' }),
  ...conditionProblems(draft),
});

const roleOf = (draft: Draft): NewRole => ({
  name: draft.name.trim(),
  rights: draft.rights,
  ...conditionFields(draft),
});

function put(id: string | undefined, body: NewRole): Promise<Role> {
  if (id === undefined) return dataOf(api.POST('/api/v1/roles', { body }));
  return dataOf(api.PUT('/api/v1/roles/{role_id}', { params: { path: { role_id: id } }, body }));
}

/** A role: its name, its rights, and on what it depends whether it counts. */
export function RoleForm({ id, begin, onClose }: Props) {
  const refresh = useRefresh();
  const [draft, setDraft] = useState(() => draftOf(begin));
  const [tried, setTried] = useState(false);
  const save = useMutation({
    mutationFn: (role: NewRole) => put(id, role),
    onSuccess: async () => {
      onClose();
      await refresh();
    },
  });
  const problems = problemsOf(draft);
  const shown = tried ? problems : {};
  const set = (with_: Partial<Draft>) => {
    save.reset();
    setDraft({ ...draft, ...with_ });
  };
  const atName = messageAt(save.error, 'name');
  const atNetworks = messageAt(save.error, 'networks');
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (Object.keys(problems).length === 0) save.mutate(roleOf(draft));
      }}
      data-testid="role-form"
    >
      <Stack>
        <TextInput
          label="Name"
          placeholder="Night watch"
          value={draft.name}
          onChange={(event) => set({ name: event.currentTarget.value })}
          error={shown.name ?? atName}
          required
          maxLength={64}
          autoComplete="off"
          data-autofocus
          data-testid="role-name"
        />
        <RightsEditor rights={draft.rights} onRights={(rights) => set({ rights })} />
        {shown.rights && <Notice>{shown.rights}</Notice>}
        <RoleConditions
          draft={draft}
          problems={{ ...shown, ...(atNetworks && { networks: atNetworks }) }}
          onDraft={set}
        />
        <ErrorNotice error={save.error} fields={['name', 'networks']} />
        <Group justify="flex-end" gap="sm">
          <Button variant="subtle" color="gray" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending} data-testid="role-save">
            {id === undefined ? 'Make the role' : 'Save for all who have it'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

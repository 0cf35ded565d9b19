import { Button, Group, NativeSelect, Stack, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { CertificateInput } from '../account/CertificateInput';
import { KindSelect, type TokenKind } from '../account/KindSelect';
import { api, type Right } from '../api/client';
import { dataOf, messageAt } from '../api/problem';
import { useRights } from '../session/useRights';
import { DaysInput } from '../ui/DaysInput';
import { ErrorNotice } from '../ui/ErrorNotice';
import { Notice } from '../ui/Notice';
import { rolesQuery, useRefresh, usersQuery } from './queries';
import { RightsEditor } from './RightsEditor';

const USUAL_DAYS = 90;
const MOST_DAYS = 365;

interface Draft {
  name: string;
  user: string;
  certificate: string;
  rights: Right[];
  kind: TokenKind;
  days: number | '';
}

/** What is wrong, by field; a field that is right is missing. */
const problemsOf = ({
  name,
  user,
  certificate,
  rights,
  days,
}: Draft): Partial<Record<keyof Draft, string>> => ({
  ...(name.trim() ? {} : { name: 'Name the device.' }),
  ...(user ? {} : { user: 'Choose the account that it belongs to.' }),
  ...(certificate.trim() ? {} : { certificate: 'Paste the certificate, or its SHA-256.' }),
  ...(rights.length > 0 ? {} : { rights: 'Choose at least one right.' }),
  ...(days !== '' && days >= 1 && days <= MOST_DAYS ? {} : { days: `Between 1 and ${MOST_DAYS} days.` }),
});

/** A device: its certificate, whose account it belongs to, and what it may of what that may. */
export function AddDevice({ onClose }: { onClose(): void }) {
  const refresh = useRefresh();
  const ownId = useRights()?.user_id;
  const users = (useQuery(usersQuery).data ?? []).filter((user) => user.id !== ownId && !user.envelope);
  const roles = useQuery(rolesQuery).data ?? [];
  const [draft, setDraft] = useState<Draft>({
    name: '',
    user: '',
    certificate: '',
    rights: [],
    kind: 'bridge',
    days: USUAL_DAYS,
  });
  const [tried, setTried] = useState(false);
  const add = useMutation({
    mutationFn: ({ name, user, certificate, rights, kind, days }: Draft) =>
      dataOf(
        api.POST('/api/v1/users/{user_id}/devices', {
          params: { path: { user_id: user } },
          body: {
            name: name.trim(),
            certificate,
            rights,
            client_kind: kind,
            days: days === '' ? USUAL_DAYS : days,
          },
        }),
      ),
    onSuccess: async () => {
      onClose();
      await refresh();
    },
  });
  const problems = problemsOf(draft);
  const shown = tried ? problems : {};
  const set = (change: Partial<Draft>) => {
    add.reset();
    setDraft({ ...draft, ...change });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(problems).length === 0) add.mutate(draft);
  };
  // What the account was given: the server says no to the rest.
  const given = users.find(({ id }) => id === draft.user)?.assignments.filter(({ denies }) => !denies) ?? [];
  const offered = [
    ...new Set(given.flatMap(({ role_id }) => roles.find(({ id }) => id === role_id)?.rights ?? [])),
  ];
  return (
    <form noValidate onSubmit={submit} data-testid="device-form">
      <Stack gap="md">
        <TextInput
          label="Name"
          placeholder="Access control in the lobby"
          value={draft.name}
          onChange={(event) => set({ name: event.currentTarget.value })}
          error={shown.name ?? messageAt(add.error, 'name')}
          required
          maxLength={64}
          autoComplete="off"
          data-autofocus
          data-testid="device-name"
        />
        <NativeSelect
          label="Account"
          description="It never may more than this user, and ends with it. Your own account is left out: another administrator adds to that."
          value={draft.user}
          data={[
            { value: '', label: 'Choose an account' },
            ...users.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          onChange={(event) => set({ user: event.currentTarget.value, rights: [] })}
          error={shown.user}
          required
          data-testid="device-user"
        />
        <CertificateInput
          value={draft.certificate}
          onChange={(certificate) => set({ certificate })}
          error={shown.certificate ?? messageAt(add.error, 'certificate')}
        />
        <KindSelect kind={draft.kind} onKind={(kind) => set({ kind })} />
        {draft.user && (
          <RightsEditor rights={draft.rights} onRights={(rights) => set({ rights })} offered={offered} />
        )}
        {draft.user && offered.length === 0 && (
          <Notice tone="wait">This account has no role, so that its device could do nothing.</Notice>
        )}
        {draft.user && shown.rights && <Notice>{shown.rights}</Notice>}
        <DaysInput
          label="Good for"
          description={`${MOST_DAYS} days at most, and no longer than the certificate.`}
          days={draft.days}
          onDays={(days) => set({ days })}
          error={shown.days}
          testId="device-days"
        />
        <ErrorNotice error={add.error} fields={['name', 'certificate']} />
        <Group justify="flex-end" gap="sm">
          <Button variant="subtle" color="gray" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={add.isPending} data-testid="device-save">
            Add the device
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

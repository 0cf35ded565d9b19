import { Button, Checkbox, Group, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type Invitation, type User } from '../api/client';
import { dataOf } from '../api/problem';
import { formatMoment } from '../ui/format';
import { Notice } from '../ui/Notice';
import { AccountActions } from './AccountActions';
import { AssignmentEditor } from './AssignmentEditor';
import { assignmentsOf, rowsOf, sameRows } from './assignmentRows';
import { DecisionForm } from './DecisionForm';
import { EnvelopeCard } from './EnvelopeCard';
import { InvitationCard } from './InvitationCard';
import { LookAs } from './LookAs';
import classes from './People.module.css';
import { useRefresh } from './queries';
import { SealEnvelope } from './SealEnvelope';
import { UserTokens } from './UserTokens';
import { signedInWords, stateWords } from './words';

interface Props {
  user: User;
  /** Of whoever looks at it: then nothing can be changed. */
  own: boolean;
  onClose(): void;
  onDeleted(): void;
}

function Roles({ user }: { user: User }) {
  const refresh = useRefresh();
  const [saved, setSaved] = useState(() => rowsOf(user.assignments));
  const [rows, setRows] = useState(saved);
  const [tried, setTried] = useState(false);
  const assignments = assignmentsOf(rows);
  const save = useMutation({
    mutationFn: (body: { assignments: NonNullable<typeof assignments> }) =>
      dataOf(api.PATCH('/api/v1/users/{user_id}', { params: { path: { user_id: user.id } }, body })),
    onSuccess: (changed) => {
      const now = rowsOf(changed.assignments);
      setSaved(now);
      setRows(now);
      return refresh();
    },
  });
  const changed = !sameRows(rows, saved);
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (assignments) save.mutate({ assignments });
      }}
    >
      <Stack gap="sm">
        <AssignmentEditor
          rows={rows}
          onRows={(next) => {
            save.reset();
            setRows(next);
          }}
          tried={tried}
        />
        {save.error && <Notice>{save.error.message}</Notice>}
        <Group gap="sm">
          <Button type="submit" disabled={!changed} loading={save.isPending} data-testid="access-save">
            Save roles
          </Button>
          <Text size="sm" role="status">
            {save.isSuccess && !changed && 'Saved; it holds from now on.'}
          </Text>
        </Group>
      </Stack>
    </form>
  );
}

/** Whether somebody else has to let this user in, whatever the roles are. */
function SecondPerson({ user }: { user: User }) {
  const refresh = useRefresh();
  const save = useMutation({
    mutationFn: (second_person: boolean) =>
      dataOf(
        api.PATCH('/api/v1/users/{user_id}', {
          params: { path: { user_id: user.id } },
          body: { second_person },
        }),
      ),
    onSuccess: refresh,
  });
  const wanted = save.isPending ? save.variables : user.second_person;
  return (
    <Stack gap="xs">
      <Checkbox
        label="A second person lets this user in"
        description="After the own factors, sign-in waits until somebody who may approve has said yes. It holds from the next sign-in on."
        checked={wanted}
        disabled={save.isPending}
        onChange={(event) => save.mutate(event.currentTarget.checked)}
        data-testid="user-second-person"
      />
      {save.error && <Notice>{save.error.message}</Notice>}
    </Stack>
  );
}

/** All about one user: the roles, what they come to, and the account itself. */
export function UserCard({ user, own, onClose, onDeleted }: Props) {
  const [invitation, setInvitation] = useState<Invitation>();
  const [code, setCode] = useState<string>();
  if (code) return <EnvelopeCard account={user.name} code={code} onDone={onClose} />;
  if (invitation) return <InvitationCard user={user.name} invitation={invitation} onDone={onClose} />;
  return (
    <Stack gap="lg" data-testid="user-card">
      <Text size="sm" c="dimmed">
        {stateWords(user)}
        {user.sessions > 0 && ` · ${signedInWords(user.sessions)}`} · added {formatMoment(user.created_90k)}
      </Text>
      {own ? (
        <Text size="sm" data-testid="own-user">
          This is your own account. Nobody changes the own account, so that nobody can give himself more than
          he was given: ask another administrator.
        </Text>
      ) : (
        <section aria-label="Roles">
          <h3 className={classes.heading}>Roles</h3>
          <Roles user={user} />
        </section>
      )}
      {!own && user.envelope && (
        <section aria-label="Envelope">
          <h3 className={classes.heading}>Sealed envelope</h3>
          <SealEnvelope user={user} onSealed={setCode} />
        </section>
      )}
      {!own && !user.envelope && (
        <section aria-label="Sign-in">
          <h3 className={classes.heading}>Sign-in</h3>
          <SecondPerson user={user} />
        </section>
      )}
      <section aria-label="Question">
        <h3 className={classes.heading}>{own ? 'What may you do?' : 'What may this user do?'}</h3>
        <Stack gap="md">
          <DecisionForm user={user} />
          {!own && <LookAs user={user} />}
        </Stack>
      </section>
      {!own && !user.envelope && <UserTokens user={user} />}
      {!own && (
        <section aria-label="Account">
          <h3 className={classes.heading}>Account</h3>
          <AccountActions user={user} onInvited={setInvitation} onDeleted={onDeleted} />
        </section>
      )}
    </Stack>
  );
}

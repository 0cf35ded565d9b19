import { Button, Group, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type Invitation, type User } from '../api/client';
import { dataOf } from '../api/problem';
import { Ask } from './Ask';
import { useRefresh } from './queries';

interface Props {
  user: User;
  onInvited(invitation: Invitation): void;
  onDeleted(): void;
}

type Action = 'suspend' | 'resume' | 'invite' | 'sign-out' | 'delete';

interface ActionWords {
  offer: string;
  question: string;
  yes: string;
}

const WORDS: Record<Action, ActionWords> = {
  suspend: {
    offer: 'Suspend…',
    question: 'Signed out everywhere at once, and kept out until you open the account again. The roles stay.',
    yes: 'Suspend',
  },
  resume: {
    offer: 'Open again…',
    question: 'The user can sign in again, with the same password and the same roles.',
    yes: 'Open again',
  },
  invite: {
    offer: 'New invitation…',
    question:
      'Takes the password away and signs the user out everywhere. A new password is chosen by the invitation.',
    yes: 'Make a new invitation',
  },
  'sign-out': {
    offer: 'Sign out…',
    question: 'All that this user has open ends. Signing in again is possible at once.',
    yes: 'Sign out everywhere',
  },
  delete: {
    offer: 'Delete…',
    question: 'The account and its roles are deleted, and the user is signed out. Nobody can bring it back.',
    yes: 'Delete the user',
  },
};

/** Gives an invitation where the action makes one. */
async function perform(user: User, action: Action): Promise<Invitation | undefined> {
  const params = { path: { user_id: user.id } };
  switch (action) {
    case 'suspend':
    case 'resume':
      await dataOf(
        api.PATCH('/api/v1/users/{user_id}', { params, body: { suspended: action === 'suspend' } }),
      );
      return undefined;
    case 'invite':
      return dataOf(api.POST('/api/v1/users/{user_id}/invitation', { params }));
    case 'sign-out':
      await dataOf(api.DELETE('/api/v1/users/{user_id}/sessions', { params }));
      return undefined;
    case 'delete':
      await dataOf(api.DELETE('/api/v1/users/{user_id}', { params }));
      return undefined;
  }
}

function actionsFor({ state, sessions, envelope }: User): Action[] {
  const actions: Action[] = [state === 'suspended' ? 'resume' : 'suspend'];
  if (!envelope) actions.push('invite');
  if (sessions > 0) actions.push('sign-out');
  return [...actions, 'delete'];
}

/** What can be done to an account as a whole; each is asked about first. */
export function AccountActions({ user, onInvited, onDeleted }: Props) {
  const refresh = useRefresh();
  const [asked, setAsked] = useState<Action>();
  const act = useMutation({
    mutationFn: (action: Action) => perform(user, action),
    onSuccess: async (invitation, action) => {
      if (action === 'delete') onDeleted();
      if (invitation) onInvited(invitation);
      setAsked(undefined);
      await refresh();
    },
  });
  if (asked) {
    const { question, yes } = WORDS[asked];
    return (
      <Ask
        yes={yes}
        pending={act.isPending}
        error={act.error}
        onYes={() => act.mutate(asked)}
        onNo={() => {
          act.reset();
          setAsked(undefined);
        }}
      >
        {question}
      </Ask>
    );
  }
  return (
    <Stack gap="xs">
      <Group gap="sm">
        {actionsFor(user).map((action) => (
          <Button
            key={action}
            variant="default"
            size="sm"
            c={action === 'delete' ? 'var(--vedette-bad)' : undefined}
            onClick={() => setAsked(action)}
            data-testid={`account-${action}`}
          >
            {WORDS[action].offer}
          </Button>
        ))}
      </Group>
    </Stack>
  );
}

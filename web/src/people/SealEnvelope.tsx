import { Button, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type User } from '../api/client';
import { dataOf } from '../api/problem';
import { Ask } from './Ask';
import { useRefresh } from './queries';
import { envelopeWords } from './words';

/** How it is with the envelope of a break-glass account, and a new one. */
export function SealEnvelope({ user, onSealed }: { user: User; onSealed(code: string): void }) {
  const refresh = useRefresh();
  const [asked, setAsked] = useState(false);
  const seal = useMutation({
    mutationFn: () =>
      dataOf(api.POST('/api/v1/users/{user_id}/envelope', { params: { path: { user_id: user.id } } })),
    onSuccess: async ({ code }) => {
      onSealed(code);
      await refresh();
    },
  });
  if (asked)
    return (
      <Ask
        yes="Seal a new envelope"
        pending={seal.isPending}
        error={seal.error}
        onYes={() => seal.mutate()}
        onNo={() => {
          seal.reset();
          setAsked(false);
        }}
      >
        The code of the old envelope is good for nothing any more, and whoever is signed in with it is signed
        out. Destroy the old envelope.
      </Ask>
    );
  return (
    <Stack gap="sm" align="start">
      <Text size="sm" data-testid="envelope-state">
        {envelopeWords(user.envelope)}
      </Text>
      <Button variant="default" size="sm" onClick={() => setAsked(true)} data-testid="envelope-seal">
        New envelope…
      </Button>
    </Stack>
  );
}

import { Anchor, Checkbox, Stack } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api/client';
import { dataOf } from '../api/problem';
import { Notice } from '../ui/Notice';
import { DoorPage } from './DoorPage';
import { SecondFactorChoice } from './SecondFactorChoice';

/** Whoever has just claimed the installation is its only administrator: a password alone is little for that. */
export function OfferSecondFactorPage({ onDone }: { onDone(): void }) {
  const queryClient = useQueryClient();
  const [ofAll, setOfAll] = useState(true);
  const askOfAll = useMutation({
    mutationFn: async () => {
      if (!ofAll) return;
      const rules = await dataOf(api.GET('/api/v1/access-rules'));
      await dataOf(api.PUT('/api/v1/access-rules', { body: { ...rules, second_factor: 'administrators' } }));
    },
    onSuccess: () => {
      void queryClient.invalidateQueries();
      onDone();
    },
  });
  return (
    <DoorPage
      title="Protect your account"
      intro="You may do everything here. With a second factor, whoever learns your password can’t sign in with it alone. It takes a minute."
    >
      <Stack>
        {askOfAll.error && <Notice>{askOfAll.error.message}</Notice>}
        <SecondFactorChoice onDone={() => askOfAll.mutate()} />
        <Checkbox
          label="Ask a second factor of every administrator"
          description="Whoever becomes one sets it up at the next sign-in."
          checked={ofAll}
          onChange={(event) => setOfAll(event.currentTarget.checked)}
          data-testid="offer-of-all"
        />
        <Anchor component="button" type="button" size="sm" onClick={onDone} data-testid="offer-later">
          Later, in Your account
        </Anchor>
      </Stack>
    </DoorPage>
  );
}

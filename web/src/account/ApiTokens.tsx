import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { api, type Account, type CreatedApiToken } from '../api/client';
import { dataOf } from '../api/problem';
import { apiTokensQuery } from '../api/queries';
import { Notice } from '../ui/Notice';
import { NewToken } from './NewToken';
import { TokenList } from './TokenList';
import { TokenShown } from './TokenShown';

/** The own API tokens: a new one, which is shown once, and those that there are. */
export function ApiTokens({ account }: { account: Account }) {
  const queryClient = useQueryClient();
  const { data, error } = useQuery(apiTokensQuery);
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<CreatedApiToken>();
  const newButton = useRef<HTMLButtonElement>(null);
  // It comes back in place of what had the focus.
  const focusNew = () => window.setTimeout(() => newButton.current?.focus());
  const done = () => {
    setMade(undefined);
    focusNew();
  };
  const refresh = () => queryClient.invalidateQueries({ queryKey: apiTokensQuery.queryKey });
  const revoke = useMutation({
    mutationFn: (id: string) =>
      dataOf(api.DELETE('/api/v1/account/tokens/{token_id}', { params: { path: { token_id: id } } })),
    onSettled: refresh,
  });
  if (!data) return error && <Notice>{error.message}</Notice>;
  return (
    <Stack gap="md" align="stretch">
      <Text size="sm">
        A program uses the API with a token in place of your password. It may what you chose for it, and never
        more than you may yourself.
      </Text>
      {made && <TokenShown made={made} onDone={done} />}
      <TokenList tokens={data.tokens} revoke={revoke} />
      {making && (
        <NewToken
          account={account}
          offered={data.rights}
          onMade={(token) => {
            setMaking(false);
            setMade(token);
            void refresh();
          }}
          onCancel={() => {
            setMaking(false);
            focusNew();
          }}
        />
      )}
      {!making && !made && data.rights.length > 0 && (
        <Group>
          <Button ref={newButton} variant="default" onClick={() => setMaking(true)} data-testid="token-new">
            New token
          </Button>
        </Group>
      )}
      {data.rights.length === 0 && (
        <Text size="sm" c="dimmed">
          Your account has no rights that a token could have.
        </Text>
      )}
    </Stack>
  );
}

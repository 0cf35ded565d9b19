import { Badge, Button, Group, Stack, Text } from '@mantine/core';
import { useQuery, type UseMutationResult } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { ApiToken } from '../api/client';
import { camerasQuery } from '../api/queries';
import { Ask } from '../people/Ask';
import classes from './Account.module.css';
import { endWords, keyWords, scopeWords, tokenState, usedWords } from './tokenWords';

/** Takes the id of a token. */
type Revoke = UseMutationResult<unknown, Error, string>;

const BADGES = { good: undefined, soon: 'ends soon', expired: 'expired' } as const;

interface RowProps {
  token: ApiToken;
  scope: string;
  /** Whose account it belongs to, where that is not plain. */
  owner?: string | undefined;
  revoke: Revoke;
  onRevoked(): void;
}

function Row({ token, scope, owner, revoke, onRevoked }: RowProps) {
  const [asked, setAsked] = useState<boolean>();
  const deed = useRef<HTMLDivElement>(null);
  // What had the focus is replaced by what comes next.
  useEffect(() => {
    if (asked !== undefined) deed.current?.querySelector('button')?.focus();
  }, [asked]);
  const badge = BADGES[tokenState(token)];
  return (
    <li className={classes.token} data-testid="api-token">
      <Stack gap={2}>
        <Group gap="xs">
          <Text className={classes.wrapped}>{token.name}</Text>
          {token.device && (
            <Badge variant="default" size="sm">
              device
            </Badge>
          )}
          {badge && (
            <Badge variant="default" size="sm">
              {badge}
            </Badge>
          )}
        </Group>
        <Text size="sm">{scope}</Text>
        <Text size="xs" c="dimmed" className={classes.wrapped}>
          {owner !== undefined && `Account ${owner} · `}
          {keyWords(token)}
        </Text>
        <Text size="xs" c="dimmed" className="tabular">
          {endWords(token)} · {usedWords(token)}
        </Text>
      </Stack>
      <div ref={deed} className={asked ? classes.question : undefined}>
        {asked ? (
          <Ask
            yes="Revoke"
            pending={revoke.isPending}
            error={revoke.error}
            onYes={() => revoke.mutate(token.id, { onSuccess: onRevoked })}
            onNo={() => {
              revoke.reset();
              setAsked(false);
            }}
          >
            {token.device ? token.name : `The program that uses ${token.name}`} is refused at once, and what
            it has open ends.{' '}
            {token.device ? 'Its certificate can be registered again.' : 'Nobody can bring the token back.'}
          </Ask>
        ) : (
          <Button
            variant="default"
            size="xs"
            onClick={() => setAsked(true)}
            aria-label={`Revoke ${token.name}`}
            data-testid={`revoke-${token.name}`}
          >
            Revoke…
          </Button>
        )}
      </div>
    </li>
  );
}

interface Props {
  tokens: readonly ApiToken[];
  revoke: Revoke;
  label?: string;
  ownerOf?(id: string): string | undefined;
}

/** API tokens, each with what it may and when it was used, and the way to revoke it. */
export function TokenList({ tokens, revoke, label = 'API tokens', ownerOf }: Props) {
  const cameras = useQuery(camerasQuery).data?.cameras ?? [];
  const all = useRef<HTMLDivElement>(null);
  return (
    <div ref={all} tabIndex={-1} role="group" aria-label={label}>
      {tokens.length === 0 && (
        <Text size="sm" c="dimmed">
          There are none.
        </Text>
      )}
      <ul className={classes.sessions}>
        {tokens.map((token) => (
          <Row
            key={token.id}
            token={token}
            scope={scopeWords(token, cameras)}
            owner={ownerOf?.(token.id)}
            revoke={revoke}
            onRevoked={() => all.current?.focus()}
          />
        ))}
      </ul>
    </div>
  );
}

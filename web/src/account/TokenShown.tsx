import { Button, Code, CopyButton, Group, Paper, Stack, Text } from '@mantine/core';
import { useEffect, useRef } from 'react';
import type { CreatedApiToken } from '../api/client';
import { formatMoment } from '../ui/format';
import { IconCheck, IconCopy } from '../ui/icons';
import classes from './Account.module.css';

/** A new token, this once. */
export function TokenShown({ made, onDone }: { made: CreatedApiToken; onDone(): void }) {
  const card = useRef<HTMLDivElement>(null);
  // The form that had the focus is gone; what is read next is this.
  useEffect(() => card.current?.focus(), []);
  return (
    <Paper
      withBorder
      p="md"
      radius="md"
      ref={card}
      tabIndex={-1}
      role="group"
      aria-label={`The new token ${made.token.name}`}
      data-testid="token-made"
    >
      <Stack gap="sm">
        <Text size="sm">
          This is the token <strong className={classes.wrapped}>{made.token.name}</strong>. Copy it to where
          the program keeps its secrets: it is shown now and never again. It is good until{' '}
          {formatMoment(made.token.expires_90k)}.
        </Text>
        <Code block className={classes.newToken} data-testid="token-secret">
          {made.secret}
        </Code>
        <Group gap="sm">
          <CopyButton value={made.secret}>
            {({ copied, copy }) => (
              <Button
                leftSection={copied ? <IconCheck size={17} /> : <IconCopy size={17} />}
                onClick={copy}
                data-testid="token-copy"
              >
                <span aria-live="polite">{copied ? 'Copied' : 'Copy'}</span>
              </Button>
            )}
          </CopyButton>
          <Button variant="default" onClick={onDone} data-testid="token-done">
            Done
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}

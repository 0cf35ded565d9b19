import { Button, Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Notice } from '../ui/Notice';

interface Props {
  /** What it would do. */
  children: ReactNode;
  yes: string;
  pending: boolean;
  error: Error | null;
  onYes(): void;
  onNo(): void;
}

/** What is asked before something that can't be taken back, and what the server said of it. */
export function Ask({ children, yes, pending, error, onYes, onNo }: Props) {
  return (
    <Stack gap="sm" data-testid="ask">
      <Text size="sm">{children}</Text>
      {error && <Notice>{error.message}</Notice>}
      <Group gap="sm">
        <Button color="red" loading={pending} onClick={onYes} data-autofocus data-testid="ask-yes">
          {yes}
        </Button>
        <Button variant="subtle" color="gray" onClick={onNo}>
          Cancel
        </Button>
      </Group>
    </Stack>
  );
}

import { Paper, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Mark } from '../ui/Logo';

interface Props {
  title?: string;
  children?: ReactNode;
}

/** What somebody sees who may see nothing: one sentence, and whom to ask. */
export function NothingToSee({ title = 'No camera is open to you', children }: Props) {
  return (
    <Paper withBorder radius="lg" p="xl" data-testid="nothing-to-see">
      <Stack align="center" gap="sm" py="xl" maw={520} mx="auto" ta="center">
        <Mark size={52} />
        <Title order={2} size="h3" mt="sm">
          {title}
        </Title>
        <Text c="dimmed">
          Ask whoever manages the users of this site to give you a role over the cameras that you need.
        </Text>
        {children}
      </Stack>
    </Paper>
  );
}

import { Button, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from 'react-router-dom';
import type { User } from '../api/client';
import { beginViewing } from '../session/viewing';
import { IconEye } from '../ui/icons';
import { Notice } from '../ui/Notice';

/** Everything as this user sees it, to find out whether the roles do what they should. */
export function LookAs({ user }: { user: User }) {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const begin = useMutation({
    mutationFn: () => beginViewing(queryClient, user),
    onSuccess: () => navigate('/live'),
  });
  return (
    <Stack gap="xs" align="flex-start">
      <Button
        variant="default"
        size="sm"
        leftSection={<IconEye size={17} />}
        disabled={user.state === 'suspended'}
        loading={begin.isPending}
        onClick={() => begin.mutate()}
        data-testid="look-as"
      >
        Look as {user.name}
      </Button>
      <Text size="xs" c="dimmed">
        {user.state === 'suspended'
          ? 'A suspended user sees nothing.'
          : 'Shows the places and cameras that this user has. You see no picture that you may not see yourself, and change nothing. It is written into the audit log.'}
      </Text>
      {begin.error && <Notice>{begin.error.message}</Notice>}
    </Stack>
  );
}

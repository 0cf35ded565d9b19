import { ActionIcon, Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconLogout, IconUserCircle } from '../ui/icons';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../api/client';
import { ApiError, dataOf } from '../api/problem';
import { sessionQuery, signedOutQuery } from '../api/queries';

export function AccountMenu() {
  const queryClient = useQueryClient();
  const { data: session } = useQuery(sessionQuery);
  const signOut = useMutation({
    mutationFn: () => dataOf(api.DELETE('/api/v1/session')),
    onSuccess: leave,
    onError: (error) => {
      if (error instanceof ApiError && error.status === 401) leave();
      else notifications.show({ color: 'red', title: 'You are still signed in', message: error.message });
    },
  });

  /** Nothing of what this user saw stays for the next one. */
  function leave() {
    queryClient.removeQueries({
      predicate: ({ queryKey }) => queryKey[0] !== 'session' && queryKey[0] !== 'signed-out',
    });
    queryClient.setQueryData(signedOutQuery.queryKey, true);
    queryClient.setQueryData(sessionQuery.queryKey, null);
  }

  return (
    <Menu position="bottom-end" withInitialFocusPlaceholder={false} withinPortal>
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={`Account of ${session?.username ?? ''}`}
          data-testid="account-menu"
        >
          <IconUserCircle size={21} stroke={1.6} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {session?.username}, {session?.role}
        </Menu.Label>
        <Menu.Item
          leftSection={<IconLogout size={16} />}
          onClick={() => signOut.mutate()}
          data-testid="sign-out"
        >
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

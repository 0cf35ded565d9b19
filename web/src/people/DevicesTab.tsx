import { Button, Group, Modal, Skeleton, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { TokenList } from '../account/TokenList';
import { api } from '../api/client';
import { dataOf } from '../api/problem';
import { IconPlus } from '../ui/icons';
import { Notice } from '../ui/Notice';
import { useDialog } from '../ui/useDialog';
import { AddDevice } from './AddDevice';
import classes from './People.module.css';
import { devicesQuery, usersQuery } from './queries';

/** Devices and programs that sign in by a certificate alone. */
export function DevicesTab() {
  const queryClient = useQueryClient();
  const { data: devices, error } = useQuery(devicesQuery);
  const users = useQuery(usersQuery).data ?? [];
  const { opened, show, close } = useDialog<'add'>();
  const revoke = useMutation({
    mutationFn: (id: string) => {
      const user_id = devices?.find((device) => device.id === id)?.user_id ?? '';
      return dataOf(
        api.DELETE('/api/v1/users/{user_id}/tokens/{token_id}', {
          params: { path: { user_id, token_id: id } },
        }),
      );
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: devicesQuery.queryKey }),
  });
  const ownerOf = (id: string) => {
    const owner = devices?.find((device) => device.id === id)?.user_id;
    return users.find((user) => user.id === owner)?.name;
  };
  return (
    <Stack gap="md">
      <Group justify="space-between" align="center">
        <Text size="sm" c="dimmed" className={classes.intro}>
          A device signs in with a key that never leaves it, at the port that “serve --device-listen” names.
          It belongs to an account, and never may more than that.
        </Text>
        <Button leftSection={<IconPlus size={18} />} onClick={() => show('add')} data-testid="add-device">
          Add a device
        </Button>
      </Group>
      {!devices && error && <Notice>{error.message}</Notice>}
      {!devices && !error && <Skeleton height={120} radius="lg" />}
      {devices && <TokenList tokens={devices} revoke={revoke} label="Devices" ownerOf={ownerOf} />}
      <Modal opened={opened} onClose={close} title="Add a device" size="lg" closeOnClickOutside={false}>
        <AddDevice onClose={close} />
      </Modal>
    </Stack>
  );
}

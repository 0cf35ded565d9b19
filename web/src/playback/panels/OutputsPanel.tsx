import { Button, Group, Skeleton, Stack, Switch, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../../api/client';
import { dataOf } from '../../api/problem';
import { relaysQuery } from '../../control/queries';
import { sentence } from '../../ui/format';
import { Notice } from '../../ui/Notice';
import type { PanelProps } from './panel';

/** Switches the camera's relay outputs. */
export function OutputsPanel({ camera }: PanelProps) {
  const queryClient = useQueryClient();
  const { data, error } = useQuery(relaysQuery(camera.id));
  const change = useMutation({
    mutationFn: (body: { token: string; active: boolean }) =>
      dataOf(
        api.POST('/api/v1/cameras/{camera_id}/relays', { params: { path: { camera_id: camera.id } }, body }),
      ),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['relays', camera.id] }),
  });
  if (!data && error) return <Notice>{error.message}</Notice>;
  if (!data) return <Skeleton height={80} radius="md" />;
  if (!data.supported || data.relays.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {data.supported ? 'This camera has no relay outputs.' : sentence(data.message)}
      </Text>
    );
  }
  return (
    <Stack gap="md" data-testid="outputs">
      {change.error && <Notice>{change.error.message}</Notice>}
      {data.relays.map((relay) => (
        <Group key={relay.token} justify="space-between" wrap="nowrap">
          <div>
            <Text fw={600} size="sm">
              {relay.token}
            </Text>
            <Text size="sm" c="dimmed">
              {relay.active === null ? 'State not known' : relay.active ? 'On' : 'Off'}
              {relay.returns_by_itself && ' · falls back by itself'}
            </Text>
          </div>
          {relay.returns_by_itself ? (
            <Button
              size="sm"
              variant="default"
              loading={change.isPending && change.variables.token === relay.token}
              onClick={() => change.mutate({ token: relay.token, active: true })}
            >
              Switch on
            </Button>
          ) : (
            <Switch
              size="md"
              aria-label={`Output ${relay.token}`}
              checked={relay.active === true}
              disabled={change.isPending}
              onChange={(event) => change.mutate({ token: relay.token, active: event.currentTarget.checked })}
              data-testid="relay-switch"
            />
          )}
        </Group>
      ))}
    </Stack>
  );
}

import { Card, Switch, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { api } from '../api/client';
import { dataOf } from '../api/problem';
import { queryClient, settingsQuery } from '../api/queries';
import { Notice } from '../ui/Notice';

/** Whether the first key that a camera shows is believed. */
export function TrustSetting() {
  const { data } = useQuery(settingsQuery);
  const change = useMutation({
    mutationFn: (on: boolean) =>
      dataOf(api.PATCH('/api/v1/settings', { body: { only_trusted_certificates: on } })),
    onSuccess: (settings) => queryClient.setQueryData(settingsQuery.queryKey, settings),
  });
  if (!data) return null;
  return (
    <Card withBorder radius="lg" padding="md" component="section" aria-label="Trust">
      <Switch
        label="Only trusted certificates"
        description="Cameras that speak TLS are recorded only if a certificate authority vouches for them, or you have accepted their key. Off: the key that a camera shows first is remembered, and any other refused."
        checked={change.isPending ? change.variables : data.only_trusted_certificates}
        disabled={change.isPending}
        onChange={(event) => change.mutate(event.currentTarget.checked)}
        data-testid="only-trusted-certificates"
      />
      {change.isPending && (
        <Text size="sm" c="dimmed" role="status" mt="xs">
          Cameras are connected anew…
        </Text>
      )}
      {change.error && <Notice>{change.error.message}</Notice>}
    </Card>
  );
}

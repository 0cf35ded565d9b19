import { Button, Group, Skeleton, Stack, Text, TextInput, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type Approval } from '../api/client';
import { dataOf } from '../api/problem';
import { nowTicks } from '../media/ticks';
import { focusContent } from '../ui/useDialog';
import { Notice } from '../ui/Notice';
import { usePageTitle } from '../ui/usePageTitle';
import classes from './Clearance.module.css';
import { approvalsQuery, useMayApprove } from './queries';
import { APPROVAL_WORDS, codeOf, factsOf, untilWords } from './words';

function ApprovalCard({ approval }: { approval: Approval }) {
  const queryClient = useQueryClient();
  const [reason, setReason] = useState('');
  const answer = useMutation({
    mutationFn: (approve: boolean) =>
      dataOf(
        api.POST('/api/v1/approvals/{clearance_id}', {
          params: { path: { clearance_id: approval.id } },
          body: { approve, digest: approval.digest, reason: reason.trim() },
        }),
      ),
    onSuccess: (_, approve) => {
      notifications.show({
        message: approve
          ? `Approved: ${approval.requester} can ${isSignIn ? 'come in' : 'go on'}.`
          : 'Refused.',
      });
      focusContent();
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: approvalsQuery.queryKey }),
  });
  const isSignIn = approval.action === 'sign_in';
  const words = APPROVAL_WORDS[approval.action];
  const title = approval.camera_name ? `${words}: ${approval.camera_name}` : words;
  return (
    <li className={classes.card} data-testid="approval">
      <Stack gap="sm">
        <Group justify="space-between" gap="xs" align="start">
          <Title order={2} size="h4">
            {title}
          </Title>
          <Text size="sm" c="dimmed">
            {untilWords(approval.expires_90k, nowTicks())}
          </Text>
        </Group>
        <Text>
          <strong>{approval.requester}</strong> {isSignIn ? 'asks to be let in' : 'asks'}
          {approval.second_factor && ', with a second factor'}
          {approval.reason ? `: ${approval.reason}` : '.'}
        </Text>
        <dl className={classes.facts}>
          {factsOf(approval).map(({ label, value }) => (
            <div key={label} style={{ display: 'contents' }}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
          <dt>Code</dt>
          <dd data-testid="approval-code">{codeOf(approval.digest)}</dd>
        </dl>
        <TextInput
          label="A word to who asks"
          maxLength={200}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          data-testid="approval-reason"
        />
        {answer.error && <Notice>{answer.error.message}</Notice>}
        <Group gap="sm">
          <Button
            loading={answer.isPending && answer.variables === true}
            disabled={answer.isPending}
            onClick={() => answer.mutate(true)}
            aria-label={`Approve: ${title}`}
            data-testid="approval-approve"
          >
            Approve
          </Button>
          <Button
            variant="default"
            loading={answer.isPending && answer.variables === false}
            disabled={answer.isPending}
            onClick={() => answer.mutate(false)}
            aria-label={`Refuse: ${title}`}
            data-testid="approval-refuse"
          >
            Refuse
          </Button>
        </Group>
      </Stack>
    </li>
  );
}

function ApprovalList() {
  const { data, error } = useQuery(approvalsQuery);
  if (!data && error) return <Notice>{error.message}</Notice>;
  if (!data) return <Skeleton height={160} radius="lg" />;
  return (
    <>
      <Text role="status" c={data.length === 0 ? 'dimmed' : undefined} data-testid="approvals-count">
        {data.length === 0 && 'Nothing waits for you. What others ask appears here by itself.'}
        {data.length === 1 && 'One request waits for you.'}
        {data.length > 1 && `${data.length} requests wait for you.`}
      </Text>
      <ul className={classes.list}>
        {data.map((approval) => (
          <ApprovalCard key={approval.id} approval={approval} />
        ))}
      </ul>
    </>
  );
}

/** What others are about to do, and may only with a second person. */
export function ApprovalsPage() {
  usePageTitle('Approvals');
  const mayApprove = useMayApprove();
  return (
    <Stack gap="md">
      <div>
        <Title order={1} size="h2">
          Approvals
        </Title>
        <Text size="sm" c="dimmed">
          What others are about to do, and may only with a second person; or that they sign in. Ask them what
          for, if you do not know, and compare the code.
        </Text>
      </div>
      {mayApprove ? (
        <ApprovalList />
      ) : (
        <Notice tone="wait">Your account may not approve what others do.</Notice>
      )}
    </Stack>
  );
}

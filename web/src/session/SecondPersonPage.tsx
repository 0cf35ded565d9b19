import { Anchor, Loader, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api, type SecondPersonNeeded, type Session } from '../api/client';
import { ApiError, dataOf } from '../api/problem';
import classes from '../clearance/Clearance.module.css';
import { codeOf } from '../clearance/words';
import { msFromTicks, nowTicks } from '../media/ticks';
import { focusWhereLost } from '../ui/focus';
import { formatSeconds } from '../ui/format';
import { Notice } from '../ui/Notice';
import { DoorPage } from './DoorPage';
import { useCountdown } from './useCountdown';

interface Props {
  /** What sign-in answered once all own factors were right. */
  needed: SecondPersonNeeded;
  onSignedIn(session: Session): void;
  /** Back to user name and password. */
  onAgain(): void;
}

/** Somebody else has to let this person in; the page waits, and goes on by itself. */
export function SecondPersonPage({ needed, onSignedIn, onAgain }: Props) {
  const { waiting } = needed;
  const finish = useMutation({
    mutationFn: () => dataOf(api.POST('/api/v1/session/second-person', { body: { waiting } })),
    onSuccess: onSignedIn,
  });
  const { data, error } = useQuery({
    queryKey: ['session', 'waiting', waiting],
    queryFn: () => dataOf(api.POST('/api/v1/session/second-person/state', { body: { waiting } })),
    refetchInterval: ({ state }) =>
      state.data?.state === 'refused' || (state.error instanceof ApiError && state.error.status === 401)
        ? false
        : 2_000,
    refetchIntervalInBackground: true,
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
  const approved = data?.state === 'approved';
  const { mutate } = finish;
  useEffect(() => {
    if (approved) mutate();
  }, [approved, mutate]);
  const [deadline] = useState(() => Date.now() + msFromTicks(needed.expires_90k - nowTicks()));
  const left = useCountdown(deadline);
  const over = (error instanceof ApiError && error.status === 401) || finish.error;
  const refused = data?.state === 'refused';
  return (
    <DoorPage
      title={refused ? 'Not let in' : 'Somebody has to let you in'}
      intro={
        refused
          ? 'Ask whoever refused, if you do not know why.'
          : 'Your organisation asks a second person for your sign-in. It was right so far.'
      }
    >
      <Stack data-testid="second-person">
        {refused && (
          <Notice>
            {data.answered_by} did not let you in{data.answer ? `: ${data.answer}` : '.'}
          </Notice>
        )}
        {!refused && over && <Notice>{(finish.error ?? error)?.message}</Notice>}
        {!refused && !over && (
          <>
            <Text>
              Ask somebody who may approve: your sign-in is shown there under <strong>Approvals</strong>, with
              this code.
            </Text>
            <code className={classes.code} data-testid="second-person-code">
              {codeOf(needed.digest)}
            </code>
            <Group gap="sm" role="status">
              <Loader size="xs" aria-hidden="true" />
              <Text size="sm" c="dimmed">
                {approved
                  ? `${data.answered_by} has let you in…`
                  : `This page goes on by itself${left > 0 ? `, and ends in ${formatSeconds(left)}` : ''}.`}
              </Text>
            </Group>
            {error && <Notice tone="wait">{error.message}</Notice>}
          </>
        )}
        <Anchor
          component="button"
          type="button"
          size="sm"
          ref={focusWhereLost}
          onClick={onAgain}
          data-testid="second-person-again"
        >
          Begin again
        </Anchor>
      </Stack>
    </DoorPage>
  );
}

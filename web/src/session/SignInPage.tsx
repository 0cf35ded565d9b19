import { Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api } from '../api/client';
import { ApiError, dataOf } from '../api/problem';
import { sessionQuery, signedOutQuery } from '../api/queries';
import { formatSeconds } from '../ui/format';
import { Notice } from '../ui/Notice';
import { DoorPage } from './DoorPage';

/** Seconds until `deadline` (ms since 1970), counted down; 0 when it has passed or there is none. */
function useCountdown(deadline: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const tick = () => {
      setNow(Date.now());
      if (Date.now() >= deadline) window.clearInterval(timer);
    };
    const timer = window.setInterval(tick, 500);
    tick();
    return () => window.clearInterval(timer);
  }, [deadline]);
  return Math.max(0, Math.ceil((deadline - now) / 1000));
}

/** `ended`: somebody was signed in here a moment ago, and did not sign out. */
export function SignInPage({ ended }: { ended: boolean }) {
  const queryClient = useQueryClient();
  const [retryAt, setRetryAt] = useState(0);
  const wait = useCountdown(retryAt);
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { username: '', password: '' },
    validate: {
      username: (value) => (value.trim() ? null : 'Enter your user name.'),
      password: (value) => (value ? null : 'Enter your password.'),
    },
  });
  const signIn = useMutation({
    mutationFn: (values: typeof form.values) =>
      dataOf(
        api.POST('/api/v1/session', {
          body: { username: values.username.trim(), password: values.password },
        }),
      ),
    onSuccess: (session) => {
      queryClient.setQueryData(signedOutQuery.queryKey, false);
      queryClient.setQueryData(sessionQuery.queryKey, session);
    },
    onError: (error) => {
      if (error instanceof ApiError && error.retryAfterSeconds !== undefined) {
        setRetryAt(Date.now() + error.retryAfterSeconds * 1000);
      }
    },
  });
  return (
    <DoorPage
      title="Sign in"
      intro={
        ended
          ? 'Your session has ended. Sign in to go on where you were.'
          : 'Live pictures and recordings of your site.'
      }
    >
      <form noValidate onSubmit={form.onSubmit((values) => signIn.mutate(values))} data-testid="sign-in-form">
        <Stack>
          {signIn.error && (
            <Notice>
              {signIn.error.message}
              {wait > 0 && <> You can try again in {formatSeconds(wait)}.</>}
            </Notice>
          )}
          <TextInput
            label="User name"
            data-testid="sign-in-username"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            maxLength={64}
            data-autofocus
            key={form.key('username')}
            {...form.getInputProps('username')}
          />
          <PasswordInput
            label="Password"
            data-testid="sign-in-password"
            autoComplete="current-password"
            maxLength={256}
            key={form.key('password')}
            {...form.getInputProps('password')}
          />
          <Button
            type="submit"
            size="md"
            loading={signIn.isPending}
            disabled={wait > 0}
            data-testid="sign-in-submit"
          >
            Sign in
          </Button>
        </Stack>
      </form>
    </DoorPage>
  );
}

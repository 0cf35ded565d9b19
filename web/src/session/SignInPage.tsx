import { Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type SecondFactorNeeded, type SecondPersonNeeded, type Session } from '../api/client';
import { ApiError, dataOf } from '../api/problem';
import { usePasskeySignIn } from '../passkeys/usePasskeySignIn';
import { formatSeconds } from '../ui/format';
import { IconKey } from '../ui/icons';
import { Notice } from '../ui/Notice';
import { DoorPage } from './DoorPage';
import { enter } from './enter';
import { useCountdown } from './useCountdown';
import { SecondFactorPage } from './SecondFactorPage';
import { SecondPersonPage } from './SecondPersonPage';

interface Props {
  /** Somebody was signed in here a moment ago, and did not sign out. */
  ended: boolean;
  onInvitation(): void;
  onEnvelope(): void;
}

export function SignInPage({ ended, onInvitation, onEnvelope }: Props) {
  const queryClient = useQueryClient();
  const [retryAt, setRetryAt] = useState(0);
  const wait = useCountdown(retryAt);
  const [challenge, setChallenge] = useState<SecondFactorNeeded>();
  const [waiting, setWaiting] = useState<SecondPersonNeeded>();
  const goOn = (answer: Session | SecondFactorNeeded | SecondPersonNeeded) => {
    if ('waiting' in answer) setWaiting(answer);
    else if ('token' in answer) setChallenge(answer);
    else enter(queryClient, answer);
  };
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
    onSuccess: goOn,
    onError: (error) => {
      if (error instanceof ApiError && error.retryAfterSeconds !== undefined) {
        setRetryAt(Date.now() + error.retryAfterSeconds * 1000);
      }
    },
  });
  const byPasskey = usePasskeySignIn(goOn, !challenge && !waiting);
  const error = signIn.error ?? byPasskey.error;
  const again = () => {
    setChallenge(undefined);
    setWaiting(undefined);
    signIn.reset();
    byPasskey.reset();
  };
  if (waiting) return <SecondPersonPage needed={waiting} onSignedIn={goOn} onAgain={again} />;
  if (challenge) return <SecondFactorPage needed={challenge} onSignedIn={goOn} onAgain={again} />;
  return (
    <DoorPage
      title="Sign in"
      intro={
        ended
          ? 'Your session has ended. Sign in to go on where you were.'
          : 'Live pictures and recordings of your site.'
      }
    >
      <form
        noValidate
        onSubmit={form.onSubmit((values) => {
          byPasskey.reset();
          signIn.mutate(values);
        })}
        data-testid="sign-in-form"
      >
        <Stack>
          {error && (
            <Notice>
              {error.message}
              {wait > 0 && <> You can try again in {formatSeconds(wait)}.</>}
            </Notice>
          )}
          <TextInput
            label="User name"
            data-testid="sign-in-username"
            autoComplete="username webauthn"
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
          <Button
            variant="default"
            size="md"
            leftSection={<IconKey size={18} stroke={1.6} aria-hidden="true" />}
            loading={byPasskey.isPending}
            onClick={() => {
              signIn.reset();
              byPasskey.mutate({ username: form.getValues().username.trim() });
            }}
            data-testid="sign-in-passkey"
          >
            Sign in with a passkey
          </Button>
          <Button variant="subtle" color="gray" onClick={onInvitation} data-testid="have-invitation">
            I have an invitation
          </Button>
          <Button
            variant="subtle"
            color="gray"
            size="compact-sm"
            onClick={onEnvelope}
            data-testid="have-envelope"
          >
            I have a sealed envelope
          </Button>
        </Stack>
      </form>
    </DoorPage>
  );
}

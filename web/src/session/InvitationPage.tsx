import { Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type SecondPersonNeeded } from '../api/client';
import { ApiError, dataOf } from '../api/problem';
import { formatSeconds } from '../ui/format';
import { Notice } from '../ui/Notice';
import { DoorPage } from './DoorPage';
import { enter } from './enter';
import { PASSWORD_ADVICE, passwordProblem } from './password';
import { SecondPersonPage } from './SecondPersonPage';
import { useCountdown } from './useCountdown';

const FIELDS = ['username', 'code', 'password'];

/** Whoever was invited chooses a password, which no administrator ever knows, and is signed in. */
export function InvitationPage({ onBack }: { onBack(): void }) {
  const queryClient = useQueryClient();
  const [retryAt, setRetryAt] = useState(0);
  const wait = useCountdown(retryAt);
  const [waiting, setWaiting] = useState<SecondPersonNeeded>();
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { username: '', code: '', password: '' },
    validate: {
      username: (value) => (value.trim() ? null : 'Enter the user name that you were given.'),
      code: (value) => (value.trim() ? null : 'Enter the code that you were given.'),
      password: passwordProblem,
    },
  });
  const accept = useMutation({
    mutationFn: ({ username, code, password }: typeof form.values) =>
      dataOf(
        api.POST('/api/v1/session/invitation', {
          body: { username: username.trim(), code: code.trim(), password },
        }),
      ),
    onSuccess: (answer) => {
      if ('waiting' in answer) setWaiting(answer);
      else enter(queryClient, answer);
    },
    onError: (error) => {
      if (!(error instanceof ApiError)) return;
      if (error.field && FIELDS.includes(error.field)) form.setFieldError(error.field, error.message);
      if (error.retryAfterSeconds !== undefined) setRetryAt(Date.now() + error.retryAfterSeconds * 1000);
    },
  });
  const { error } = accept;
  const atField = error instanceof ApiError && error.field !== undefined && FIELDS.includes(error.field);
  if (waiting)
    return (
      <SecondPersonPage
        needed={waiting}
        onSignedIn={(session) => enter(queryClient, session)}
        onAgain={onBack}
      />
    );
  return (
    <DoorPage title="Welcome to Vedette" intro="Choose your password, and you are in. Nobody else learns it.">
      <form
        noValidate
        onSubmit={form.onSubmit((values) => accept.mutate(values))}
        data-testid="invitation-form"
      >
        <Stack>
          {error && !atField && (
            <Notice>
              {error.message}
              {wait > 0 && <> You can try again in {formatSeconds(wait)}.</>}
            </Notice>
          )}
          <TextInput
            label="User name"
            description="As it stands in your invitation."
            data-testid="invitation-username"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            maxLength={64}
            data-autofocus
            required
            key={form.key('username')}
            {...form.getInputProps('username')}
          />
          <TextInput
            label="Invitation code"
            description="It works once, for 72 hours."
            data-testid="invitation-code"
            autoComplete="one-time-code"
            autoCapitalize="characters"
            spellCheck={false}
            maxLength={64}
            required
            key={form.key('code')}
            {...form.getInputProps('code')}
          />
          <PasswordInput
            label="New password"
            description={PASSWORD_ADVICE}
            data-testid="invitation-password"
            autoComplete="new-password"
            required
            key={form.key('password')}
            {...form.getInputProps('password')}
          />
          <Button
            type="submit"
            size="md"
            loading={accept.isPending}
            disabled={wait > 0}
            data-testid="invitation-submit"
          >
            Set the password and sign in
          </Button>
          <Button variant="subtle" color="gray" onClick={onBack} data-testid="invitation-back">
            Back to sign-in
          </Button>
        </Stack>
      </form>
    </DoorPage>
  );
}

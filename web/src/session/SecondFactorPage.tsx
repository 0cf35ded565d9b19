import { Anchor, Button, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { api, type SecondFactorNeeded, type SecondPersonNeeded, type Session } from '../api/client';
import { ApiError, dataOf } from '../api/problem';
import { usePasskeySignIn } from '../passkeys/usePasskeySignIn';
import { focusWhereLost } from '../ui/focus';
import { formatSeconds } from '../ui/format';
import { IconKey } from '../ui/icons';
import { Notice } from '../ui/Notice';
import { DoorPage } from './DoorPage';
import { useCountdown } from './useCountdown';

interface Props {
  /** What sign-in asked for after the password. */
  needed: SecondFactorNeeded;
  /** The session, or that a second person has to let the user in. */
  onSignedIn(answer: Session | SecondPersonNeeded): void;
  /** Back to user name and password. */
  onAgain(): void;
}

function introOf({ passkey, mail }: SecondFactorNeeded): string {
  if (mail) return 'A code is sent to the address or number of your account.';
  return passkey
    ? 'Use your passkey, or enter a code.'
    : 'Enter the code that your authenticator app shows for Vedette.';
}

/** The password was right; now the code of the authenticator app, a recovery code, or a passkey. */
export function SecondFactorPage({ needed, onSignedIn, onAgain }: Props) {
  const { token } = needed;
  const [code, setCode] = useState('');
  const give = useMutation({
    mutationFn: () =>
      dataOf(api.POST('/api/v1/session/second-factor', { body: { token, code: code.trim() } })),
    onSuccess: onSignedIn,
    onError: () => setCode(''),
  });
  const [retryAt, setRetryAt] = useState(0);
  const wait = useCountdown(retryAt);
  const send = useMutation({
    mutationFn: () => dataOf(api.POST('/api/v1/session/second-factor/mail', { body: { token } })),
    onSuccess: () => give.reset(),
    onError: (problem) => {
      if (problem instanceof ApiError && problem.retryAfterSeconds !== undefined)
        setRetryAt(Date.now() + problem.retryAfterSeconds * 1000);
    },
  });
  const byPasskey = usePasskeySignIn(onSignedIn, false);
  const error = give.error ?? send.error ?? byPasskey.error;
  const over = give.error instanceof ApiError && give.error.status === 401;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    byPasskey.reset();
    if (code.trim() && !over) give.mutate();
  };
  return (
    <DoorPage title="One more step" intro={introOf(needed)}>
      <form noValidate onSubmit={submit} data-testid="second-factor-form">
        <Stack>
          {error && <Notice>{error.message}</Notice>}
          {needed.passkey && (
            <Button
              size="md"
              leftSection={<IconKey size={18} stroke={1.6} aria-hidden="true" />}
              loading={byPasskey.isPending}
              disabled={over}
              onClick={() => {
                give.reset();
                byPasskey.mutate({ token });
              }}
              data-testid="second-factor-passkey"
            >
              Use a passkey
            </Button>
          )}
          {needed.mail && (
            <>
              <Text size="sm" role="status">
                {send.isSuccess && 'A code is on its way to you. It works once, for ten minutes.'}
              </Text>
              <Button
                size="md"
                variant={send.isSuccess ? 'default' : 'filled'}
                loading={send.isPending}
                disabled={over || wait > 0}
                onClick={() => {
                  give.reset();
                  send.mutate();
                }}
                data-testid="second-factor-send"
              >
                {wait > 0
                  ? `Send another in ${formatSeconds(wait)}`
                  : send.isSuccess
                    ? 'Send another code'
                    : 'Send me a code'}
              </Button>
            </>
          )}
          {(needed.code || (needed.mail && send.isSuccess)) && (
            <>
              <TextInput
                label="Code"
                description={
                  needed.mail
                    ? 'Eight digits.'
                    : 'Six digits of your authenticator app, or one of your recovery codes.'
                }
                data-testid="second-factor-code"
                autoComplete="one-time-code"
                autoCapitalize="characters"
                spellCheck={false}
                maxLength={64}
                data-autofocus
                // The form before it had the focus, and is gone.
                ref={focusWhereLost}
                value={code}
                onChange={(event) => setCode(event.currentTarget.value)}
                disabled={over}
              />
              <Button
                type="submit"
                size="md"
                variant={needed.passkey ? 'default' : 'filled'}
                loading={give.isPending}
                disabled={!code.trim() || over}
                data-testid="second-factor-submit"
              >
                Sign in
              </Button>
            </>
          )}
          <Anchor
            component="button"
            type="button"
            size="sm"
            onClick={onAgain}
            data-testid="second-factor-again"
          >
            Begin again
          </Anchor>
        </Stack>
      </form>
    </DoorPage>
  );
}

import { Anchor, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { api, type Account, type StepUp } from '../api/client';
import { dataOf, messageAt } from '../api/problem';
import { askForPasskey, obstacle } from '../passkeys/ceremony';
import { afterLoss } from '../ui/focus';

function codeLabel(account: Account): string {
  if (account.mail_code) return 'Code that was sent to you';
  return account.authenticator ? 'Code of the app, or a recovery code' : 'A recovery code';
}

/**
 * The second factor of an account, of whichever kind. `fields` are inputs for a form, whose `error` they show; `make` gives
 * what they come to, and may ask for a passkey. Nothing, where the account has none. With `clearanceId` a passkey is asked for that clearance, and is good for no other.
 */
export function useSecondFactor(
  account: Account | undefined,
  error: unknown,
  testId: string,
  focus = afterLoss,
  clearanceId?: string,
) {
  const [code, setCode] = useState('');
  const [preferred, setPreferred] = useState<'code' | 'passkey'>();
  const passkeys =
    account?.passkeys.filter(({ server_name }) => server_name === window.location.hostname) ?? [];
  const hasPasskey = passkeys.length > 0 && obstacle() === null;
  const byMail = account?.mail_code ?? false;
  const exists = account !== undefined && (account.authenticator || account.passkeys.length > 0 || byMail);
  const send = useMutation({ mutationFn: () => dataOf(api.POST('/api/v1/account/mail/code')) });
  const byPasskey = hasPasskey && (preferred ?? (account?.authenticator ? 'code' : 'passkey')) === 'passkey';
  const make = async (): Promise<StepUp> => {
    if (!exists) return {};
    if (!byPasskey) return { code: code.trim() };
    const request = await dataOf(
      api.POST('/api/v1/account/passkeys/proof', {
        ...(clearanceId !== undefined && { body: { clearance_id: clearanceId } }),
      }),
    );
    return { passkey: await askForPasskey(request) };
  };
  const fields: ReactNode = exists && (
    <>
      {!byPasskey && (
        <TextInput
          label={codeLabel(account)}
          {...(send.isSuccess && { description: `It is on its way to ${account.mail}.` })}
          {...focus}
          autoComplete="one-time-code"
          maxLength={64}
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
          error={messageAt(error, 'code')}
          data-testid={`${testId}-code`}
        />
      )}
      {byMail && (
        <>
          {send.error && <Text size="sm">{send.error.message}</Text>}
          <Anchor
            component="button"
            type="button"
            size="sm"
            w="fit-content"
            onClick={() => send.mutate()}
            data-testid={`${testId}-send`}
          >
            {send.isSuccess ? 'Send another code' : 'Send me a code'}
          </Anchor>
        </>
      )}
      {byPasskey && <Text size="sm">Then your browser asks for one of your passkeys.</Text>}
      {hasPasskey && (
        <Anchor
          component="button"
          type="button"
          size="sm"
          w="fit-content"
          onClick={() => setPreferred(byPasskey ? 'code' : 'passkey')}
          data-testid={`${testId}-other-way`}
        >
          {byPasskey ? 'Use a code instead' : 'Use a passkey instead'}
        </Anchor>
      )}
    </>
  );
  return {
    fields,
    make,
    clear: () => setCode(''),
    exists,
    byPasskey,
    ready: !exists || byPasskey || code.trim() !== '',
  };
}

import { PasswordInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import type { Account, Proof } from '../api/client';
import { messageAt } from '../api/problem';
import { focusWhereLost } from '../ui/focus';
import { useSecondFactor } from './useSecondFactor';

/** The fields of a form that a proof has; errors at them are shown there. */
export const PROOF_FIELDS = ['password', 'code'];

/**
 * That it is the same person still: the password, and where the account has a second factor, that as well. `fields` are
 * inputs for a form, whose `error` they show; `make` gives what they come to, and may ask for a passkey.
 */
export function useProof(account: Account | undefined, error: unknown, testId: string) {
  const [password, setPassword] = useState('');
  const secondFactor = useSecondFactor(account, error, testId);
  const make = async (): Promise<Proof> => ({ password, ...(await secondFactor.make()) });
  const fields: ReactNode = (
    <>
      <PasswordInput
        label="Your password"
        ref={focusWhereLost}
        autoComplete="current-password"
        maxLength={256}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        error={messageAt(error, 'password')}
        data-testid={`${testId}-password`}
      />
      {secondFactor.fields}
    </>
  );
  return { fields, make, ready: password !== '' && secondFactor.ready };
}

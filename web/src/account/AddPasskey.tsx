import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { api, type Account } from '../api/client';
import { dataOf, messageAt } from '../api/problem';
import { createPasskey } from '../passkeys/ceremony';
import { ErrorNotice } from '../ui/ErrorNotice';
import { focusWhereLost } from '../ui/focus';
import { RecoveryCodes } from './AuthenticatorSetup';
import { clientName } from './client';
import { PROOF_FIELDS, useProof } from './useProof';

interface Props {
  /** Missing: there is no second factor yet. */
  account?: Account;
  onDone(): void;
  onCancel(): void;
}

/** A name and a proof, then the browser makes the passkey; with the first one come recovery codes. */
export function AddPasskey({ account, onDone, onCancel }: Props) {
  const [name, setName] = useState(() => clientName(navigator.userAgent));
  const add = useMutation({
    mutationFn: async () => {
      const wanted = await dataOf(
        api.POST('/api/v1/account/passkeys/challenge', { body: await proof.make() }),
      );
      const made = await createPasskey(wanted);
      return dataOf(api.POST('/api/v1/account/passkeys', { body: { name: name.trim(), ...made } }));
    },
    onSuccess: ({ recovery_codes }) => {
      if (recovery_codes.length === 0) onDone();
    },
  });
  const proof = useProof(account, add.error, 'passkey');
  if (add.data && add.data.recovery_codes.length > 0)
    return <RecoveryCodes codes={add.data.recovery_codes} inPlaceOf="the passkey" onDone={onDone} />;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() && proof.ready) add.mutate();
  };
  return (
    <form noValidate onSubmit={submit} data-testid="passkey-form">
      <Stack gap="sm">
        <ErrorNotice error={add.error} fields={['name', ...PROOF_FIELDS]} />
        <TextInput
          label="Name of the passkey"
          ref={focusWhereLost}
          description="So that you know it again in this list."
          maxLength={64}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={messageAt(add.error, 'name')}
          data-testid="passkey-name"
        />
        {proof.fields}
        <Group>
          <Button
            type="submit"
            loading={add.isPending}
            disabled={!name.trim() || !proof.ready}
            data-testid="passkey-create"
          >
            Create the passkey
          </Button>
          <Button variant="subtle" color="gray" onClick={onCancel} data-testid="passkey-cancel">
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

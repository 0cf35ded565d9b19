import { Anchor, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { api, type Account } from '../api/client';
import { dataOf, messageAt } from '../api/problem';
import { ErrorNotice } from '../ui/ErrorNotice';
import { nextInDialog } from '../ui/focus';
import { ProofForm } from './ProofForm';
import { useProof, PROOF_FIELDS } from './useProof';
import { useRefreshAccount } from './useRefreshAccount';

const possible = ({ mail_possible, sms_possible }: Account) => mail_possible || sms_possible;

function addressLabel({ mail_possible, sms_possible }: Account): string {
  if (!sms_possible) return 'Mail address';
  return mail_possible ? 'Mail address or mobile number' : 'Mobile number';
}

/** The code that came to the new address. */
function Confirm({ address, onDone, onAgain }: { address: string; onDone(): void; onAgain(): void }) {
  const [code, setCode] = useState('');
  const confirm = useMutation({
    mutationFn: () => dataOf(api.POST('/api/v1/account/mail/confirm', { body: { code: code.trim() } })),
    onSuccess: onDone,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (code.trim()) confirm.mutate();
  };
  return (
    <form noValidate onSubmit={submit} data-testid="mail-confirm-form">
      <Stack gap="sm">
        <Text>A code is on its way to {address}.</Text>
        <ErrorNotice error={confirm.error} fields={['code']} />
        <TextInput
          label="Code"
          description="Eight digits. It works once, within ten minutes."
          {...nextInDialog}
          autoComplete="one-time-code"
          inputMode="numeric"
          maxLength={64}
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
          error={messageAt(confirm.error, 'code')}
          data-testid="mail-confirm-code"
        />
        <Group>
          <Button
            type="submit"
            loading={confirm.isPending}
            disabled={!code.trim()}
            data-testid="mail-confirm-submit"
          >
            This address is mine
          </Button>
          <Anchor component="button" type="button" size="sm" onClick={onAgain}>
            Another address
          </Anchor>
        </Group>
      </Stack>
    </form>
  );
}

function Add({
  account,
  onSent,
  onCancel,
}: {
  account: Account;
  onSent(address: string): void;
  onCancel(): void;
}) {
  const [address, setAddress] = useState('');
  const add = useMutation({
    mutationFn: async () =>
      dataOf(
        api.POST('/api/v1/account/mail', { body: { address: address.trim(), ...(await proof.make()) } }),
      ),
    onSuccess: () => onSent(address.trim()),
  });
  const proof = useProof(account, add.error, 'mail-address');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (address.trim() && proof.ready) add.mutate();
  };
  return (
    <form noValidate onSubmit={submit} data-testid="mail-address-form">
      <Stack gap="sm">
        <ErrorNotice error={add.error} fields={['address', ...PROOF_FIELDS]} />
        <TextInput
          label={addressLabel(account)}
          {...(account.sms_possible && { description: 'A number with its country, as in +49 151 23456789.' })}
          {...nextInDialog}
          autoComplete={account.sms_possible && !account.mail_possible ? 'tel' : 'email'}
          autoCapitalize="none"
          spellCheck={false}
          maxLength={254}
          value={address}
          onChange={(event) => setAddress(event.currentTarget.value)}
          error={messageAt(add.error, 'address')}
          data-testid="mail-address"
        />
        {proof.fields}
        <Group>
          <Button
            type="submit"
            loading={add.isPending}
            disabled={!address.trim() || !proof.ready}
            data-testid="mail-address-submit"
          >
            Send a code there
          </Button>
          <Button variant="subtle" color="gray" onClick={onCancel}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

type Step = { step: 'add' } | { step: 'confirm'; address: string } | { step: 'remove' };

/** Where a user is told what happens to the account, and where the rules have it, the weakest second factor. */
export function MailAddress({ account }: { account: Account }) {
  const refresh = useRefreshAccount();
  const [at, setAt] = useState<Step>();
  const done = () => {
    setAt(undefined);
    refresh();
  };
  if (at?.step === 'add')
    return (
      <Add
        account={account}
        onSent={(address) => setAt({ step: 'confirm', address })}
        onCancel={() => setAt(undefined)}
      />
    );
  if (at?.step === 'confirm')
    return <Confirm address={at.address} onDone={done} onAgain={() => setAt({ step: 'add' })} />;
  if (at?.step === 'remove')
    return (
      <ProofForm
        account={account}
        color="red"
        send={(body) => dataOf(api.POST('/api/v1/account/mail/remove', { body }))}
        onDone={done}
        onCancel={() => setAt(undefined)}
        testId="mail-removal"
      >
        Remove
      </ProofForm>
    );
  return (
    <Stack gap="sm" align="flex-start">
      <Text data-testid="mail-address-state">
        {account.mail === null
          ? 'You are told by mail or SMS when your password or a second factor changes.'
          : `${account.mail} is told when your password or a second factor changes.`}
        {account.mail_code && ' Sign-in sends a code there; an authenticator app or a passkey is safer.'}
      </Text>
      {!possible(account) && account.mail === null && (
        <Text size="sm" c="dimmed">
          No mail server or SMS server is set up yet; an administrator can do it under People, Rules.
        </Text>
      )}
      <Group gap="sm">
        {possible(account) && (
          <Button
            variant={account.mail === null ? 'filled' : 'default'}
            onClick={() => setAt({ step: 'add' })}
            data-testid="mail-address-add"
          >
            {account.mail === null ? 'Add an address' : 'Change'}
          </Button>
        )}
        {account.mail !== null && (
          <Button
            variant="default"
            onClick={() => setAt({ step: 'remove' })}
            data-testid="mail-address-remove"
          >
            Remove
          </Button>
        )}
      </Group>
    </Stack>
  );
}

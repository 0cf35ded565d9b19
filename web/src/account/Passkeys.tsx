import { Box, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { api, type Account, type Passkey } from '../api/client';
import { dataOf, messageAt } from '../api/problem';
import { obstacle } from '../passkeys/ceremony';
import { ErrorNotice } from '../ui/ErrorNotice';
import { focusWhereLost } from '../ui/focus';
import { formatMoment } from '../ui/format';
import { IconKey } from '../ui/icons';
import classes from './Account.module.css';
import { AddPasskey } from './AddPasskey';
import { ProofForm } from './ProofForm';
import { useRefreshAccount } from './useRefreshAccount';

function RemovePasskey({
  account,
  passkey,
  onClose,
}: {
  account: Account;
  passkey: Passkey;
  onClose(): void;
}) {
  const refresh = useRefreshAccount();
  const params = { path: { passkey_id: passkey.id } };
  return (
    <Box py="sm">
      <ProofForm
        account={account}
        color="red"
        send={(body) => dataOf(api.POST('/api/v1/account/passkeys/{passkey_id}/remove', { params, body }))}
        onDone={() => {
          refresh();
          onClose();
        }}
        onCancel={onClose}
        testId="passkey-remove"
      >
        Remove {passkey.name}
      </ProofForm>
    </Box>
  );
}

function RenamePasskey({ passkey, onClose }: { passkey: Passkey; onClose(): void }) {
  const refresh = useRefreshAccount();
  const [name, setName] = useState(passkey.name);
  const rename = useMutation({
    mutationFn: () =>
      dataOf(
        api.PATCH('/api/v1/account/passkeys/{passkey_id}', {
          params: { path: { passkey_id: passkey.id } },
          body: { name: name.trim() },
        }),
      ),
    onSuccess: () => {
      refresh();
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim()) rename.mutate();
  };
  return (
    <form noValidate onSubmit={submit} data-testid="passkey-rename-form">
      <Stack gap="sm" py="sm">
        <ErrorNotice error={rename.error} fields={['name']} />
        <TextInput
          label="Name of the passkey"
          ref={focusWhereLost}
          maxLength={64}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={messageAt(rename.error, 'name')}
          data-testid="passkey-new-name"
        />
        <Group>
          <Button
            type="submit"
            size="xs"
            loading={rename.isPending}
            disabled={!name.trim()}
            data-testid="passkey-rename-submit"
          >
            Rename
          </Button>
          <Button variant="subtle" color="gray" size="xs" onClick={onClose}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function PasskeyRow({ account, passkey }: { account: Account; passkey: Passkey }) {
  const [open, setOpen] = useState<'rename' | 'remove'>();
  const [last, setLast] = useState<'rename' | 'remove'>();
  const close = () => {
    setLast(open);
    setOpen(undefined);
  };
  const used =
    passkey.last_used_90k === null ? 'not used yet' : `last used ${formatMoment(passkey.last_used_90k)}`;
  return (
    <li className={classes.entry} data-testid="passkey">
      <div className={classes.session}>
        <IconKey size={20} stroke={1.6} aria-hidden="true" />
        <div>
          <Text className={classes.name}>{passkey.name}</Text>
          <Text size="xs" c="dimmed" className="tabular">
            made {formatMoment(passkey.created_90k)} · {used}
            {passkey.server_name !== window.location.hostname && ` · works at ${passkey.server_name}`}
          </Text>
        </div>
        {!open && (
          <Group gap="xs" wrap="nowrap">
            <Button
              variant="default"
              size="xs"
              ref={last === 'rename' ? focusWhereLost : undefined}
              onClick={() => setOpen('rename')}
              aria-label={`Rename the passkey ${passkey.name}`}
              data-testid="passkey-rename"
            >
              Rename
            </Button>
            <Button
              variant="default"
              size="xs"
              ref={last === 'remove' ? focusWhereLost : undefined}
              onClick={() => setOpen('remove')}
              aria-label={`Remove the passkey ${passkey.name}`}
              data-testid="passkey-remove"
            >
              Remove
            </Button>
          </Group>
        )}
      </div>
      {open === 'rename' && <RenamePasskey passkey={passkey} onClose={close} />}
      {open === 'remove' && <RemovePasskey account={account} passkey={passkey} onClose={close} />}
    </li>
  );
}

/** The own passkeys: what they are, each of them, and one more. */
export function Passkeys({ account }: { account: Account }) {
  const refreshAccount = useRefreshAccount();
  // undefined: not yet.
  const [adding, setAdding] = useState<boolean>();
  const inTheWay = obstacle();
  const { passkeys } = account;
  const refresh = () => {
    setAdding(false);
    refreshAccount();
  };
  return (
    <Stack gap="sm" align="stretch">
      <Text>
        Sign in with your fingerprint, your face or the PIN of your device or security key, instead of the
        password and a code.
        {passkeys.length > 0 && (
          <>
            {' '}
            Sign-in with the password asks for one of them as well, or for one of your recovery codes (
            {account.recovery_codes_left} left).
          </>
        )}
      </Text>
      {passkeys.length > 0 && (
        <ul className={classes.sessions}>
          {passkeys.map((passkey) => (
            <PasskeyRow key={passkey.id} account={account} passkey={passkey} />
          ))}
        </ul>
      )}
      {inTheWay && (
        <Text c="dimmed" size="sm" data-testid="passkey-obstacle">
          {inTheWay}
        </Text>
      )}
      {!inTheWay && adding && (
        <AddPasskey account={account} onDone={refresh} onCancel={() => setAdding(false)} />
      )}
      {!inTheWay && !adding && (
        <Group>
          <Button
            variant={passkeys.length > 0 ? 'default' : 'filled'}
            ref={adding === false ? focusWhereLost : undefined}
            onClick={() => setAdding(true)}
            data-testid="passkey-add"
          >
            Add a passkey
          </Button>
        </Group>
      )}
    </Stack>
  );
}

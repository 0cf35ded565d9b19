import { Button, Checkbox, Code, CopyButton, Group, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { QRCodeSVG } from 'qrcode.react';
import { useState, type FormEvent } from 'react';
import { api, type Account, type NewAuthenticator } from '../api/client';
import { dataOf, messageAt } from '../api/problem';
import { IconCopy } from '../ui/icons';
import { ErrorNotice } from '../ui/ErrorNotice';
import classes from './Account.module.css';
import { ProofForm } from './ProofForm';

const QR_PIXELS = 192;

interface Props {
  /** Missing: there is no second factor yet. */
  account?: Account;
  onDone(): void;
}

/** A proof, then the secret for the app, then its first code, then the recovery codes. `onDone` after the last. */
export function AuthenticatorSetup({ account, onDone }: Props) {
  const [authenticator, setAuthenticator] = useState<NewAuthenticator>();
  const [recoveryCodes, setRecoveryCodes] = useState<string[]>();
  if (recoveryCodes) return <RecoveryCodes codes={recoveryCodes} inPlaceOf="the app" onDone={onDone} />;
  if (authenticator) return <FirstCode authenticator={authenticator} onConfirmed={setRecoveryCodes} />;
  return (
    <ProofForm
      account={account}
      send={(body) => dataOf(api.POST('/api/v1/account/authenticator', { body }))}
      onDone={setAuthenticator}
      testId="authenticator"
    >
      Set up an authenticator app
    </ProofForm>
  );
}

function FirstCode({
  authenticator,
  onConfirmed,
}: {
  authenticator: NewAuthenticator;
  onConfirmed(codes: string[]): void;
}) {
  const [code, setCode] = useState('');
  const confirm = useMutation({
    mutationFn: () =>
      dataOf(api.POST('/api/v1/account/authenticator/confirm', { body: { code: code.trim() } })),
    onSuccess: ({ recovery_codes }) => onConfirmed(recovery_codes),
    onError: () => setCode(''),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (code.trim()) confirm.mutate();
  };
  return (
    <form noValidate onSubmit={submit} data-testid="authenticator-confirm">
      <Stack gap="sm">
        <Text size="sm">
          Scan this with an authenticator app (any app for one-time codes will do), then enter the code that
          it shows.
        </Text>
        <div className={classes.qr}>
          <QRCodeSVG
            value={authenticator.uri}
            size={QR_PIXELS}
            marginSize={2}
            title="QR code for the authenticator app"
          />
        </div>
        <Text size="sm" c="dimmed">
          Or type this key into the app:{' '}
          <Code className={classes.secret} data-testid="authenticator-secret">
            {authenticator.secret.replace(/(.{4})(?=.)/g, '$1 ')}
          </Code>
        </Text>
        <ErrorNotice error={confirm.error} fields={['code']} />
        <TextInput
          label="Code"
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={16}
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
          error={messageAt(confirm.error, 'code')}
          data-testid="authenticator-code"
        />
        <Group>
          <Button
            type="submit"
            loading={confirm.isPending}
            disabled={!code.trim()}
            data-testid="authenticator-confirm-submit"
          >
            Confirm
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface RecoveryCodesProps {
  codes: string[];
  inPlaceOf: string;
  onDone(): void;
}

/** Shown once. */
export function RecoveryCodes({ codes, inPlaceOf, onDone }: RecoveryCodesProps) {
  const [kept, setKept] = useState(false);
  return (
    <Stack gap="sm" data-testid="recovery-codes">
      <Text size="sm">
        Keep these recovery codes where you keep what matters, apart from your phone. Each signs you in once,
        in place of {inPlaceOf}. They are not shown again.
      </Text>
      <SimpleGrid cols={1} verticalSpacing={4} className={classes.codes}>
        {codes.map((code) => (
          <Code key={code}>{code}</Code>
        ))}
      </SimpleGrid>
      <CopyButton value={codes.join('\n')}>
        {({ copied, copy }) => (
          <Button variant="default" leftSection={<IconCopy size={17} />} onClick={copy}>
            {copied ? 'Copied' : 'Copy'}
          </Button>
        )}
      </CopyButton>
      <Checkbox
        label="I have kept them"
        checked={kept}
        onChange={(event) => setKept(event.currentTarget.checked)}
        data-testid="recovery-kept"
      />
      <Group>
        <Button onClick={onDone} disabled={!kept} data-testid="recovery-done">
          Done
        </Button>
      </Group>
    </Stack>
  );
}

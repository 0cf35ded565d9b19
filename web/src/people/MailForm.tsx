import { Button, Group, NumberInput, PasswordInput, SegmentedControl, Stack, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type Mail } from '../api/client';
import { dataOf, messageAt } from '../api/problem';
import { ErrorNotice } from '../ui/ErrorNotice';
import { AuthoritiesInput } from '../ui/PemInput';
import { TestOutcome } from '../ui/TestOutcome';
import { mailBodyOf, mailValuesOf, usualMailPort, type MailValues } from './mailWords';
import { useRefresh } from './queries';

const FIELDS = ['host', 'port', 'security', 'from', 'user', 'password', 'ca_pem', 'to'];

/** Server, sign-in and sender; the test sends one message and keeps nothing. */
export function MailForm({ server, onClose }: { server: Mail['server']; onClose(): void }) {
  const refresh = useRefresh();
  const [values, setValues] = useState<MailValues>(() => mailValuesOf(server));
  const [to, setTo] = useState('');
  const test = useMutation({
    mutationFn: () =>
      dataOf(api.POST('/api/v1/mail/test', { body: { ...mailBodyOf(values), to: to.trim() } })),
  });
  const done = async () => {
    onClose();
    await refresh();
  };
  const save = useMutation({
    mutationFn: () => dataOf(api.PUT('/api/v1/mail', { body: mailBodyOf(values) })),
    onSuccess: done,
  });
  const remove = useMutation({
    mutationFn: () => dataOf(api.DELETE('/api/v1/mail')),
    onSuccess: done,
  });
  const change = (part: Partial<MailValues>) => {
    setValues((old) => ({ ...old, ...part }));
    test.reset();
    save.reset();
  };
  const error = save.error ?? test.error ?? remove.error;
  const at = (field: string) => messageAt(error, field);
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
      data-testid="mail-form"
    >
      <Stack>
        <SegmentedControl
          aria-label="Encryption"
          value={values.security}
          onChange={(security) => change({ security: security as MailValues['security'], port: '' })}
          data={[
            { value: 'starttls', label: 'STARTTLS' },
            { value: 'tls', label: 'TLS from the first byte' },
          ]}
          data-testid="mail-security"
        />
        <Group align="flex-start" grow preventGrowOverflow={false}>
          <TextInput
            label="Server"
            description="A name or an address."
            value={values.host}
            onChange={(event) => change({ host: event.currentTarget.value })}
            error={at('host')}
            required
            maxLength={253}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            data-autofocus
            data-testid="mail-host"
          />
          <NumberInput
            label="Port"
            description={`Usual: ${usualMailPort(values.security)}.`}
            value={values.port}
            onChange={(port) => change({ port: typeof port === 'number' ? port : '' })}
            error={at('port')}
            min={1}
            max={65535}
            allowDecimal={false}
            hideControls
            placeholder={String(usualMailPort(values.security))}
            data-testid="mail-port"
          />
        </Group>
        <TextInput
          label="Messages come from"
          description="A mail address that the server lets Vedette use."
          placeholder="vedette@example.org"
          value={values.from}
          onChange={(event) => change({ from: event.currentTarget.value })}
          error={at('from')}
          required
          maxLength={254}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          data-testid="mail-from"
        />
        <Group align="flex-start" grow preventGrowOverflow={false}>
          <TextInput
            label="User name"
            description="Empty when the server takes none."
            value={values.user}
            onChange={(event) => change({ user: event.currentTarget.value })}
            error={at('user')}
            maxLength={254}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            data-testid="mail-user"
          />
          <PasswordInput
            label="Password"
            description={server?.has_password ? 'Kept sealed; empty keeps it.' : 'Kept sealed, never shown.'}
            value={values.password}
            onChange={(event) => change({ password: event.currentTarget.value })}
            error={at('password')}
            maxLength={1024}
            autoComplete="new-password"
            data-testid="mail-password"
          />
        </Group>
        <AuthoritiesInput
          value={values.authorities}
          onChange={(event) => change({ authorities: event.currentTarget.value })}
          error={at('ca_pem')}
          data-testid="mail-ca"
        />
        <Group align="flex-end" gap="sm">
          <TextInput
            label="Send a test message to"
            value={to}
            onChange={(event) => {
              setTo(event.currentTarget.value);
              test.reset();
            }}
            error={at('to')}
            maxLength={254}
            autoComplete="email"
            autoCapitalize="none"
            spellCheck={false}
            style={{ flex: '1 1 14rem' }}
            data-testid="mail-to"
          />
          <Button
            variant="default"
            disabled={!to.trim()}
            onClick={() => test.mutate()}
            loading={test.isPending}
            data-testid="mail-test"
          >
            Test
          </Button>
        </Group>
        <TestOutcome outcome={test.data} data-testid="mail-test-result" />
        <ErrorNotice error={error} fields={FIELDS} />
        <Group justify="flex-end" gap="sm">
          {server && (
            <Button
              variant="subtle"
              color="red"
              onClick={() => remove.mutate()}
              loading={remove.isPending}
              data-testid="mail-remove"
            >
              Send no mail
            </Button>
          )}
          <Button type="submit" loading={save.isPending} data-testid="mail-save">
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

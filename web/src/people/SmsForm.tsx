import { Button, Group, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type Sms } from '../api/client';
import { dataOf, messageAt } from '../api/problem';
import { ErrorNotice } from '../ui/ErrorNotice';
import { AuthoritiesInput } from '../ui/PemInput';
import { TestOutcome } from '../ui/TestOutcome';
import { useRefresh } from './queries';

const FIELDS = ['url', 'secret', 'ca_pem', 'to'];

/** The address that takes short messages; the test sends one and keeps nothing. */
export function SmsForm({ webhook, onClose }: { webhook: Sms['webhook']; onClose(): void }) {
  const refresh = useRefresh();
  const [url, setUrl] = useState(webhook?.url ?? '');
  const [secret, setSecret] = useState('');
  const [authorities, setAuthorities] = useState(webhook?.ca_pem ?? '');
  const [to, setTo] = useState('');
  const body = () => ({
    url: url.trim(),
    ...(secret && { secret }),
    ca_pem: authorities.trim() ? authorities : '',
  });
  const test = useMutation({
    mutationFn: () => dataOf(api.POST('/api/v1/sms/test', { body: { ...body(), to: to.trim() } })),
  });
  const done = async () => {
    onClose();
    await refresh();
  };
  const save = useMutation({
    mutationFn: () => dataOf(api.PUT('/api/v1/sms', { body: body() })),
    onSuccess: done,
  });
  const remove = useMutation({ mutationFn: () => dataOf(api.DELETE('/api/v1/sms')), onSuccess: done });
  const change = (set: (value: string) => void) => (event: { currentTarget: { value: string } }) => {
    set(event.currentTarget.value);
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
      data-testid="sms-form"
    >
      <Stack>
        <Text size="sm" c="dimmed">
          Each message is a POST with <code>{'{"to": "+4915123456789", "text": "…"}'}</code> as JSON. Any
          answer of 200 to 299 says that it was taken.
        </Text>
        <TextInput
          label="Address"
          description="Of your SMS provider, or of a program that speaks with one. A key belongs into the secret, not here."
          placeholder="https://sms.example.org/send"
          value={url}
          onChange={change(setUrl)}
          error={at('url')}
          required
          maxLength={1000}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          data-autofocus
          data-testid="sms-url"
        />
        <PasswordInput
          label="Secret"
          description={
            webhook?.has_secret
              ? 'Sent as “Authorization: Bearer …”. Kept sealed; empty keeps it.'
              : 'Sent as “Authorization: Bearer …”. Kept sealed, never shown.'
          }
          value={secret}
          onChange={change(setSecret)}
          error={at('secret')}
          maxLength={1024}
          autoComplete="new-password"
          data-testid="sms-secret"
        />
        <AuthoritiesInput
          value={authorities}
          onChange={change(setAuthorities)}
          error={at('ca_pem')}
          data-testid="sms-ca"
        />
        <Group align="flex-end" gap="sm">
          <TextInput
            label="Send a test message to"
            placeholder="+49 151 23456789"
            type="tel"
            value={to}
            onChange={change(setTo)}
            error={at('to')}
            maxLength={32}
            autoComplete="tel"
            style={{ flex: '1 1 14rem' }}
            data-testid="sms-to"
          />
          <Button
            variant="default"
            disabled={!to.trim()}
            onClick={() => test.mutate()}
            loading={test.isPending}
            data-testid="sms-test"
          >
            Test
          </Button>
        </Group>
        <TestOutcome outcome={test.data} data-testid="sms-test-result" />
        <ErrorNotice error={error} fields={FIELDS} />
        <Group justify="flex-end" gap="sm">
          {webhook && (
            <Button
              variant="subtle"
              color="red"
              onClick={() => remove.mutate()}
              loading={remove.isPending}
              data-testid="sms-remove"
            >
              Send none
            </Button>
          )}
          <Button type="submit" loading={save.isPending} data-testid="sms-save">
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

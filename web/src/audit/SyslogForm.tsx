import {
  Button,
  Checkbox,
  Group,
  NumberInput,
  SegmentedControl,
  Stack,
  TextInput,
  Text,
} from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type AuditStream } from '../api/client';
import { dataOf, messageAt } from '../api/problem';
import { queryClient } from '../api/queries';
import { ErrorNotice } from '../ui/ErrorNotice';
import { TestOutcome } from '../ui/TestOutcome';
import { syslogQuery } from './queries';
import { TlsFields } from './TlsFields';
import { bodyOf, usualPort, valuesOf, type SyslogValues } from './syslogWords';

const FIELDS = ['host', 'port', 'transport', 'ca_pem', 'client_certificate_pem', 'client_key_pem'];

interface Props {
  target: AuditStream['target'];
  onClose(): void;
}

/** What came of the test message. */
/** Server, certificates and wording; the test sends one message and keeps nothing. */
export function SyslogForm({ target, onClose }: Props) {
  const [values, setValues] = useState<SyslogValues>(() => valuesOf(target));
  const test = useMutation({
    mutationFn: () => dataOf(api.POST('/api/v1/audit/syslog/test', { body: bodyOf(values) })),
  });
  const done = async () => {
    onClose();
    await queryClient.invalidateQueries({ queryKey: syslogQuery.queryKey });
  };
  const save = useMutation({
    mutationFn: () => dataOf(api.PUT('/api/v1/audit/syslog', { body: bodyOf(values) })),
    onSuccess: done,
  });
  const stop = useMutation({
    mutationFn: () => dataOf(api.DELETE('/api/v1/audit/syslog')),
    onSuccess: done,
  });
  const change = (part: Partial<SyslogValues>) => {
    setValues((old) => ({ ...old, ...part }));
    test.reset();
    save.reset();
  };
  const error = save.error ?? test.error;
  const at = (field: string) => messageAt(error, field);
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
      data-testid="syslog-form"
    >
      <Stack>
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
            data-testid="syslog-host"
          />
          <NumberInput
            label="Port"
            description={`Usual: ${usualPort(values.transport)}.`}
            value={values.port}
            onChange={(port) => change({ port: typeof port === 'number' ? port : '' })}
            error={at('port')}
            min={1}
            max={65535}
            allowDecimal={false}
            hideControls
            placeholder={String(usualPort(values.transport))}
            data-testid="syslog-port"
          />
        </Group>
        <SegmentedControl
          aria-label="Transport"
          value={values.transport}
          onChange={(transport) => change({ transport: transport as SyslogValues['transport'], port: '' })}
          data={[
            { value: 'tls', label: 'Encrypted (TLS)' },
            { value: 'tcp', label: 'Not encrypted (TCP)' },
          ]}
          data-testid="syslog-transport"
        />
        {values.transport === 'tls' ? (
          <TlsFields values={values} change={change} at={at} hasKey={target?.has_client_key ?? false} />
        ) : (
          <Checkbox
            label="Send also to another machine, readable to everybody on the way"
            description="Names and addresses of people are in it. Without this, only to a program on this machine."
            checked={values.inClear}
            onChange={(event) => change({ inClear: event.currentTarget.checked })}
            error={at('transport')}
            data-testid="syslog-clear"
          />
        )}
        <div>
          <Text size="sm" fw={500} mb={4} id="syslog-wording">
            Text of a message
          </Text>
          <SegmentedControl
            fullWidth
            aria-labelledby="syslog-wording"
            value={values.wording}
            onChange={(wording) => change({ wording: wording as SyslogValues['wording'] })}
            data={[
              { value: 'sentence', label: 'A sentence' },
              { value: 'cef', label: 'CEF' },
            ]}
          />
        </div>
        <Checkbox
          label="Send the whole log, from its first entry on"
          checked={values.fromBeginning}
          onChange={(event) => change({ fromBeginning: event.currentTarget.checked })}
          data-testid="syslog-beginning"
        />
        <TestOutcome outcome={test.data} data-testid="syslog-test-result" />
        <ErrorNotice error={error ?? stop.error} fields={FIELDS} />
        <Group justify="space-between" gap="sm">
          <Button
            variant="default"
            onClick={() => test.mutate()}
            loading={test.isPending}
            data-testid="syslog-test"
          >
            Test
          </Button>
          <Group gap="sm">
            {target && (
              <Button
                variant="subtle"
                color="red"
                onClick={() => stop.mutate()}
                loading={stop.isPending}
                data-testid="syslog-stop"
              >
                Stop sending
              </Button>
            )}
            <Button type="submit" loading={save.isPending} data-testid="syslog-save">
              Send from now on
            </Button>
          </Group>
        </Group>
      </Stack>
    </form>
  );
}

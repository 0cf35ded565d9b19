import { Button, Card, Group, Modal, SimpleGrid, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { may } from '../session/rights';
import { useRights } from '../session/useRights';
import { useDialog } from '../ui/useDialog';
import { MailForm } from './MailForm';
import { mailSummary, smsSummary } from './mailWords';
import { mailQuery, smsQuery } from './queries';
import { SmsForm } from './SmsForm';

interface Props {
  title: string;
  summary: ReturnType<typeof mailSummary>;
  named: boolean;
  onChange(): void;
  testId: string;
}

function ServerCard({ title, summary: { tone, text }, named, onChange, testId }: Props) {
  return (
    <Card withBorder radius="lg" padding="md" component="section" aria-label={title} data-testid={testId}>
      <Group justify="space-between" align="center" gap="sm">
        <div style={{ flex: '1 1 12rem' }}>
          <Text fw={600} size="sm">
            {title}
          </Text>
          <Text
            size="sm"
            c={tone === 'bad' ? 'var(--vedette-bad)' : undefined}
            role="status"
            data-testid={`${testId}-state`}
          >
            {text}
          </Text>
        </div>
        <Button
          variant="default"
          size="sm"
          onClick={onChange}
          aria-label={`${named ? 'Change' : 'Set up'}: ${title}`}
          data-testid={`${testId}-change`}
        >
          {named ? 'Change' : 'Set up'}
        </Button>
      </Group>
    </Card>
  );
}

/** By which servers messages go out: for codes, and to tell users what happens to their accounts. */
export function MailCard() {
  const mayChange = may(useRights(), 'change_settings');
  const { data: mail } = useQuery({ ...mailQuery, enabled: mayChange });
  const { data: sms } = useQuery({ ...smsQuery, enabled: mayChange });
  const { about, opened, show, close } = useDialog<'mail' | 'sms'>();
  if (!mayChange || !mail || !sms) return null;
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} maw={760}>
      <ServerCard
        title="Mail server"
        summary={mailSummary(mail)}
        named={mail.server !== null}
        onChange={() => show('mail')}
        testId="mail"
      />
      <ServerCard
        title="SMS server"
        summary={smsSummary(sms)}
        named={sms.webhook !== null}
        onChange={() => show('sms')}
        testId="sms"
      />
      <Modal
        opened={opened}
        onClose={close}
        title={about === 'sms' ? 'SMS server' : 'Mail server'}
        size="lg"
        closeOnClickOutside={false}
      >
        {about === 'mail' && <MailForm server={mail.server} onClose={close} />}
        {about === 'sms' && <SmsForm webhook={sms.webhook} onClose={close} />}
      </Modal>
    </SimpleGrid>
  );
}

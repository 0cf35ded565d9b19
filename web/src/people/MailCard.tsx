import { Button, Card, Group, Modal, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { may } from '../session/rights';
import { useRights } from '../session/useRights';
import { useDialog } from '../ui/useDialog';
import { MailForm } from './MailForm';
import { mailSummary } from './mailWords';
import { mailQuery } from './queries';

/** By which server Vedette sends mail, and whether it is taken there. */
export function MailCard() {
  const mayChange = may(useRights(), 'change_settings');
  const { data: mail } = useQuery({ ...mailQuery, enabled: mayChange });
  const { opened, show, close } = useDialog<true>();
  if (!mayChange || !mail) return null;
  const { tone, text } = mailSummary(mail);
  return (
    <Card
      withBorder
      radius="lg"
      padding="md"
      maw={760}
      component="section"
      aria-label="Mail server"
      data-testid="mail"
    >
      <Group justify="space-between" align="center" gap="sm">
        <div style={{ flex: '1 1 16rem' }}>
          <Text fw={600} size="sm">
            Mail server
          </Text>
          <Text
            size="sm"
            c={tone === 'bad' ? 'var(--vedette-bad)' : undefined}
            role="status"
            data-testid="mail-state"
          >
            {text}
          </Text>
          <Text size="xs" c="dimmed">
            For codes, and to tell users what happens to their accounts.
          </Text>
        </div>
        <Button variant="default" size="sm" onClick={() => show(true)} data-testid="mail-change">
          {mail.server ? 'Change' : 'Set up'}
        </Button>
      </Group>
      <Modal opened={opened} onClose={close} title="Mail server" size="lg" closeOnClickOutside={false}>
        <MailForm server={mail.server} onClose={close} />
      </Modal>
    </Card>
  );
}

import { Button, Card, Group, Modal, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { may } from '../session/rights';
import { useRights } from '../session/useRights';
import { Notice } from '../ui/Notice';
import { useDialog } from '../ui/useDialog';
import classes from './SyslogCard.module.css';
import { syslogQuery } from './queries';
import { SyslogForm } from './SyslogForm';
import { summaryOf } from './syslogWords';

/** Where entries go beside this machine, and whether they arrive there. */
export function SyslogCard() {
  const { data: stream, error } = useQuery(syslogQuery);
  const rights = useRights();
  const { opened, show, close } = useDialog<true>();
  if (error) return <Notice>{error.message}</Notice>;
  if (!stream) return null;
  const { tone, text } = summaryOf(stream);
  return (
    <Card
      withBorder
      radius="lg"
      padding="md"
      component="section"
      aria-label="Syslog server"
      data-testid="syslog"
    >
      <Group justify="space-between" align="center" gap="sm">
        <div className={classes.words}>
          <Text fw={600} size="sm">
            Syslog server
          </Text>
          <Text
            size="sm"
            className={classes.summary}
            data-tone={tone}
            role="status"
            data-testid="syslog-state"
          >
            {text}
          </Text>
          <Text size="xs" c="dimmed">
            Here names, addresses and details are kept for {stream.keep_names_days} days; what was done stays.
          </Text>
        </div>
        {may(rights, 'change_settings') && (
          <Button variant="default" size="sm" onClick={() => show(true)} data-testid="syslog-change">
            {stream.target ? 'Change' : 'Set up'}
          </Button>
        )}
      </Group>
      <Modal
        opened={opened}
        onClose={close}
        title="Send to a syslog server"
        size="lg"
        closeOnClickOutside={false}
      >
        <SyslogForm target={stream.target} onClose={close} />
      </Modal>
    </Card>
  );
}

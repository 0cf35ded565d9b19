import { Button, Group, Stack, Text } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import type { Invitation } from '../api/client';
import { formatMoment } from '../ui/format';
import { IconCheck, IconCopy } from '../ui/icons';
import classes from './People.module.css';

interface Props {
  user: string;
  invitation: Invitation;
  onDone(): void;
}

const messageOf = (user: string, { code, expires_90k }: Invitation): string =>
  [
    `Your account at Vedette: open ${window.location.origin}/ and choose “I have an invitation”.`,
    `User name: ${user}`,
    `Code: ${code}`,
    `It works once, until ${formatMoment(expires_90k)}.`,
  ].join('\n');

/** The code, this once, and what to do with it. */
export function InvitationCard({ user, invitation, onDone }: Props) {
  const clipboard = useClipboard();
  return (
    <Stack gap="md" data-testid="invitation">
      <Text size="sm">
        Bring this to <strong>{user}</strong> in a way that nobody else reads. The code is shown now and never
        again; if it is lost, make a new invitation.
      </Text>
      <ol className={classes.steps}>
        <li>
          Open <strong className={classes.address}>{window.location.origin}/</strong>
        </li>
        <li>
          Choose <strong>I have an invitation</strong>
        </li>
        <li>
          Enter the user name <strong>{user}</strong>, this code, and a password of your own:
          <code className={classes.code} data-testid="invitation-shown">
            {invitation.code}
          </code>
        </li>
      </ol>
      <Text size="sm" c="dimmed">
        It works once, until {formatMoment(invitation.expires_90k)}.
      </Text>
      <Group justify="flex-end" gap="sm">
        <Button
          variant="default"
          leftSection={clipboard.copied ? <IconCheck size={17} /> : <IconCopy size={17} />}
          onClick={() => clipboard.copy(messageOf(user, invitation))}
          data-testid="invitation-copy"
        >
          <span aria-live="polite">{clipboard.copied ? 'Copied' : 'Copy as a message'}</span>
        </Button>
        <Button onClick={onDone} data-testid="invitation-done">
          Done
        </Button>
      </Group>
    </Stack>
  );
}

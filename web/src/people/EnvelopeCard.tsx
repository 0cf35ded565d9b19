import { createPortal } from 'react-dom';
import { Button, Group, Stack, Text } from '@mantine/core';
import { formatMoment } from '../ui/format';
import { IconPrinter } from '../ui/icons';
import { nowTicks } from '../media/ticks';
import envelope from './Envelope.module.css';
import classes from './People.module.css';

interface Props {
  account: string;
  code: string;
  onDone(): void;
}

/** What stands on the screen and on paper. */
function Instructions({ account, code, testId }: { account: string; code: string; testId: string }) {
  return (
    <>
      <h2 className={envelope.title}>Vedette: break-glass account “{account}”</h2>
      <ol className={classes.steps}>
        <li>
          Open <strong className={classes.address}>{window.location.origin}/</strong>
        </li>
        <li>
          Choose <strong>I have a sealed envelope</strong>
        </li>
        <li>
          Enter this code, which works once:
          <code className={classes.code} data-testid={testId}>
            {code}
          </code>
        </li>
      </ol>
      <Text size="sm">
        For emergencies, when nobody else can sign in. Whoever uses it is seen: all administrators are told,
        and it stands in the audit log. Afterwards an administrator seals a new envelope.
      </Text>
      <Text size="sm" c="dimmed">
        Sealed on {formatMoment(nowTicks())}
      </Text>
    </>
  );
}

/** The code of a sealed envelope, this once; printed, it is the page that goes into it. */
export function EnvelopeCard({ account, code, onDone }: Props) {
  return (
    <Stack gap="md" data-testid="envelope">
      <Text size="sm">
        Print this page, put it into an envelope, seal it, and keep it where two people see who takes it. The
        code is shown now and never again; if it is lost, seal a new envelope.
      </Text>
      <Instructions account={account} code={code} testId="envelope-code" />
      {createPortal(
        <div className={envelope.paper}>
          <Instructions account={account} code={code} testId="envelope-paper" />
        </div>,
        document.body,
      )}
      <Group justify="flex-end" gap="sm">
        <Button
          variant="default"
          leftSection={<IconPrinter size={17} />}
          onClick={() => window.print()}
          data-testid="envelope-print"
        >
          Print
        </Button>
        <Button onClick={onDone} data-testid="envelope-done">
          It is in its envelope
        </Button>
      </Group>
    </Stack>
  );
}

import { Group, Text } from '@mantine/core';
import { sentence } from './format';
import { IconCircleCheck } from './icons';
import { Notice } from './Notice';

interface Props {
  /** undefined: nothing was tested since the last change. */
  outcome: { ok: boolean; message: string } | undefined;
  'data-testid': string;
}

/** What became of a test message. */
export function TestOutcome({ outcome, 'data-testid': testId }: Props) {
  return (
    <div aria-live="polite" data-testid={testId}>
      {outcome?.ok === false && <Notice>{sentence(outcome.message)}</Notice>}
      {outcome?.ok && (
        <Group gap="xs" wrap="nowrap">
          <IconCircleCheck size={20} aria-hidden="true" />
          <Text size="sm">{sentence(outcome.message)}</Text>
        </Group>
      )}
    </div>
  );
}

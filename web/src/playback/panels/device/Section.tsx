import { Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Notice } from '../../../ui/Notice';
import { sentence } from '../../../ui/format';
import facts from '../Facts.module.css';

interface Outcome {
  error: Error | null;
  data?: { message: string } | undefined;
}

interface Props {
  title: string;
  /** What was done last here. */
  outcome?: Outcome;
  children: ReactNode;
}

export function Section({ title, outcome, children }: Props) {
  return (
    <section>
      <h2 className={facts.heading}>{title}</h2>
      <Stack gap="sm">
        {children}
        {outcome?.error && <Notice>{outcome.error.message}</Notice>}
        {!outcome?.error && outcome?.data?.message && (
          <Text size="sm" role="status">
            {sentence(outcome.data.message)}
          </Text>
        )}
      </Stack>
    </section>
  );
}

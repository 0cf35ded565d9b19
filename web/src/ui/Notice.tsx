import { Alert } from '@mantine/core';
import { IconAlertTriangle } from './icons';
import type { ReactNode } from 'react';

/** One sentence about what went wrong, where the user is looking. */
export function Notice({ children, tone = 'bad' }: { children: ReactNode; tone?: 'bad' | 'wait' }) {
  return (
    <Alert
      role="alert"
      variant="light"
      color={tone === 'bad' ? 'red' : 'yellow'}
      icon={<IconAlertTriangle size={18} />}
      data-testid="notice"
    >
      {children}
    </Alert>
  );
}

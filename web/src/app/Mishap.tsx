import { Button, Stack } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import { Notice } from '../ui/Notice';

interface State {
  failed: boolean;
}

/**
 * A fault in a page must not leave it white: it says so, and offers what helps most often. An open page may be older
 * than a server that was updated under it.
 */
export class Mishap extends Component<{ children: ReactNode }, State> {
  override state: State = { failed: false };

  static getDerivedStateFromError(): State {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <Stack align="flex-start" p="md" data-testid="mishap">
        <Notice>
          This page could not be shown: perhaps the server was updated since it was opened. Recording goes on.
        </Notice>
        <Button onClick={() => window.location.reload()}>Load it again</Button>
      </Stack>
    );
  }
}

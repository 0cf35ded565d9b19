import { Button, Group, Popover, Stack, Text, TextInput, UnstyledButton } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { useState, type ReactNode } from 'react';
import type { Interval } from '../api/client';
import { nowTicks, TICKS_PER_SECOND } from '../media/ticks';
import { formatMoment } from '../ui/format';
import { IconCheck, IconLink } from '../ui/icons';
import classes from './CameraPage.module.css';
import { fromInput, toInput } from './interval';
import { linkTo } from './usePlace';

interface Props {
  position90k: number | undefined;
  /** From the first to the last recorded moment, where that is known. */
  extent: Interval | null | undefined;
  opened: boolean;
  onOpened(opened: boolean): void;
  onSeek(moment90k: number): void;
  children: ReactNode;
}

function problemOf(moment90k: number | undefined, extent: Props['extent']): string | undefined {
  if (moment90k === undefined) return 'Enter a day and a time.';
  if (moment90k >= nowTicks()) return 'This is still to come.';
  // The form knows whole seconds only.
  if (extent && moment90k + TICKS_PER_SECOND <= extent.start_90k)
    return `The recording begins on ${formatMoment(extent.start_90k)}.`;
  return undefined;
}

/** The clock, which opens a form to go to any moment, and to link to the shown one. */
export function GoTo({ position90k, extent, opened, onOpened, onSeek, children }: Props) {
  return (
    <Popover
      opened={opened}
      onChange={onOpened}
      position="top-start"
      trapFocus
      returnFocus
      shadow="md"
      withinPortal={false}
    >
      <Popover.Target>
        <UnstyledButton
          className={classes.clock}
          onClick={() => onOpened(!opened)}
          title="Go to a moment (G)"
          data-testid="picture-time"
          data-ticks={position90k}
        >
          {children}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <Form
          position90k={position90k}
          extent={extent}
          onSeek={(moment90k) => {
            onOpened(false);
            onSeek(moment90k);
          }}
        />
      </Popover.Dropdown>
    </Popover>
  );
}

/** Mounted when it is opened, and so begins at the moment that is shown then. */
function Form({ position90k, extent, onSeek }: Pick<Props, 'position90k' | 'extent' | 'onSeek'>) {
  const [shown90k] = useState(position90k ?? nowTicks());
  const [text, setText] = useState(() => toInput(shown90k));
  const clipboard = useClipboard();
  const moment90k = fromInput(text);
  const problem = problemOf(moment90k, extent);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!problem && moment90k !== undefined) onSeek(moment90k);
      }}
    >
      <Stack gap="sm" w={260}>
        <Text fw={600}>Go to a moment</Text>
        <TextInput
          type="datetime-local"
          step={1}
          label="Day and time"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          error={problem}
          data-autofocus
          data-testid="go-to-moment"
        />
        <Group grow>
          <Button type="submit" disabled={problem !== undefined} data-testid="go-to">
            Go
          </Button>
        </Group>
        <Button
          variant="subtle"
          color="gray"
          size="compact-sm"
          leftSection={clipboard.copied ? <IconCheck size={16} /> : <IconLink size={16} />}
          onClick={() => clipboard.copy(linkTo(shown90k))}
          data-testid="copy-link"
        >
          <span aria-live="polite">
            {clipboard.copied ? 'The link is copied' : 'Copy a link to this picture'}
          </span>
        </Button>
      </Stack>
    </form>
  );
}

import { Chip, Group, NumberInput, SegmentedControl, Select, SimpleGrid, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { KIND_WORDS, type EventKind } from '../events/events';
import type { Cell } from '../week/week';
import { WEEK_ROWS, WeekGrid } from '../week/WeekGrid';
import { LIMITS, MODE_WORDS, modeOfHour, MODES, planWords, withMode, type Mode, type Modes } from './plan';
import classes from './Recording.module.css';
import { chosenModes, usesEvents, type Choice, type RecordingProblems, type RecordingValues } from './values';

const CHOICES: { value: Choice; label: string }[] = [
  { value: 'continuous', label: 'Always' },
  { value: 'on_event', label: 'When something happens' },
  { value: 'week', label: 'By the hours of the week' },
  { value: 'off', label: 'Never; only watched live' },
];
const NEEDS_EVENTS = 'This camera tells no events: it was added without ONVIF. “Find cameras” adds it with.';

interface PainterProps {
  modes: Modes;
  mayUseEvents: boolean;
  onModes(modes: Modes): void;
}

/** Hours of the week, painted with the mode that is chosen above them. */
function Painter({ modes, mayUseEvents, onModes }: PainterProps) {
  const [brush, setBrush] = useState<Mode>(mayUseEvents ? 'on_event' : 'off');
  const paint = (from: Cell) => (to: Cell) => onModes(withMode(modes, from, to, brush));
  return (
    <Stack gap={6} data-testid="recording-week">
      <SegmentedControl
        size="xs"
        aria-label="Paint with"
        value={brush}
        onChange={(value) => setBrush(value as Mode)}
        data={MODES.map((mode) => ({
          value: mode,
          disabled: mode === 'on_event' && !mayUseEvents,
          label: (
            <span className={classes.brush}>
              <span className={classes.swatch} data-mode={mode} aria-hidden="true" />
              {MODE_WORDS[mode]}
            </span>
          ),
        }))}
        data-testid="recording-brush"
      />
      <WeekGrid
        label="When it is recorded"
        rows={WEEK_ROWS}
        cellOf={(cell, title) => {
          const mode = modeOfHour(modes, cell);
          return {
            label: `${title}: ${mode ? MODE_WORDS[mode] : 'several'}`,
            selected: mode !== undefined && mode !== 'off',
            look: { 'data-mode': mode ?? 'several' },
          };
        }}
        begin={paint}
        carry={(_, to) => paint(to)(to)}
      />
      <Text size="xs" c="dimmed">
        Paint hours by mouse or finger; with keys: arrows, space, and Shift with arrows to go on painting. The
        hours are those of the clock where Vedette runs.
      </Text>
    </Stack>
  );
}

interface Props {
  values: RecordingValues;
  problems: RecordingProblems;
  /** Of a camera that tells events. */
  mayUseEvents: boolean;
  error?: string | undefined;
  onValues(change: Partial<RecordingValues>): void;
}

const numberOf = (value: string | number) =>
  value === '' || Number.isNaN(Number(value)) ? ('' as const) : Number(value);

/** When a camera is recorded: always, when something happens, never, or as the week has it. */
export function RecordingFields({ values, problems, mayUseEvents, error, onValues }: Props) {
  const choose = (choice: Choice) =>
    // The week begins as it was chosen before.
    onValues(choice === 'week' ? { choice, modes: chosenModes(values) } : { choice });
  return (
    <Stack gap="xs" data-testid="recording">
      <Select
        label="Record"
        description={mayUseEvents ? 'It can be watched live whatever is chosen here.' : NEEDS_EVENTS}
        data={CHOICES.map((one) => ({ ...one, disabled: one.value === 'on_event' && !mayUseEvents }))}
        allowDeselect={false}
        value={values.choice}
        onChange={(choice) => choice && choose(choice as Choice)}
        error={error}
        data-testid="recording-choice"
      />
      {values.choice === 'week' && (
        <Painter modes={values.modes} mayUseEvents={mayUseEvents} onModes={(modes) => onValues({ modes })} />
      )}
      {values.choice === 'week' && (
        <Text size="sm" data-testid="recording-words">
          {planWords(values.modes)}.
        </Text>
      )}
      {usesEvents(values) && (
        <>
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <NumberInput
              label="Record before an event"
              description="Kept in memory until something happens."
              suffix=" seconds"
              allowDecimal={false}
              allowNegative={false}
              min={0}
              max={LIMITS.preRoll}
              clampBehavior="none"
              value={values.pre_roll_s}
              onChange={(value) => onValues({ pre_roll_s: numberOf(value) })}
              error={problems.pre_roll_s}
              data-testid="recording-pre-roll"
            />
            <NumberInput
              label="Go on after it"
              description="After the last event was over."
              suffix=" seconds"
              allowDecimal={false}
              allowNegative={false}
              min={LIMITS.leastPostRoll}
              max={LIMITS.postRoll}
              clampBehavior="none"
              value={values.post_roll_s}
              onChange={(value) => onValues({ post_roll_s: numberOf(value) })}
              error={problems.post_roll_s}
              data-testid="recording-post-roll"
            />
          </SimpleGrid>
          <div>
            <Text size="sm" fw={500} mb={6} id="recording-kinds">
              What counts as an event
            </Text>
            <Chip.Group
              multiple
              value={values.event_kinds}
              onChange={(kinds) => onValues({ event_kinds: kinds as EventKind[] })}
            >
              <Group gap={6} role="group" aria-labelledby="recording-kinds" data-testid="recording-kinds">
                {Object.entries(KIND_WORDS).map(([kind, word]) => (
                  <Chip key={kind} value={kind} size="sm">
                    {word}
                  </Chip>
                ))}
              </Group>
            </Chip.Group>
            {problems.event_kinds && (
              <Text size="xs" c="red" mt={4} role="alert">
                {problems.event_kinds}
              </Text>
            )}
          </div>
        </>
      )}
    </Stack>
  );
}

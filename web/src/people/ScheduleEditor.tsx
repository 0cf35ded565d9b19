import { Stack, Switch, Text, TextInput } from '@mantine/core';
import { useRef, useState } from 'react';
import {
  emptyWeek,
  hasHolidays,
  NOT_UNDERSTOOD,
  parseWeek,
  quartersIn,
  weekText,
  withHolidays,
  withHours,
  type Cell,
  type Week,
} from '../week/week';
import { WEEK_ROWS, WeekGrid } from '../week/WeekGrid';

const QUARTERS = 4;

interface Props {
  /** "Mo-Fr 8:00-18:00": what is typed, which may not be understood (yet). */
  text: string;
  error?: string | undefined;
  onText(text: string): void;
}

/** The rows of the grid: holidays where they are days of their own. */
const rowsOf = (week: Week) => [
  ...WEEK_ROWS,
  ...(hasHolidays(week) ? [{ name: 'Hol', title: 'Holidays' }] : []),
];

/** What the first cell of a stroke becomes, the others become. */
function Grid({ week, onWeek }: { week: Week; onWeek(week: Week): void }) {
  const isIn = (cell: Cell) => quartersIn(week, cell) === QUARTERS;
  return (
    <WeekGrid
      label="Hours of the week"
      rows={rowsOf(week)}
      cellOf={(cell, title) => {
        const quarters = quartersIn(week, cell);
        const partly = quarters > 0 && quarters < QUARTERS ? ', partly' : '';
        return {
          label: `${title}${partly}`,
          selected: quarters === QUARTERS,
          look: { 'data-quarters': quarters },
        };
      }}
      begin={(from) => {
        const value = !isIn(from);
        return (to) => onWeek(withHours(week, from, to, value));
      }}
      carry={(from, to) => onWeek(withHours(week, to, to, isIn(from)))}
    />
  );
}

/** When a role counts: as cells to paint, and as words to type, which are the same thing. */
export function ScheduleEditor({ text, error, onText }: Props) {
  const typed = parseWeek(text);
  const understood = useRef<Week>(emptyWeek());
  if (typed) understood.current = typed;
  const [left, setLeft] = useState(false);
  return (
    <Stack gap="xs" data-testid="schedule">
      <Grid week={understood.current} onWeek={(week) => onText(weekText(week))} />
      <Switch
        label="Holidays are days of their own"
        description="Otherwise they are as their day of the week. Which days are holidays stands under Rules."
        checked={hasHolidays(understood.current)}
        onChange={(event) => onText(weekText(withHolidays(understood.current, event.currentTarget.checked)))}
        data-testid="schedule-holidays"
      />
      <TextInput
        label="In words"
        description="The same, to a quarter of an hour. Several days: Mo-Fr or Sa, Su; over midnight: 22-6."
        placeholder="Mo-Fr 8:00-18:00; Sa 9:00-12:30; Holidays off"
        value={text}
        onChange={(event) => {
          setLeft(false);
          onText(event.currentTarget.value);
        }}
        onBlur={() => {
          setLeft(true);
          if (typed) onText(weekText(typed));
        }}
        error={error ?? (left && !typed ? NOT_UNDERSTOOD : undefined)}
        autoComplete="off"
        spellCheck={false}
        data-testid="schedule-words"
      />
      <Text size="xs" c="dimmed">
        Paint hours by mouse or finger; with keys: arrows, space, and Shift with arrows to go on painting.
      </Text>
    </Stack>
  );
}

import { Stack, Switch, Text, TextInput } from '@mantine/core';
import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import {
  DAY_NAMES,
  DAYS,
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
} from './schedule';
import classes from './Schedule.module.css';

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const QUARTERS = 4;
const STEPS: Record<string, [number, number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

interface Drag {
  from: Cell;
  /** The week as it was before. */
  week: Week;
  value: boolean;
}

interface Props {
  /** "Mo-Fr 8:00-18:00": what is typed, which may not be understood (yet). */
  text: string;
  error?: string | undefined;
  onText(text: string): void;
}

/** The rows of the grid: holidays where they are days of their own. */
const rowsOf = (week: Week) => [
  ...DAYS.map((name, day) => ({ name: name as string, title: DAY_NAMES[day] as string })),
  ...(hasHolidays(week) ? [{ name: 'Hol', title: 'Holidays' }] : []),
];

const clamp = (value: number, most: number) => Math.min(Math.max(value, 0), most);

function labelOf(title: string, hour: number, quarters: number): string {
  const partly = quarters > 0 && quarters < QUARTERS ? ', partly' : '';
  return `${title} ${hour}:00 to ${hour + 1}:00${partly}`;
}

interface GridProps {
  week: Week;
  onWeek(week: Week): void;
}

/** Hours as cells, painted by mouse, finger or keys: what the first cell becomes, the others become. */
function Grid({ week, onWeek }: GridProps) {
  const [active, setActive] = useState<Cell>({ day: 0, hour: 8 });
  const drag = useRef<Drag>(undefined);
  const grid = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const end = () => (drag.current = undefined);
    window.addEventListener('pointerup', end);
    window.addEventListener('pointercancel', end);
    return () => {
      window.removeEventListener('pointerup', end);
      window.removeEventListener('pointercancel', end);
    };
  }, []);
  const rows = rowsOf(week);
  const isIn = (cell: Cell) => quartersIn(week, cell) === QUARTERS;
  const begin = (event: PointerEvent<HTMLButtonElement>, cell: Cell) => {
    if (event.button !== 0) return;
    // A finger would stay with the cell on which it came down.
    event.currentTarget.releasePointerCapture(event.pointerId);
    drag.current = { from: cell, week, value: !isIn(cell) };
    setActive(cell);
    onWeek(withHours(week, cell, cell, !isIn(cell)));
  };
  const extend = (cell: Cell) => {
    if (drag.current) onWeek(withHours(drag.current.week, drag.current.from, cell, drag.current.value));
  };
  const onKeyDown = (event: KeyboardEvent, cell: Cell) => {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const next = { day: clamp(cell.day + step[0], rows.length - 1), hour: clamp(cell.hour + step[1], 23) };
    if (event.shiftKey) onWeek(withHours(week, next, next, isIn(cell)));
    setActive(next);
    grid.current?.querySelector<HTMLElement>(`[data-cell="${next.day}-${next.hour}"]`)?.focus();
  };
  return (
    <div
      ref={grid}
      className={classes.grid}
      role="grid"
      aria-label="Hours of the week"
      aria-multiselectable="true"
    >
      <div className={classes.row} aria-hidden="true">
        <span />
        {HOURS.map((hour) => (
          <span key={hour} className={classes.hour}>
            {hour % 6 === 0 ? hour : ''}
          </span>
        ))}
      </div>
      {rows.map(({ name, title }, day) => (
        <div key={name} className={classes.row} role="row">
          <span className={classes.day} role="rowheader" aria-label={title}>
            {name}
          </span>
          {HOURS.map((hour) => {
            const cell = { day, hour };
            const quarters = quartersIn(week, cell);
            return (
              <button
                key={hour}
                type="button"
                role="gridcell"
                className={classes.cell}
                aria-label={labelOf(title, hour, quarters)}
                aria-selected={quarters === QUARTERS}
                tabIndex={active.day === day && active.hour === hour ? 0 : -1}
                data-cell={`${day}-${hour}`}
                data-quarters={quarters}
                onPointerDown={(event) => begin(event, cell)}
                onPointerEnter={() => extend(cell)}
                onKeyDown={(event) => onKeyDown(event, cell)}
                // By the keyboard; a pointer has painted already.
                onClick={(event) => event.detail === 0 && onWeek(withHours(week, cell, cell, !isIn(cell)))}
              />
            );
          })}
        </div>
      ))}
    </div>
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

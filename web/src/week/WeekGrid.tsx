import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { DAY_NAMES, DAYS, type Cell } from './week';
import classes from './Week.module.css';

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const STEPS: Record<string, [number, number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

export const WEEK_ROWS = DAYS.map((name, day) => ({ name: name as string, title: DAY_NAMES[day] as string }));

/** "Monday 8:00 to 9:00". */
export const hourTitle = (title: string, hour: number) => `${title} ${hour}:00 to ${hour + 1}:00`;

const clamp = (value: number, most: number) => Math.min(Math.max(value, 0), most);

/** Paints the rectangle of hours from where a stroke began to this one, both included. */
export type Stroke = (to: Cell) => void;

interface Props {
  label: string;
  rows: { name: string; title: string }[];
  /** What is said of a cell, and attributes by which Week.module.css shows it. */
  cellOf(cell: Cell, title: string): { label: string; selected: boolean; look: Record<string, unknown> };
  /** A stroke begins at `from`. */
  begin(from: Cell): Stroke;
  /** By Shift and arrows: `to` becomes as `from`, or as the brush has it. */
  carry(from: Cell, to: Cell): void;
}

/** Hours of the week as cells, painted by mouse, finger or keys. */
export function WeekGrid({ label, rows, cellOf, begin, carry }: Props) {
  const [active, setActive] = useState<Cell>({ day: 0, hour: 8 });
  const stroke = useRef<Stroke>(undefined);
  const grid = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const end = () => (stroke.current = undefined);
    window.addEventListener('pointerup', end);
    window.addEventListener('pointercancel', end);
    return () => {
      window.removeEventListener('pointerup', end);
      window.removeEventListener('pointercancel', end);
    };
  }, []);
  const onPointerDown = (event: PointerEvent<HTMLButtonElement>, cell: Cell) => {
    if (event.button !== 0) return;
    // A finger would stay with the cell on which it came down.
    event.currentTarget.releasePointerCapture(event.pointerId);
    stroke.current = begin(cell);
    setActive(cell);
    stroke.current(cell);
  };
  const onKeyDown = (event: KeyboardEvent, cell: Cell) => {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const next = { day: clamp(cell.day + step[0], rows.length - 1), hour: clamp(cell.hour + step[1], 23) };
    if (event.shiftKey) carry(cell, next);
    setActive(next);
    grid.current?.querySelector<HTMLElement>(`[data-cell="${next.day}-${next.hour}"]`)?.focus();
  };
  return (
    <div ref={grid} className={classes.grid} role="grid" aria-label={label} aria-multiselectable="true">
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
            const shown = cellOf(cell, hourTitle(title, hour));
            return (
              <button
                key={hour}
                type="button"
                role="gridcell"
                className={classes.cell}
                aria-label={shown.label}
                aria-selected={shown.selected}
                tabIndex={active.day === day && active.hour === hour ? 0 : -1}
                data-cell={`${day}-${hour}`}
                {...shown.look}
                onPointerDown={(event) => onPointerDown(event, cell)}
                onPointerEnter={() => stroke.current?.(cell)}
                onKeyDown={(event) => onKeyDown(event, cell)}
                // By the keyboard; a pointer has painted already.
                onClick={(event) => event.detail === 0 && begin(cell)(cell)}
              />
            );
          })}
        </div>
      ))}
    </div>
  );
}

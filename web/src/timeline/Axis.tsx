import { formatDay } from '../ui/format';
import { dateFromTicks, TICKS_PER_SECOND } from '../media/ticks';
import { DAY_LABEL_PIXELS, marksOf, startOfDay, xOf, type View } from './scale';
import classes from './Timeline.module.css';

const withSeconds = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const withMinutes = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
/** Half of the longest label; one that would stick out at an edge is left out. */
const HALF_LABEL = 34;
const DAY_SECONDS = 86_400;

interface Props {
  view: View;
  width: number;
  top: number;
  bottom: number;
}

/** Times above the bar, days below it. */
export function Axis({ view, width, top, bottom }: Props) {
  const { stepSeconds, minorSeconds, marks } = marksOf(view, width);
  const clock = stepSeconds < 60 ? withSeconds : withMinutes;
  return (
    <g>
      {marks.map(({ ticks, major, midnight }) => {
        const x = xOf(view, ticks, width);
        const fits = x >= HALF_LABEL && x <= width - HALF_LABEL;
        return (
          <g
            key={ticks}
            className={midnight ? classes.midnight : classes.mark}
            data-minor={!major || undefined}
          >
            <line x1={x} x2={x} y1={major ? top - 9 : top - 4} y2={major ? bottom + 4 : top} />
            {major && fits && stepSeconds < DAY_SECONDS && (
              <text x={x} y={13} textAnchor="middle">
                {clock.format(dateFromTicks(ticks))}
              </text>
            )}
          </g>
        );
      })}
      {minorSeconds > 0 && <Days view={view} width={width} y={bottom + 20} stepSeconds={stepSeconds} />}
    </g>
  );
}

interface DaysProps {
  view: View;
  width: number;
  y: number;
  stepSeconds: number;
}

/** The day at the left edge, pushed out by the next one, as headings of lists are. */
function Days({ view, width, y, stepSeconds }: DaysProps) {
  const every = Math.max(1, Math.round(stepSeconds / DAY_SECONDS));
  const days: number[] = [];
  let day = startOfDay(view.start90k);
  for (let n = 0; day < view.end90k; ++n) {
    if (n % every === 0 || stepSeconds < DAY_SECONDS) days.push(day);
    // A day of 23 or 25 hours is met by going to its middle first.
    day = startOfDay(day + 1.5 * DAY_SECONDS * TICKS_PER_SECOND);
  }
  return days.map((start, i) => {
    const next = days[i + 1];
    const end = next === undefined ? width : xOf(view, next, width);
    const begin = xOf(view, start, width);
    const x = i === 0 ? Math.min(Math.max(begin, 0), end - DAY_LABEL_PIXELS) : begin;
    if (x < 0 || (days.length > 1 && x + DAY_LABEL_PIXELS > end)) return null;
    return (
      <text key={start} x={x + 2} y={y} className={classes.dayLabel}>
        {formatDay(start)}
      </text>
    );
  });
}

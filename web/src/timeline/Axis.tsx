import { formatDay } from '../ui/format';
import { dateFromTicks } from '../media/ticks';
import { marksOf, xOf, type View } from './scale';
import classes from './Timeline.module.css';

const withSeconds = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const withMinutes = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });

export function Axis({ view, width, height }: { view: View; width: number; height: number }) {
  const { stepSeconds, marks } = marksOf(view, width);
  const clock = stepSeconds < 60 ? withSeconds : withMinutes;
  return (
    <g>
      {marks.map(({ ticks, midnight }) => {
        const x = xOf(view, ticks, width);
        return (
          <g key={ticks} className={midnight ? classes.midnight : classes.mark}>
            <line x1={x} x2={x} y1={20} y2={height} />
            <text x={x} y={13} textAnchor="middle">
              {midnight ? formatDay(ticks) : clock.format(dateFromTicks(ticks))}
            </text>
          </g>
        );
      })}
    </g>
  );
}

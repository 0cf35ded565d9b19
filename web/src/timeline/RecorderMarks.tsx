import { formatMoment } from '../ui/format';
import type { RecorderMark } from './recorderEvents';
import classes from './Timeline.module.css';

/** More are a burden to who hears them; one may zoom in. */
const MAX_TOLD = 12;

interface MarksProps {
  marks: RecorderMark[];
  /** Of a line, and the base of its word. */
  top: number;
  bottom: number;
  base: number;
}

/** What happened to the recorder: a line over the bar, and a word below it. */
export function RecorderMarks({ marks, top, bottom, base }: MarksProps) {
  return marks.map((mark) => (
    <g
      key={mark.x}
      className={classes.recorder}
      transform={`translate(${mark.x} 0)`}
      data-testid="timeline-recorder"
    >
      <line y1={top} y2={mark.side ? base : bottom} />
      {mark.side && (
        <text x={mark.side === 'left' ? -4 : 4} y={base} textAnchor={mark.side === 'left' ? 'end' : 'start'}>
          {mark.word}
        </text>
      )}
    </g>
  ));
}

/** The same for screen readers. */
export function RecorderList({ marks }: { marks: RecorderMark[] }) {
  if (marks.length === 0) return null;
  return (
    <ul className={classes.keys} aria-label="What happened to the recorder">
      {marks.slice(-MAX_TOLD).map(({ x, text, event }) => (
        <li key={x}>
          {formatMoment(event.at_90k)}: {text}
        </li>
      ))}
    </ul>
  );
}

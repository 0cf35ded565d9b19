import { Skeleton, Stack, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { Camera } from '../../api/client';
import { recordingsQuery } from '../../api/queries';
import { nowTicks, TICKS_PER_SECOND } from '../../media/ticks';
import { formatClock, formatDay, formatSpan, sentence, withLocalTimes } from '../../ui/format';
import { Notice } from '../../ui/Notice';
import classes from './Facts.module.css';
import { Moment } from './Moment';
import type { PanelProps } from './panel';

const DAY = 86_400 * TICKS_PER_SECOND;
/** The question stays the same for this long, so that its answer can be kept. */
const GRID = 900 * TICKS_PER_SECOND;
/** Playback begins so long before an interruption. */
const BEFORE = 5 * TICKS_PER_SECOND;
const MOST = 200;

const FILLING_WORDS: Record<Camera['gap_filling']['state'], string> = {
  off: 'Gaps are not filled from the camera’s own storage: its setting says so.',
  unsupported: 'Gaps can’t be filled from the camera’s own storage.',
  idle: '',
  fetching: 'Filling a gap from the camera’s own storage.',
  failed: 'The camera’s own storage could not be read; it will be tried again.',
};

function FillingState({ filling }: { filling: Camera['gap_filling'] }) {
  const text = [FILLING_WORDS[filling.state], sentence(withLocalTimes(filling.message))]
    .filter(Boolean)
    .join(' ');
  if (!text) return null;
  return (
    <Text size="sm" data-testid="gap-filling" data-state={filling.state}>
      {text}
    </Text>
  );
}

/** The last day's gaps with their reasons: what the timeline shows as colours, as a list. */
export function GapsPanel({ camera, seek }: PanelProps) {
  const end90k = Math.ceil(nowTicks() / GRID) * GRID;
  const { data, error } = useQuery({
    ...recordingsQuery(camera.id, 'main', end90k - DAY, end90k),
    placeholderData: keepPreviousData,
  });
  if (!data && error) return <Notice>{error.message}</Notice>;
  if (!data) return <Skeleton height={80} radius="md" />;
  const gaps = [...data.gaps].reverse();
  const filling = <FillingState filling={camera.gap_filling} />;
  if (gaps.length === 0) {
    return (
      <Stack gap="xs">
        <Text size="sm" c="dimmed">
          Recorded without interruption{data.extent ? ' in the last 24 hours' : ' so far'}.
        </Text>
        {filling}
      </Stack>
    );
  }
  return (
    <Stack gap="xs">
      <Text size="sm" c="dimmed">
        What was not recorded in the last 24 hours, and why.
        {seek && ' Choose one to play what came before it.'}
      </Text>
      {filling}
      <ul className={classes.events}>
        {gaps.slice(0, MOST).map((gap) => (
          <li key={gap.start_90k} data-by-plan={gap.by_plan || undefined}>
            <Moment onPlay={seek && (() => seek(gap.start_90k - BEFORE))}>
              <span className={classes.when}>
                <span>
                  {formatDay(gap.start_90k)}, {formatClock(gap.start_90k)}
                </span>
                <span>{formatSpan(gap.start_90k, gap.end_90k)}</span>
              </span>
              <span className={classes.why}>
                {sentence(gap.reason) || 'No reason is known.'}
                {gap.not_filled && ` Its own storage: ${sentence(withLocalTimes(gap.not_filled))}`}
              </span>
            </Moment>
          </li>
        ))}
      </ul>
      {gaps.length > MOST && (
        <Text size="sm" c="dimmed">
          {gaps.length - MOST} more are on the timeline.
        </Text>
      )}
    </Stack>
  );
}

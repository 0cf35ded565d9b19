import { NativeSelect, Skeleton, Stack, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { EventKind } from '../../events/events';
import { describeSource, describeSpan, KIND_WORDS } from '../../events/events';
import { eventsQuery } from '../../events/queries';
import { nowTicks, TICKS_PER_SECOND } from '../../media/ticks';
import { formatClock, formatDay, sentence } from '../../ui/format';
import { Notice } from '../../ui/Notice';
import classes from './Facts.module.css';
import { Moment } from './Moment';
import type { PanelProps } from './panel';

const DAY = 86_400 * TICKS_PER_SECOND;
/** The question stays the same for this long, so that its answer can be kept. */
const GRID = 900 * TICKS_PER_SECOND;
/** Playback begins so long before an event. */
const BEFORE = 3 * TICKS_PER_SECOND;
const MOST = 300;

const dayUnlessToday = (ticks: number) => {
  const day = formatDay(ticks);
  return day === formatDay(nowTicks()) ? '' : day;
};

/** What the camera itself told in the last day: motion, tampering, inputs, its analytics. */
export function EventsPanel({ camera, seek }: PanelProps) {
  const [kind, setKind] = useState<EventKind | ''>('');
  const end90k = Math.ceil(nowTicks() / GRID) * GRID;
  const { data, error } = useQuery({
    ...eventsQuery(camera.id, end90k - DAY, end90k),
    placeholderData: keepPreviousData,
  });
  if (!data && error) return <Notice>{error.message}</Notice>;
  if (!data) return <Skeleton height={80} radius="md" />;
  const kinds = [...new Set(data.events.map((event) => event.kind))];
  const shown = data.events.filter((event) => !kind || event.kind === kind).reverse();
  const troubled = data.subscription === 'waiting' || data.subscription === 'refused';
  return (
    <Stack gap="xs" data-testid="events" data-subscription={data.subscription}>
      {troubled && (
        <Notice tone="wait">
          The camera does not tell its events for now: {sentence(data.reason)}
          {data.subscription === 'refused' && ' Correct its user name and password to try again.'}
        </Notice>
      )}
      {kinds.length > 1 && (
        <NativeSelect
          size="sm"
          aria-label="Kind of event"
          value={kind}
          data={[
            { value: '', label: 'All events' },
            ...kinds.map((one) => ({ value: one, label: KIND_WORDS[one] })),
          ]}
          onChange={(event) => setKind(event.currentTarget.value as EventKind | '')}
        />
      )}
      {shown.length === 0 && (
        <Text size="sm" c="dimmed">
          {data.subscription === 'none' && data.reason
            ? sentence(data.reason)
            : 'The camera told nothing in the last 24 hours.'}
        </Text>
      )}
      <ul className={classes.events}>
        {shown.slice(0, MOST).map((event) => (
          <li key={event.id}>
            <Moment
              onPlay={seek && (() => seek(event.start_90k - BEFORE))}
              data-testid="event"
              data-kind={event.kind}
            >
              <span className={classes.when}>
                <span>{KIND_WORDS[event.kind]}</span>
                <span>{formatClock(event.start_90k)}</span>
              </span>
              <span className={classes.why}>
                {[describeSource(event), describeSpan(event, nowTicks()), dayUnlessToday(event.start_90k)]
                  .filter(Boolean)
                  .join(' · ')}
              </span>
            </Moment>
          </li>
        ))}
      </ul>
      {(data.more || shown.length > MOST) && (
        <Text size="sm" c="dimmed">
          There were more; the timeline shows them.
        </Text>
      )}
    </Stack>
  );
}

import { Button, Checkbox, Group, Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { api, type Camera, type Hold } from '../../api/client';
import { dataOf } from '../../api/problem';
import { holdsQuery } from '../../api/queries';
import { nowTicks, TICKS_PER_SECOND } from '../../media/ticks';
import { may } from '../../session/rights';
import { formatMoment } from '../../ui/format';
import { Notice } from '../../ui/Notice';
import { fromInput, intervalProblem, toInput } from '../interval';
import classes from './Facts.module.css';
import { Moment } from './Moment';
import type { PanelProps } from './panel';

/** So much before and after the shown moment is proposed. */
const AROUND = 300 * TICKS_PER_SECOND;

/** What of the camera's recordings no rule may delete: the list, a new one, and lifting them. */
export function HoldsPanel({ camera, position90k, seek }: PanelProps) {
  const { data, error } = useQuery(holdsQuery(camera.id));
  const [adding, setAdding] = useState(false);
  const mayPlace = may(camera, 'place_holds');
  if (!data && error) return <Notice>{error.message}</Notice>;
  if (!data) return <Skeleton height={80} radius="md" />;
  return (
    <Stack gap="md" data-testid="holds">
      <Text size="sm" c="dimmed">
        {data.holds.length === 0
          ? `Nothing is held.${mayPlace ? ' Hold recordings that must not be deleted, whatever the rules say.' : ''}`
          : 'These recordings are deleted by no rule, however old they are or full the disk is.'}
      </Text>
      {mayPlace && adding && (
        <NewHold camera={camera} moment90k={position90k() ?? nowTicks()} onClose={() => setAdding(false)} />
      )}
      {mayPlace && !adding && (
        <Button variant="default" onClick={() => setAdding(true)} data-testid="hold-add">
          Hold recordings
        </Button>
      )}
      {data.holds.length > 0 && (
        <ul className={classes.events}>
          {data.holds.map((hold) => (
            <HoldRow
              key={hold.id}
              camera={camera}
              hold={hold}
              onShow={seek && (() => seek(hold.start_90k))}
            />
          ))}
        </ul>
      )}
    </Stack>
  );
}

function NewHold({ camera, moment90k, onClose }: { camera: Camera; moment90k: number; onClose(): void }) {
  const queryClient = useQueryClient();
  const [start, setStart] = useState(() => toInput(moment90k - AROUND));
  const [end, setEnd] = useState(() => toInput(moment90k + AROUND));
  const [endless, setEndless] = useState(false);
  const [reason, setReason] = useState('');
  const start90k = fromInput(start);
  const end90k = fromInput(end);
  const problem = endless
    ? start90k === undefined && 'Enter the moment from which on.'
    : intervalProblem(start90k, end90k);
  const place = useMutation({
    mutationFn: (body: { start_90k: number; end_90k: number | null; reason: string }) =>
      dataOf(
        api.POST('/api/v1/cameras/{camera_id}/holds', { params: { path: { camera_id: camera.id } }, body }),
      ),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: holdsQuery(camera.id).queryKey });
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (problem || start90k === undefined || !reason.trim()) return;
    place.mutate({ start_90k: start90k, end_90k: endless ? null : (end90k ?? null), reason: reason.trim() });
  };
  return (
    <form onSubmit={submit} data-testid="hold-form">
      <Stack gap="sm">
        <TextInput
          type="datetime-local"
          step={1}
          label="From"
          value={start}
          onChange={(event) => setStart(event.currentTarget.value)}
          error={endless && problem}
        />
        <TextInput
          type="datetime-local"
          step={1}
          label="To"
          value={end}
          disabled={endless}
          onChange={(event) => setEnd(event.currentTarget.value)}
          error={!endless && problem}
        />
        <Checkbox
          label="Without end: all that is recorded from then on"
          checked={endless}
          onChange={(event) => setEndless(event.currentTarget.checked)}
          data-testid="hold-endless"
        />
        <TextInput
          label="Why"
          placeholder="Theft in the yard, case 12/26"
          required
          maxLength={200}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          data-autofocus
          data-testid="hold-reason"
        />
        {place.error && <Notice>{place.error.message}</Notice>}
        <Group justify="flex-end" gap="sm">
          <Button variant="subtle" color="gray" onClick={onClose}>
            Cancel
          </Button>
          <Button
            type="submit"
            loading={place.isPending}
            disabled={Boolean(problem) || !reason.trim()}
            data-testid="hold-place"
          >
            Hold
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function HoldRow({ camera, hold, onShow }: { camera: Camera; hold: Hold; onShow?: () => void }) {
  const queryClient = useQueryClient();
  const [asking, setAsking] = useState(false);
  const lift = useMutation({
    mutationFn: () =>
      dataOf(
        api.DELETE('/api/v1/cameras/{camera_id}/holds/{hold_id}', {
          params: { path: { camera_id: camera.id, hold_id: hold.id } },
        }),
      ),
    onSettled: () => queryClient.invalidateQueries({ queryKey: holdsQuery(camera.id).queryKey }),
  });
  const mayLift = may(camera, 'lift_holds');
  return (
    <li data-testid="hold">
      <Moment onPlay={onShow}>
        <span className={classes.held}>{hold.reason}</span>
        <span className={classes.why}>
          {hold.end_90k === null
            ? `From ${formatMoment(hold.start_90k)} on, without end`
            : `${formatMoment(hold.start_90k)} to ${formatMoment(hold.end_90k)}`}
          {` · placed by ${hold.placed_by}, ${formatMoment(hold.placed_90k)}`}
        </span>
      </Moment>
      {mayLift && asking && (
        <Stack gap="xs" px="0.65rem" pb="xs">
          <Text size="sm">
            What the rules tell to delete of it is deleted at once, and nobody can bring it back.
          </Text>
          {lift.error && <Notice>{lift.error.message}</Notice>}
          <Group gap="sm">
            <Button
              size="sm"
              color="red"
              loading={lift.isPending}
              onClick={() => lift.mutate()}
              data-testid="hold-lift-confirm"
            >
              Lift the hold
            </Button>
            <Button size="sm" variant="subtle" color="gray" onClick={() => setAsking(false)}>
              Keep it
            </Button>
          </Group>
        </Stack>
      )}
      {mayLift && !asking && (
        <Button
          size="compact-sm"
          variant="subtle"
          color="gray"
          ml="0.4rem"
          aria-label={`Lift the hold: ${hold.reason}`}
          onClick={() => setAsking(true)}
          data-testid="hold-lift"
        >
          Lift…
        </Button>
      )}
    </li>
  );
}

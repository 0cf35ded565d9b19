import { ActionIcon, Button, Group, MultiSelect, NumberInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type Ptz } from '../api/client';
import { dataOf } from '../api/problem';
import { formatSeconds, sentence } from '../ui/format';
import { IconPlayerPlayFilled, IconPlayerStopFilled, IconTrash } from '../ui/icons';
import { Notice } from '../ui/Notice';
import classes from './Move.module.css';

interface Props {
  cameraId: string;
  ptz: Ptz;
  onChanged(): void;
}

const DWELL_SECONDS = 10;

function NewPatrol({ cameraId, ptz, onChanged }: Props) {
  const [opened, setOpened] = useState(false);
  const [name, setName] = useState('');
  const [tokens, setTokens] = useState<string[]>([]);
  const [dwell, setDwell] = useState<string | number>(DWELL_SECONDS);
  const save = useMutation({
    mutationFn: () =>
      dataOf(
        api.PUT('/api/v1/cameras/{camera_id}/ptz/patrols', {
          params: { path: { camera_id: cameraId } },
          body: {
            name: name.trim(),
            stops: tokens.map((preset) => ({ preset, dwell_s: Number(dwell) || DWELL_SECONDS })),
          },
        }),
      ),
    onSuccess: () => {
      setOpened(false);
      setName('');
      setTokens([]);
      onChanged();
    },
  });
  if (!opened) {
    return (
      <Button size="sm" variant="default" onClick={() => setOpened(true)} data-testid="ptz-patrol-new">
        New patrol
      </Button>
    );
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() && tokens.length > 0) save.mutate();
      }}
    >
      <Stack gap="xs">
        <TextInput
          size="sm"
          label="Name of the patrol"
          maxLength={64}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          data-testid="ptz-patrol-name"
        />
        <MultiSelect
          size="sm"
          label="Presets, in their order"
          data={ptz.presets.map((preset) => ({ value: preset.token, label: preset.name }))}
          value={tokens}
          onChange={setTokens}
          maxValues={32}
          data-testid="ptz-patrol-presets"
        />
        <NumberInput
          size="sm"
          label="Seconds at each"
          min={3}
          max={3600}
          allowDecimal={false}
          value={dwell}
          onChange={setDwell}
        />
        {save.error && <Notice>{save.error.message}</Notice>}
        <Group gap="xs" justify="flex-end">
          <Button size="sm" variant="subtle" color="gray" onClick={() => setOpened(false)}>
            Cancel
          </Button>
          <Button
            type="submit"
            size="sm"
            disabled={!name.trim() || tokens.length === 0}
            loading={save.isPending}
            data-testid="ptz-patrol-save"
          >
            Keep patrol
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Tours over presets that the gateway runs. */
export function Patrols(props: Props) {
  const { cameraId, ptz, onChanged } = props;
  const params = { path: { camera_id: cameraId } };
  const start = useMutation({
    mutationFn: (name: string) =>
      dataOf(api.POST('/api/v1/cameras/{camera_id}/ptz/patrols/start', { params, body: { name } })),
    onSuccess: onChanged,
  });
  const stop = useMutation({
    mutationFn: () => dataOf(api.POST('/api/v1/cameras/{camera_id}/ptz/patrols/stop', { params })),
    onSuccess: onChanged,
  });
  const remove = useMutation({
    mutationFn: (name: string) =>
      dataOf(
        api.DELETE('/api/v1/cameras/{camera_id}/ptz/patrols', { params: { ...params, query: { name } } }),
      ),
    onSuccess: onChanged,
  });
  const problem = start.error ?? stop.error ?? remove.error;
  return (
    <Stack gap="xs" align="stretch">
      <h2 className={classes.heading}>Patrols</h2>
      {problem && <Notice>{problem.message}</Notice>}
      {ptz.patrol_message && <Notice tone="wait">{sentence(ptz.patrol_message)}</Notice>}
      {ptz.patrols.length === 0 && (
        <Text size="sm" c="dimmed">
          {ptz.presets.length > 0
            ? 'A patrol visits presets one after another, day and night.'
            : 'A patrol visits presets one after another. Keep some positions first.'}
        </Text>
      )}
      <ul className={classes.list} data-testid="ptz-patrols">
        {ptz.patrols.map((patrol) => {
          const runs = ptz.patrol === patrol.name;
          return (
            <li key={patrol.name} className={classes.row}>
              <span className={classes.name}>
                {patrol.name}{' '}
                <span className={classes.aside}>
                  {patrol.stops.length} {patrol.stops.length === 1 ? 'stop' : 'stops'},{' '}
                  {formatSeconds(patrol.stops.reduce((sum, one) => sum + one.dwell_s, 0))} a round
                  {runs && (ptz.patrol_pauses ? ' · paused by hand' : ' · running')}
                </span>
              </span>
              <ActionIcon
                variant={runs ? 'filled' : 'default'}
                size={34}
                aria-label={runs ? `Stop the patrol ${patrol.name}` : `Start the patrol ${patrol.name}`}
                onClick={() => (runs ? stop.mutate() : start.mutate(patrol.name))}
                data-testid="ptz-patrol-toggle"
              >
                {runs ? <IconPlayerStopFilled size={16} /> : <IconPlayerPlayFilled size={16} />}
              </ActionIcon>
              <ActionIcon
                variant="subtle"
                color="gray"
                size={34}
                aria-label={`Remove the patrol ${patrol.name}`}
                onClick={() => remove.mutate(patrol.name)}
              >
                <IconTrash size={17} stroke={1.7} />
              </ActionIcon>
            </li>
          );
        })}
      </ul>
      {ptz.presets.length > 0 && <NewPatrol {...props} />}
    </Stack>
  );
}

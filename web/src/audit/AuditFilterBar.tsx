import { Button, NativeSelect, Switch, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { camerasQuery } from '../api/queries';
import { fromInput, toInput } from '../playback/interval';
import classes from './AuditFilterBar.module.css';
import type { AuditFilters } from './filters';
import { ACTIONS } from './words';

interface Props {
  filters: AuditFilters;
  isFiltered: boolean;
  onChange(some: Partial<AuditFilters>): void;
  onClear(): void;
}

const input = (ticks: number | undefined) => (ticks === undefined ? '' : toInput(ticks));

export function AuditFilterBar({ filters, isFiltered, onChange, onClear }: Props) {
  const { data } = useQuery(camerasQuery);
  const cameras = data?.cameras ?? [];
  const isGone = filters.camera !== '' && !cameras.some((camera) => camera.id === filters.camera);
  return (
    <form className={classes.bar} aria-label="Filters" onSubmit={(event) => event.preventDefault()}>
      <NativeSelect
        label="What"
        value={filters.action}
        data={[
          { value: '', label: 'Anything' },
          ...Object.entries(ACTIONS).map(([value, label]) => ({ value, label })),
        ]}
        onChange={(event) => onChange({ action: event.currentTarget.value })}
        data-testid="audit-action"
      />
      <NativeSelect
        label="Camera"
        value={filters.camera}
        data={[
          { value: '', label: 'Any' },
          ...cameras.map(({ id, name }) => ({ value: id, label: name })),
          ...(isGone ? [{ value: filters.camera, label: 'A removed camera' }] : []),
        ]}
        onChange={(event) => onChange({ camera: event.currentTarget.value })}
        data-testid="audit-camera"
      />
      <TextInput
        type="datetime-local"
        label="From"
        value={input(filters.from90k)}
        onChange={(event) => onChange({ from90k: fromInput(event.currentTarget.value) })}
      />
      <TextInput
        type="datetime-local"
        label="To"
        value={input(filters.to90k)}
        onChange={(event) => onChange({ to90k: fromInput(event.currentTarget.value) })}
      />
      <Switch
        className={classes.refused}
        label="Only what was refused"
        checked={filters.refused}
        onChange={(event) => onChange({ refused: event.currentTarget.checked })}
        data-testid="audit-refused"
      />
      {filters.user && (
        <Button
          variant="light"
          onClick={() => onChange({ user: '', userName: '' })}
          data-testid="audit-user"
          aria-label={`Only ${filters.userName || 'one user'}; show everybody`}
        >
          Only {filters.userName || 'one user'} ✕
        </Button>
      )}
      {isFiltered && (
        <Button variant="subtle" color="gray" onClick={onClear} data-testid="audit-clear">
          Clear filters
        </Button>
      )}
    </form>
  );
}

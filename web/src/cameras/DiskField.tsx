import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Place } from '../api/client';
import { camerasQuery } from '../api/queries';
import { formatBytes } from '../ui/format';

interface Props {
  value: string;
  error: ReactNode;
  onChange(value: string): void;
}

const STATES: Record<Place['state'], string> = {
  good: '',
  full: 'full',
  read_only: 'read-only',
  failing: 'failing',
  away: 'away',
  hanging: 'does not answer',
};

export function placeLabel({ name, state, bytes_free }: Place): string {
  const title = name === 'data' ? 'Data directory' : name;
  return `${title} (${STATES[state] || `${formatBytes(bytes_free)} free`})`;
}

/** Which disk a camera's recordings go to. Nothing where there is only one. */
export function DiskField({ value, error, onChange }: Props) {
  const { data } = useQuery(camerasQuery);
  const places = data?.storage.places.filter((place) => place.records) ?? [];
  if (places.length < 2 && value === '') return null;
  const known = places.map((place) => ({ value: place.name, label: placeLabel(place) }));
  const unknown = value !== '' && !known.some((place) => place.value === value);
  return (
    <Select
      label="Disk for its recordings"
      description="While it does not take them, another one does."
      data={[
        { value: '', label: 'Any' },
        ...known,
        ...(unknown ? [{ value, label: `${value} (not in use)` }] : []),
      ]}
      allowDeselect={false}
      value={value}
      error={error}
      onChange={(chosen) => onChange(chosen ?? '')}
      data-testid="camera-place"
    />
  );
}

import { ActionIcon, Button, NativeSelect, Stack, Text } from '@mantine/core';
import type { Role } from '../api/client';
import { IconPlus, IconX } from '../ui/icons';
import { emptyRow, type AssignmentRow } from './assignmentRows';
import classes from './People.module.css';
import { isAboutCameras } from './rightWords';
import { useChoices } from './useChoices';
import { conditionWords } from './words';

const MOST_ROWS = 64;

interface Props {
  rows: AssignmentRow[];
  onRows(rows: AssignmentRow[]): void;
  /** It was tried to save: what is missing is said. */
  tried: boolean;
}

/** What to know about a role at a place before it is given there. */
function hintOf(role: Role | undefined, { place, denies }: AssignmentRow): string {
  if (!role) return '';
  const whole = role.rights.filter((right) => !isAboutCameras(right));
  if (place && place !== 'organisation' && whole.length > 0) {
    return whole.length === role.rights.length
      ? 'The rights of this role are about the whole organisation: over cameras it gives nothing.'
      : 'Of this role only what is about cameras counts here.';
  }
  if (!denies) return conditionWords(role).join('; ');
  const when = conditionWords({ ...role, max_age_days: null });
  return when.length > 0 ? `Taken away only when the role counts: ${when.join('; ')}` : '';
}

/** Lines that read as sentences: "Gives Operator over Gates". */
export function AssignmentEditor({ rows, onRows, tried }: Props) {
  const { roles, groups, cameras } = useChoices();
  const places = [
    { value: '', label: 'Choose where' },
    { value: 'organisation', label: 'the whole organisation' },
    ...(groups.length > 0
      ? [
          {
            group: 'Camera groups',
            items: groups.map(({ id, name }) => ({ value: `group:${id}`, label: name })),
          },
        ]
      : []),
    ...(cameras.length > 0
      ? [
          {
            group: 'One camera',
            items: cameras.map(({ id, name }) => ({ value: `camera:${id}`, label: name })),
          },
        ]
      : []),
  ];
  const known = new Set([
    ...groups.map(({ id }) => `group:${id}`),
    ...cameras.map(({ id }) => `camera:${id}`),
  ]);
  const placesFor = (place: string) =>
    place && place !== 'organisation' && !known.has(place)
      ? [...places, { value: place, label: 'a camera that was removed' }]
      : places;
  const change = (key: number, with_: Partial<AssignmentRow>) =>
    onRows(rows.map((row) => (row.key === key ? { ...row, ...with_ } : row)));
  return (
    <Stack gap="xs" role="group" aria-label="Roles" data-testid="assignments">
      {rows.length === 0 && (
        <Text size="sm" c="dimmed">
          No role: this user may do nothing.
        </Text>
      )}
      {rows.map((row, index) => {
        const missing = tried && Boolean(row.roleId) !== Boolean(row.place);
        const hint = hintOf(
          roles.find(({ id }) => id === row.roleId),
          row,
        );
        const nth = `role ${index + 1}`;
        return (
          <div key={row.key} className={classes.assignment} data-denies={row.denies || undefined}>
            <NativeSelect
              aria-label={`Gives or takes away, ${nth}`}
              value={row.denies ? 'denies' : 'gives'}
              data={[
                { value: 'gives', label: 'Gives' },
                { value: 'denies', label: 'Takes away' },
              ]}
              onChange={(event) => change(row.key, { denies: event.currentTarget.value === 'denies' })}
              data-testid={`assignment-denies-${index}`}
            />
            <NativeSelect
              aria-label={`Which, ${nth}`}
              value={row.roleId}
              data={[
                { value: '', label: 'Choose a role' },
                ...roles.map(({ id, name }) => ({ value: id, label: name })),
              ]}
              error={missing && !row.roleId ? 'Choose a role.' : undefined}
              onChange={(event) => change(row.key, { roleId: event.currentTarget.value })}
              data-testid={`assignment-role-${index}`}
            />
            <span className={classes.over}>over</span>
            <NativeSelect
              aria-label={`Over what, ${nth}`}
              value={row.place}
              data={placesFor(row.place)}
              error={missing && !row.place ? 'Choose where.' : undefined}
              onChange={(event) => change(row.key, { place: event.currentTarget.value })}
              data-testid={`assignment-place-${index}`}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              size={36}
              aria-label={`Take out ${nth}`}
              onClick={() => onRows(rows.filter(({ key }) => key !== row.key))}
              data-testid={`assignment-remove-${index}`}
            >
              <IconX size={17} />
            </ActionIcon>
            {hint && <p className={classes.hint}>{hint}</p>}
          </div>
        );
      })}
      <div>
        <Button
          variant="subtle"
          size="compact-sm"
          leftSection={<IconPlus size={16} />}
          disabled={rows.length >= MOST_ROWS}
          onClick={() => onRows([...rows, emptyRow()])}
          data-testid="assignment-add"
        >
          One more role
        </Button>
      </div>
      {rows.some(({ denies }) => denies) && (
        <Text size="sm" c="dimmed">
          What is taken away stays away, whatever else gives it.
        </Text>
      )}
    </Stack>
  );
}

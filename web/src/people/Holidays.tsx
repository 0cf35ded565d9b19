import { ActionIcon, Button, Checkbox, Fieldset, Group, Stack, Text, TextInput } from '@mantine/core';
import type { Holiday } from '../api/client';
import { IconPlus, IconTrash } from '../ui/icons';
import { holidayProblem, MOST_HOLIDAYS } from './holidays';
import classes from './People.module.css';

interface Props {
  holidays: Holiday[];
  /** What is wrong is shown only once somebody tried to save it. */
  tried: boolean;
  onHolidays(holidays: Holiday[]): void;
}

/** The days on which roles can count at other hours than on their day of the week. */
export function Holidays({ holidays, tried, onHolidays }: Props) {
  const change = (at: number, with_: Partial<Holiday>) =>
    onHolidays(holidays.map((holiday, index) => (index === at ? { ...holiday, ...with_ } : holiday)));
  return (
    <Fieldset legend="Holidays" radius="md" px="md" py="sm">
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          On these days a role with hours counts as on holidays, if its hours say so.
        </Text>
        {holidays.map((holiday, at) => {
          const named = holiday.name || 'the new day';
          const problem = tried ? holidayProblem(holidays, at) : undefined;
          return (
            // A row has no name of its own: what it is can change.
            <Group key={at} gap="sm" align="end" className={classes.holiday} data-testid="holiday">
              <TextInput
                label="Day"
                type="date"
                value={holiday.date}
                onChange={(event) => change(at, { date: event.currentTarget.value })}
                error={problem}
                data-testid="holiday-date"
              />
              <TextInput
                label="Name"
                value={holiday.name}
                maxLength={64}
                onChange={(event) => change(at, { name: event.currentTarget.value })}
                className={classes.grows}
                data-testid="holiday-name"
              />
              <Checkbox
                label="Every year"
                checked={holiday.yearly ?? false}
                onChange={(event) => change(at, { yearly: event.currentTarget.checked })}
                className={classes.beside}
                data-testid="holiday-yearly"
              />
              <ActionIcon
                variant="subtle"
                color="gray"
                size="lg"
                aria-label={`Take ${named} out`}
                onClick={() => onHolidays(holidays.filter((_, index) => index !== at))}
              >
                <IconTrash size={18} />
              </ActionIcon>
            </Group>
          );
        })}
        <Button
          variant="default"
          leftSection={<IconPlus size={18} />}
          disabled={holidays.length >= MOST_HOLIDAYS}
          onClick={() => onHolidays([...holidays, { date: '', yearly: false, name: '' }])}
          className={classes.start}
          data-testid="add-holiday"
        >
          Add a holiday
        </Button>
      </Stack>
    </Fieldset>
  );
}

import { Checkbox, Fieldset, SimpleGrid } from '@mantine/core';
import type { Right } from '../api/client';
import { RIGHT_GROUPS } from './rightWords';

interface Props {
  rights: readonly Right[];
  onRights(rights: Right[]): void;
  /** Those that can be chosen; all when it is missing. */
  offered?: readonly Right[];
}

/** Rights to choose from, by what people do with them. */
export function RightsEditor({ rights, onRights, offered }: Props) {
  const toggle = (right: Right) =>
    onRights(rights.includes(right) ? rights.filter((one) => one !== right) : [...rights, right]);
  return RIGHT_GROUPS.map(({ title, rights: all }) => ({
    title,
    shown: all.filter(({ right }) => !offered || offered.includes(right)),
  }))
    .filter(({ shown }) => shown.length > 0)
    .map(({ title, shown }) => (
      <Fieldset key={title} legend={title} radius="md" px="md" py="sm">
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md" verticalSpacing="sm">
          {shown.map(({ right, does, more }) => (
            <Checkbox
              key={right}
              label={does}
              description={more}
              checked={rights.includes(right)}
              onChange={() => toggle(right)}
              data-testid={`right-${right}`}
            />
          ))}
        </SimpleGrid>
      </Fieldset>
    ));
}

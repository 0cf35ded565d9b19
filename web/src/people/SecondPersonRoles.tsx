import { Checkbox, SimpleGrid, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { AccessRules } from '../api/client';
import { rolesQuery } from './queries';

interface Props {
  rules: AccessRules;
  onRules(change: Partial<AccessRules>): void;
}

/** With which roles somebody is let in at sign-in by a second person. */
export function SecondPersonRoles({ rules, onRules }: Props) {
  const { data: roles } = useQuery(rolesQuery);
  return (
    <Checkbox.Group
      label="Whose sign-in a second person lets in"
      description="Whoever has one of these roles. A single user is chosen under Users. Somebody who may approve, and whose own sign-in takes nobody, has to be left."
      value={rules.second_person_roles}
      onChange={(second_person_roles) => onRules({ second_person_roles })}
    >
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md" verticalSpacing="xs" mt="sm">
        {roles?.map(({ id, name }) => (
          <Checkbox key={id} value={id} label={name} data-testid={`second-person-role-${name}`} />
        ))}
      </SimpleGrid>
      {rules.second_person_roles.length > 0 && (
        <Text size="sm" role="status" mt="xs">
          It holds from the next sign-in on; who is signed in stays so.
        </Text>
      )}
    </Checkbox.Group>
  );
}

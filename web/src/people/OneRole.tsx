import { Group, NativeSelect, Stack, Text, VisuallyHidden } from '@mantine/core';
import { useState } from 'react';
import type { Role } from '../api/client';
import { IconCheck } from '../ui/icons';
import classes from './Roles.module.css';
import { RIGHT_GROUPS } from './rightWords';
import { RoleTools, whyFixed, type RoleDeeds } from './RoleTools';
import { conditionWords } from './words';

interface Props {
  roles: Role[];
  deeds: RoleDeeds | undefined;
}

/** The matrix where there is no room for it: one role at a time. */
export function OneRole({ roles, deeds }: Props) {
  const [chosen, setChosen] = useState('');
  const role = roles.find(({ id }) => id === chosen) ?? roles[0];
  if (!role) return null;
  const words = [whyFixed(role, deeds), ...conditionWords(role)].filter(Boolean);
  return (
    <Stack gap="md" data-testid="one-role">
      <Group align="flex-end" wrap="nowrap" gap="xs">
        <NativeSelect
          label="Role"
          value={role.id}
          data={roles.map(({ id, name }) => ({ value: id, label: name }))}
          onChange={(event) => setChosen(event.currentTarget.value)}
          flex={1}
          data-testid="choose-role"
        />
        {deeds && <RoleTools role={role} deeds={deeds} />}
      </Group>
      {words.length > 0 && (
        <Text size="sm" c="dimmed">
          {words.join(' · ')}
        </Text>
      )}
      {RIGHT_GROUPS.map(({ title, rights }) => (
        <section key={title}>
          <h2 className={classes.heading}>{title}</h2>
          <ul className={classes.rights}>
            {rights.map(({ right, does }) => {
              const held = role.rights.includes(right);
              return (
                <li key={right} data-held={held}>
                  {held ? (
                    <IconCheck size={18} stroke={2.4} aria-hidden="true" />
                  ) : (
                    <span className={classes.not} aria-hidden="true">
                      –
                    </span>
                  )}
                  <span>
                    <VisuallyHidden>{held ? 'yes: ' : 'no: '}</VisuallyHidden>
                    {does}
                  </span>
                </li>
              );
            })}
          </ul>
        </section>
      ))}
    </Stack>
  );
}

import { Button, Group, Modal, Skeleton, Stack, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { api, type NewRole, type Role } from '../api/client';
import { dataOf } from '../api/problem';
import { may } from '../session/rights';
import { useRights } from '../session/useRights';
import { IconPlus } from '../ui/icons';
import { Notice } from '../ui/Notice';
import { useDialog } from '../ui/useDialog';
import { OneRole } from './OneRole';
import classes from './People.module.css';
import { rolesQuery } from './queries';
import { Removal } from './Removal';
import type { RoleDeeds } from './RoleTools';
import { RoleForm } from './RoleForm';
import { RoleMatrix } from './RoleMatrix';

type About = { edit: Role } | { begin: NewRole | undefined } | { remove: Role };

function titleOf(about: About | undefined): string {
  if (about && 'edit' in about) return `Change ${about.edit.name}`;
  if (about && 'remove' in about) return `Delete ${about.remove.name}?`;
  return 'Make a role';
}

/** All roles with what they give: side by side, or one at a time where there is no room. */
export function RolesTab() {
  const { data: roles, error } = useQuery(rolesQuery);
  const rights = useRights();
  const mayChange = may(rights, 'manage_roles');
  const narrow = useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false });
  const { about, opened, show, close } = useDialog<About>();
  const deeds: RoleDeeds | undefined = mayChange
    ? {
        // Names are unique. The server says no as well, and why.
        isOwn: (role) => rights?.roles.includes(role.name) ?? false,
        copy: (role) => show({ begin: { ...role, name: `Copy of ${role.name}` } }),
        edit: (role) => show({ edit: role }),
        remove: (role) => show({ remove: role }),
      }
    : undefined;
  const View = narrow ? OneRole : RoleMatrix;
  return (
    <Stack gap="md">
      <Group justify="space-between" align="center">
        <Text size="sm" c="dimmed" className={classes.intro}>
          Roles that come with Vedette mean the same everywhere and never change. Copy one to make your own of
          it.
        </Text>
        {mayChange && (
          <Button
            leftSection={<IconPlus size={18} />}
            onClick={() => show({ begin: undefined })}
            data-testid="add-role"
          >
            Make a role
          </Button>
        )}
      </Group>
      {!roles && error && <Notice>{error.message}</Notice>}
      {!roles && !error && <Skeleton height={320} radius="lg" />}
      {roles && <View roles={roles} deeds={deeds} />}
      <Modal opened={opened} onClose={close} title={titleOf(about)} size="lg" closeOnClickOutside={false}>
        {about && 'remove' in about && (
          <Removal
            yes="Delete the role"
            remove={() =>
              dataOf(
                api.DELETE('/api/v1/roles/{role_id}', { params: { path: { role_id: about.remove.id } } }),
              )
            }
            onClose={close}
          >
            A role that somebody has can’t be deleted.
          </Removal>
        )}
        {about && 'edit' in about && <RoleForm id={about.edit.id} begin={about.edit} onClose={close} />}
        {about && 'begin' in about && <RoleForm begin={about.begin} onClose={close} />}
      </Modal>
    </Stack>
  );
}

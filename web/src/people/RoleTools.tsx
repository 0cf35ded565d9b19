import { ActionIcon, Group } from '@mantine/core';
import type { Icon } from '@tabler/icons-react';
import type { Role } from '../api/client';
import { IconCopy, IconPencil, IconTrash } from '../ui/icons';

/** What whoever manages roles may do with one. */
export interface RoleDeeds {
  isOwn(role: Role): boolean;
  copy(role: Role): void;
  edit(role: Role): void;
  remove(role: Role): void;
}

interface ToolProps {
  verb: string;
  role: Role;
  Icon: Icon;
  color?: string;
  onClick(role: Role): void;
}

function Tool({ verb, role, Icon, color = 'gray', onClick }: ToolProps) {
  return (
    <ActionIcon
      variant="subtle"
      color={color}
      size={30}
      aria-label={`${verb} ${role.name}`}
      title={`${verb} ${role.name}`}
      onClick={() => onClick(role)}
      data-testid={`${verb.toLowerCase()}-role-${role.name}`}
    >
      <Icon size={16} />
    </ActionIcon>
  );
}

/** Roles that come with Vedette, and one's own, can only be copied. */
export function RoleTools({ role, deeds }: { role: Role; deeds: RoleDeeds }) {
  const changeable = !role.ready && !deeds.isOwn(role);
  return (
    <Group gap={2} wrap="nowrap" ml={-7}>
      <Tool verb="Copy" role={role} Icon={IconCopy} onClick={deeds.copy} />
      {changeable && <Tool verb="Change" role={role} Icon={IconPencil} onClick={deeds.edit} />}
      {changeable && <Tool verb="Delete" role={role} Icon={IconTrash} color="red" onClick={deeds.remove} />}
    </Group>
  );
}

/** Why a role can't be changed; empty when it can. */
export function whyFixed(role: Role, deeds: RoleDeeds | undefined): string {
  if (role.ready) return 'Comes with Vedette';
  return deeds?.isOwn(role) ? 'Yours: another administrator changes it' : '';
}

import { ActionIcon, Button, Group, Modal, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api, type CameraGroup } from '../api/client';
import { dataOf } from '../api/problem';
import { may } from '../session/rights';
import { useRights } from '../session/useRights';
import { IconPencil, IconPlus, IconTrash } from '../ui/icons';
import { Notice } from '../ui/Notice';
import { useDialog } from '../ui/useDialog';
import { GroupForm } from './GroupForm';
import classes from './People.module.css';
import { cameraNamesQuery, groupsQuery } from './queries';
import { Removal } from './Removal';

type About = { edit: CameraGroup | undefined } | { remove: CameraGroup };

function titleOf(about: About | undefined): string {
  if (about && 'remove' in about) return `Delete ${about.remove.name}?`;
  return about?.edit ? `Change ${about.edit.name}` : 'Make a camera group';
}

/** Cameras that belong together, so that roles can be given over them at once. */
export function GroupsTab() {
  const { data: groups, error } = useQuery(groupsQuery);
  const cameras = useQuery(cameraNamesQuery).data ?? [];
  const mayChange = may(useRights(), 'manage_roles');
  const { about, opened, show, close } = useDialog<About>();
  const contentOf = ({ camera_ids }: CameraGroup): string => {
    const named = cameras.filter(({ id }) => camera_ids.includes(id)).map(({ name }) => name);
    const others = camera_ids.length - named.length;
    if (others > 0) named.push(`${others} that ${others === 1 ? 'was' : 'were'} removed`);
    return named.join(', ') || 'No cameras yet';
  };
  return (
    <Stack gap="md">
      <Group justify="space-between" align="center">
        <Text size="sm" c="dimmed" className={classes.intro}>
          Cameras that belong together. A role over a group holds for all of its cameras, those of tomorrow
          too.
        </Text>
        {mayChange && (
          <Button
            leftSection={<IconPlus size={18} />}
            onClick={() => show({ edit: undefined })}
            data-testid="add-group"
          >
            Make a group
          </Button>
        )}
      </Group>
      {!groups && error && <Notice>{error.message}</Notice>}
      {!groups && !error && <Skeleton height={120} radius="lg" />}
      {groups?.length === 0 && (
        <Text c="dimmed" data-testid="no-groups">
          There is no camera group yet. Roles can be given over single cameras, too.
        </Text>
      )}
      {groups && groups.length > 0 && (
        <ul className={classes.list} aria-label="Camera groups">
          {groups.map((group) => (
            <li key={group.id} className={classes.groupRow} data-testid={`group-${group.name}`}>
              <div className={classes.name}>{group.name}</div>
              <div className={classes.words}>{contentOf(group)}</div>
              {mayChange && (
                <Group gap={4} wrap="nowrap" className={classes.action}>
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    size="lg"
                    aria-label={`Change ${group.name}`}
                    onClick={() => show({ edit: group })}
                    data-testid={`change-group-${group.name}`}
                  >
                    <IconPencil size={18} />
                  </ActionIcon>
                  <ActionIcon
                    variant="subtle"
                    color="red"
                    size="lg"
                    aria-label={`Delete ${group.name}`}
                    onClick={() => show({ remove: group })}
                    data-testid={`delete-group-${group.name}`}
                  >
                    <IconTrash size={18} />
                  </ActionIcon>
                </Group>
              )}
            </li>
          ))}
        </ul>
      )}
      <Modal opened={opened} onClose={close} title={titleOf(about)} closeOnClickOutside={false}>
        {about && 'remove' in about && (
          <Removal
            yes="Delete the group"
            remove={() =>
              dataOf(
                api.DELETE('/api/v1/camera-groups/{group_id}', {
                  params: { path: { group_id: about.remove.id } },
                }),
              )
            }
            onClose={close}
          >
            Its cameras stay. A group over which somebody has a role can’t be deleted.
          </Removal>
        )}
        {about && 'edit' in about && <GroupForm group={about.edit} onClose={close} />}
      </Modal>
    </Stack>
  );
}

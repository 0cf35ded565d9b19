import { Button, Group, Modal, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { User } from '../api/client';
import { useRights } from '../session/useRights';
import { IconMailOpened, IconUserPlus } from '../ui/icons';
import { Notice } from '../ui/Notice';
import { focusContent, useDialog } from '../ui/useDialog';
import { AddBreakGlass } from './AddBreakGlass';
import { AddUser } from './AddUser';
import classes from './People.module.css';
import { usersQuery } from './queries';
import { useChoices } from './useChoices';
import { UserCard } from './UserCard';
import { assignmentWords, signedInWords, stateWords, type Names } from './words';

/** What is added, or the id of the user whom the dialog is about. */
type About = { add: 'user' | 'break-glass' } | { user: string };

function titleOf(about: About | undefined, user: User | undefined): string {
  if (about && 'add' in about) return about.add === 'user' ? 'Add a user' : 'Add a break-glass account';
  return user?.name ?? 'This user was deleted';
}

interface RowProps {
  user: User;
  own: boolean;
  names: Names;
  onOpen(): void;
}

function Row({ user, own, names, onOpen }: RowProps) {
  return (
    <li className={classes.row} data-testid={`user-${user.name}`}>
      <div className={classes.name}>
        <span>{user.name}</span>
        {own && <span className={classes.own}>You</span>}
      </div>
      <div className={classes.state} data-state={user.envelope?.used_90k ? 'opened' : user.state}>
        {stateWords(user)}
        {user.sessions > 0 && <span className={classes.signedIn}> · {signedInWords(user.sessions)}</span>}
      </div>
      <div className={classes.words}>{assignmentWords(user.assignments, names)}</div>
      <Button
        variant="default"
        size="sm"
        className={classes.action}
        onClick={onOpen}
        aria-label={own ? `Look at ${user.name}` : `Change ${user.name}`}
        data-testid={`open-${user.name}`}
      >
        {own ? 'Look at' : 'Change'}
      </Button>
    </li>
  );
}

export function UsersTab() {
  const { data: users, error } = useQuery(usersQuery);
  const { names } = useChoices();
  const ownId = useRights()?.user_id;
  const { about, opened, show, close } = useDialog<About>();
  const user = about && 'user' in about ? users?.find(({ id }) => id === about.user) : undefined;
  return (
    <Stack gap="md">
      <Group justify="space-between" align="center">
        <Text size="sm" c="dimmed" className={classes.intro}>
          A user gets an invitation from you and chooses the password alone.
        </Text>
        <Group gap="sm">
          <Button
            variant="default"
            leftSection={<IconMailOpened size={18} />}
            onClick={() => show({ add: 'break-glass' })}
            data-testid="add-break-glass"
          >
            Break-glass account
          </Button>
          <Button
            leftSection={<IconUserPlus size={18} />}
            onClick={() => show({ add: 'user' })}
            data-testid="add-user"
          >
            Add user
          </Button>
        </Group>
      </Group>
      {!users && error && <Notice>{error.message}</Notice>}
      {!users && !error && <Skeleton height={160} radius="lg" />}
      {users && (
        <ul className={classes.list} aria-label="Users">
          {users.map((one) => (
            <Row
              key={one.id}
              user={one}
              own={one.id === ownId}
              names={names}
              onOpen={() => show({ user: one.id })}
            />
          ))}
        </ul>
      )}
      <Modal
        opened={opened}
        onClose={close}
        title={titleOf(about, user)}
        size="lg"
        closeOnClickOutside={false}
      >
        {about && 'add' in about && about.add === 'user' && <AddUser onClose={close} />}
        {about && 'add' in about && about.add === 'break-glass' && <AddBreakGlass onClose={close} />}
        {user && (
          <UserCard
            key={user.id}
            user={user}
            own={user.id === ownId}
            onClose={close}
            onDeleted={() => {
              close();
              focusContent();
            }}
          />
        )}
      </Modal>
    </Stack>
  );
}

import { Stack, Tabs, Text, Title } from '@mantine/core';
import type { Icon } from '@tabler/icons-react';
import type { ComponentType } from 'react';
import { useSearchParams } from 'react-router-dom';
import type { Right } from '../api/client';
import { may } from '../session/rights';
import { useRights } from '../session/useRights';
import { IconDeviceDesktop, IconListCheck, IconLock, IconUsers, IconVideo } from '../ui/icons';
import { Notice } from '../ui/Notice';
import { usePageTitle } from '../ui/usePageTitle';
import { DevicesTab } from './DevicesTab';
import { GroupsTab } from './GroupsTab';
import { RolesTab } from './RolesTab';
import { RulesTab } from './RulesTab';
import { UsersTab } from './UsersTab';

interface Part {
  /** Stands in the address as ?tab=. */
  id: string;
  label: string;
  Icon: Icon;
  needs: Right[];
  Content: ComponentType;
}

const PARTS: Part[] = [
  { id: 'users', label: 'Users', Icon: IconUsers, needs: ['manage_users'], Content: UsersTab },
  { id: 'devices', label: 'Devices', Icon: IconDeviceDesktop, needs: ['manage_users'], Content: DevicesTab },
  { id: 'roles', label: 'Roles', Icon: IconLock, needs: ['manage_users', 'manage_roles'], Content: RolesTab },
  {
    id: 'groups',
    label: 'Camera groups',
    Icon: IconVideo,
    needs: ['manage_users', 'manage_roles'],
    Content: GroupsTab,
  },
  {
    id: 'rules',
    label: 'Rules',
    Icon: IconListCheck,
    needs: ['manage_users', 'manage_roles'],
    Content: RulesTab,
  },
];

/** Who may what: users, the roles that they have, and the groups of cameras over which they have them. */
export function PeoplePage() {
  usePageTitle('People');
  const rights = useRights();
  const [parameters, setParameters] = useSearchParams();
  const parts = PARTS.filter(({ needs }) => may(rights, ...needs));
  const current = parts.find(({ id }) => id === parameters.get('tab')) ?? parts[0];
  // An old link leads here.
  if (!current) return <Notice tone="wait">Your account may not manage users or roles.</Notice>;
  const { Content } = current;
  return (
    <Stack gap="md">
      <div>
        <Title order={1} size="h2">
          People
        </Title>
        <Text size="sm" c="dimmed">
          Who may see and do what here. A change takes hold at once, in what is open too.
        </Text>
      </div>
      <Tabs
        value={current.id}
        onChange={(id) => setParameters(id ? { tab: id } : {}, { replace: true })}
        keepMounted={false}
      >
        <Tabs.List>
          {parts.map(({ id, label, Icon }) => (
            <Tabs.Tab
              key={id}
              value={id}
              leftSection={<Icon size={17} stroke={1.8} aria-hidden="true" />}
              data-testid={`people-${id}`}
            >
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={current.id} pt="md">
          <Content />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}

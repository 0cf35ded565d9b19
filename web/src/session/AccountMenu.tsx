import { ActionIcon, Badge, Indicator, Menu } from '@mantine/core';
import { IconCircleCheck, IconListCheck, IconLogout, IconUserCircle } from '../ui/icons';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { sessionQuery } from '../api/queries';
import { useMayApprove, usePendingApprovals } from '../clearance/queries';
import { leave } from './leave';

export function AccountMenu() {
  const queryClient = useQueryClient();
  const { data: session } = useQuery(sessionQuery);
  const mayApprove = useMayApprove();
  const pending = usePendingApprovals().length;

  return (
    <Menu position="bottom-end" withInitialFocusPlaceholder={false} withinPortal>
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={`Account of ${session?.username ?? ''}${pending > 0 ? `, ${pending} to approve` : ''}`}
          data-testid="account-menu"
        >
          <Indicator disabled={pending === 0} size={9} offset={3}>
            <IconUserCircle size={21} stroke={1.6} style={{ display: 'block' }} />
          </Indicator>
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{[session?.username, ...new Set(session?.roles)].join(', ')}</Menu.Label>
        {mayApprove && (
          <Menu.Item
            component={Link}
            to="/approvals"
            leftSection={<IconCircleCheck size={16} />}
            rightSection={pending > 0 && <Badge size="sm">{pending}</Badge>}
            data-testid="approvals"
          >
            Approvals
          </Menu.Item>
        )}
        {session?.rights.includes('read_audit') && (
          <Menu.Item
            component={Link}
            to="/audit"
            leftSection={<IconListCheck size={16} />}
            data-testid="audit-log"
          >
            Audit log
          </Menu.Item>
        )}
        <Menu.Item
          component={Link}
          to="/account"
          leftSection={<IconUserCircle size={16} />}
          data-testid="own-account"
        >
          Your account
        </Menu.Item>
        <Menu.Item
          leftSection={<IconLogout size={16} />}
          onClick={() => leave(queryClient)}
          data-testid="sign-out"
        >
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

import { Button, Group, Menu, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { IconDownload, IconRefresh } from '../ui/icons';
import { Notice } from '../ui/Notice';
import { usePageTitle } from '../ui/usePageTitle';
import { AuditFilterBar } from './AuditFilterBar';
import { AuditTable } from './AuditTable';
import { exportUrl, useFilters } from './filters';
import { auditQuery } from './queries';
import { SyslogCard } from './SyslogCard';

/** Who did what, when, from where, and how it was decided. */
export function AuditPage() {
  usePageTitle('Audit log');
  const { filters, change, clear, isFiltered } = useFilters();
  const { data, error, refetch, isFetching, hasNextPage, fetchNextPage, isFetchingNextPage } =
    useInfiniteQuery(auditQuery(filters));
  const entries = data?.pages.flatMap((page) => page.entries) ?? [];
  return (
    <Stack gap="lg">
      <Group justify="space-between" align="flex-end">
        <div>
          <Title order={1} size="h2">
            Audit log
          </Title>
          <Text size="sm" c="dimmed">
            Signed, so that nobody can change it unseen. Reading it is written down as well.
          </Text>
        </div>
        <Group gap="sm">
          <Button
            variant="default"
            leftSection={<IconRefresh size={18} />}
            onClick={() => void refetch()}
            loading={isFetching && !isFetchingNextPage && data !== undefined}
            data-testid="audit-refresh"
          >
            Refresh
          </Button>
          <Menu position="bottom-end" withinPortal>
            <Menu.Target>
              <Button variant="default" leftSection={<IconDownload size={18} />} data-testid="audit-download">
                Download
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Label>{isFiltered ? 'What is filtered here' : 'The whole log'}</Menu.Label>
              <Menu.Item component="a" href={exportUrl(filters, 'jsonl')} download data-testid="audit-jsonl">
                JSON lines
              </Menu.Item>
              <Menu.Item component="a" href={exportUrl(filters, 'cef')} download>
                CEF, for other systems
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </Group>
      </Group>
      <SyslogCard />
      <AuditFilterBar filters={filters} onChange={change} onClear={clear} isFiltered={isFiltered} />
      {error && <Notice>{error.message}</Notice>}
      {!data && !error && <Skeleton height={240} radius="lg" />}
      {data && entries.length === 0 && (
        <Text c="dimmed" data-testid="audit-empty">
          {isFiltered ? 'Nothing in the log fits these filters.' : 'Nothing is written here yet.'}
        </Text>
      )}
      {entries.length > 0 && (
        <AuditTable entries={entries} onUser={(user, userName) => change({ user, userName })} />
      )}
      {hasNextPage && (
        <Group justify="center">
          <Button
            variant="default"
            onClick={() => void fetchNextPage()}
            loading={isFetchingNextPage}
            data-testid="audit-more"
          >
            Show older entries
          </Button>
        </Group>
      )}
    </Stack>
  );
}

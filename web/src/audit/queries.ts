import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api } from '../api/client';
import { dataOf } from '../api/problem';
import { queryOf, type AuditFilters } from './filters';

const PAGE = 100;

/** Reading the log is an entry of it: it is asked for when somebody wants to see it, and never by itself. */
export function auditQuery(filters: AuditFilters) {
  return infiniteQueryOptions({
    queryKey: ['audit', queryOf(filters)],
    queryFn: ({ pageParam }) =>
      dataOf(
        api.GET('/api/v1/audit', {
          params: {
            query: {
              ...queryOf(filters),
              limit: PAGE,
              ...(pageParam !== undefined && { before: pageParam }),
            },
          },
        }),
      ),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (last) => (last.more ? last.entries.at(-1)?.sequence : undefined),
    staleTime: 60_000,
    gcTime: 60_000,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
}

/** Looking at this is no entry. */
export const syslogQuery = queryOptions({
  queryKey: ['audit-syslog'],
  queryFn: () => dataOf(api.GET('/api/v1/audit/syslog')),
  refetchInterval: (query) => {
    const state = query.state.data?.state;
    if (state === 'connecting' || state === 'failing') return 3_000;
    return state === 'sending' ? 10_000 : 60_000;
  },
});

/** Neither is this. */
export const witnessesQuery = queryOptions({
  queryKey: ['audit-witnesses'],
  queryFn: () => dataOf(api.GET('/api/v1/audit/witnesses')),
  refetchInterval: 30_000,
});

import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, type Approval } from '../api/client';
import { dataOf } from '../api/problem';
import { camerasQuery } from '../api/queries';
import { may } from '../session/rights';
import { useRights } from '../session/useRights';

/** The key of all of them. */
export const CLEARANCES = ['clearance'];

// The WebSocket tells when something has changed; asking is for when it is away.
const WITHOUT_NEWS_MS = 30_000;

/** How far it is with one's own request that waits for somebody. */
export const clearanceQuery = (id: string) =>
  queryOptions({
    queryKey: [...CLEARANCES, id],
    queryFn: () =>
      dataOf(api.GET('/api/v1/clearances/{clearance_id}', { params: { path: { clearance_id: id } } })),
    refetchInterval: WITHOUT_NEWS_MS,
    staleTime: 0,
    retry: false,
  });

export const approvalsQuery = queryOptions({
  queryKey: ['approvals'],
  queryFn: async () => (await dataOf(api.GET('/api/v1/approvals'))).approvals,
  refetchInterval: WITHOUT_NEWS_MS,
});

/** Whether somebody may approve what others ask, over anything. */
export function useMayApprove(): boolean {
  const rights = useRights();
  const { data } = useQuery(camerasQuery);
  return may(rights, 'approve_actions') || (data?.cameras ?? []).some((one) => may(one, 'approve_actions'));
}

/** What waits for the user's approval. */
export function usePendingApprovals(): readonly Approval[] {
  const enabled = useMayApprove();
  const { data } = useQuery({ ...approvalsQuery, enabled });
  return enabled ? (data ?? []) : [];
}

import { queryOptions, useQueryClient } from '@tanstack/react-query';
import { api, type ClientKind } from '../api/client';
import { dataOf } from '../api/problem';

const ROOT = 'people';

export const usersQuery = queryOptions({
  queryKey: [ROOT, 'users'],
  queryFn: async () => (await dataOf(api.GET('/api/v1/users'))).users.sort(byName),
  // Who is signed in changes by itself.
  refetchInterval: 10_000,
});

export const rolesQuery = queryOptions({
  queryKey: [ROOT, 'roles'],
  queryFn: async () => (await dataOf(api.GET('/api/v1/roles'))).roles,
});

export const groupsQuery = queryOptions({
  queryKey: [ROOT, 'groups'],
  queryFn: async () => (await dataOf(api.GET('/api/v1/camera-groups'))).camera_groups.sort(byName),
});

/** Of all cameras: who gives roles need not see any. */
export const cameraNamesQuery = queryOptions({
  queryKey: [ROOT, 'cameras'],
  queryFn: async () => (await dataOf(api.GET('/api/v1/camera-names'))).cameras.sort(byName),
});

export const devicesQuery = queryOptions({
  queryKey: [ROOT, 'devices'],
  queryFn: async () => (await dataOf(api.GET('/api/v1/devices'))).devices,
  // When they were used changes by itself.
  refetchInterval: 10_000,
});

export function userTokensQuery(userId: string) {
  return queryOptions({
    queryKey: [ROOT, 'tokens', userId],
    queryFn: async () => {
      const params = { path: { user_id: userId } };
      return (await dataOf(api.GET('/api/v1/users/{user_id}/tokens', { params }))).tokens;
    },
    // When they were used changes by itself.
    refetchInterval: 10_000,
  });
}

export const mailQuery = queryOptions({
  queryKey: [ROOT, 'mail'],
  queryFn: () => dataOf(api.GET('/api/v1/mail')),
  // Whether it is taken changes by itself.
  refetchInterval: 10_000,
});

export const smsQuery = queryOptions({
  queryKey: [ROOT, 'sms'],
  queryFn: () => dataOf(api.GET('/api/v1/sms')),
  refetchInterval: 10_000,
});

/** Asked by whoever manages users, on every page: an opened envelope is an alarm. */
export const breakGlassQuery = queryOptions({
  queryKey: [ROOT, 'break-glass'],
  queryFn: async () => (await dataOf(api.GET('/api/v1/break-glass'))).accounts,
  refetchInterval: 10_000,
});

export const rulesQuery = queryOptions({
  queryKey: [ROOT, 'rules'],
  queryFn: () => dataOf(api.GET('/api/v1/access-rules')),
});

/** What a decision is about: `camera_id` where the action is, and other circumstances than here and now. */
export interface DecisionQuestion {
  action: string;
  camera_id?: string | undefined;
  address?: string | undefined;
  at?: string | undefined;
  client_kind?: ClientKind | undefined;
}

export function decisionQuery(userId: string, query: DecisionQuestion) {
  return queryOptions({
    queryKey: [ROOT, 'decision', userId, query],
    queryFn: () =>
      dataOf(
        api.GET('/api/v1/users/{user_id}/decision', {
          params: { path: { user_id: userId }, query },
        }),
      ),
    staleTime: 0,
  });
}

interface Named {
  name: string;
}

function byName(a: Named, b: Named): number {
  return a.name.localeCompare(b.name, undefined, { numeric: true });
}

/** After a change: roles have names in the list of users, users have rights by roles. */
export function useRefresh(): () => Promise<void> {
  const queryClient = useQueryClient();
  return () => queryClient.invalidateQueries({ queryKey: [ROOT] });
}

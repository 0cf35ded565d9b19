import type { QueryClient } from '@tanstack/react-query';
import type { Camera, User } from '../api/client';
import { camerasQuery, sessionQuery, viewQuery } from '../api/queries';
import { setViewed } from './viewAs';

/** From here on everything is shown as that user would see it. */
export async function beginViewing(queryClient: QueryClient, user: Pick<User, 'id' | 'name'>) {
  const own: readonly Camera[] = (await queryClient.fetchQuery(camerasQuery)).cameras;
  // Before anything changes: that it can't be shown is said where it was asked for.
  await queryClient.fetchQuery({ ...viewQuery(user.id), staleTime: 0 });
  setViewed({ userId: user.id, name: user.name, own: own.map(({ id, rights }) => ({ id, rights })) });
  await Promise.all([
    queryClient.resetQueries({ queryKey: camerasQuery.queryKey }),
    queryClient.refetchQueries({ queryKey: sessionQuery.queryKey }),
  ]);
}

/** Back to what is one's own. `leave` goes to another page, which comes before that one is shown anew with other cameras. */
export async function endViewing(queryClient: QueryClient, leave: () => unknown) {
  setViewed(undefined);
  await queryClient.refetchQueries({ queryKey: sessionQuery.queryKey });
  await leave();
  await queryClient.resetQueries({ queryKey: camerasQuery.queryKey });
}

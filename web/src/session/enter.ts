import type { QueryClient } from '@tanstack/react-query';
import type { Session } from '../api/client';
import { owedSignOut } from '../api/owedSignOut';
import { sessionQuery, signedOutQuery } from '../api/queries';

let lastUser: string | undefined;

const OF_NOBODY = ['session', 'signed-out', 'setup', 'just-claimed'];

/** Nothing of what one user saw stays for the next one. */
export function forgetAll(queryClient: QueryClient) {
  queryClient.removeQueries({ predicate: ({ queryKey }) => !OF_NOBODY.includes(String(queryKey[0])) });
}

/** Somebody has signed in. Who comes back finds things as they were; another one begins anew. */
export function enter(queryClient: QueryClient, session: Session) {
  if (session.user_id !== lastUser) forgetAll(queryClient);
  lastUser = session.user_id;
  owedSignOut.clear(); // the new session has taken the place of the one that was to end
  queryClient.setQueryData(signedOutQuery.queryKey, false);
  queryClient.setQueryData(sessionQuery.queryKey, session);
}

import type { QueryClient } from '@tanstack/react-query';
import { owedSignOut } from '../api/owedSignOut';
import { sessionQuery, signedOutQuery } from '../api/queries';
import { forgetAll } from './enter';

/** Signs out. What was shown goes at once; the server ends the session as soon as it can be reached. */
export function leave(queryClient: QueryClient) {
  owedSignOut.set();
  forgetAll(queryClient);
  queryClient.setQueryData(signedOutQuery.queryKey, true);
  queryClient.setQueryData(sessionQuery.queryKey, null);
  void queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey });
}

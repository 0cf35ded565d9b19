import { useQueryClient } from '@tanstack/react-query';
import { accountQuery, sessionQuery } from '../api/queries';

/** After a change of the own second factors, which the session tells of as well. */
export function useRefreshAccount(): () => void {
  const queryClient = useQueryClient();
  return () => {
    void queryClient.invalidateQueries({ queryKey: accountQuery.queryKey });
    void queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey });
  };
}

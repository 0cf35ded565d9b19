import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { TokenList } from '../account/TokenList';
import { api, type User } from '../api/client';
import { dataOf } from '../api/problem';
import classes from './People.module.css';
import { userTokensQuery } from './queries';

/** The API tokens of a user. */
export function UserTokens({ user }: { user: User }) {
  const queryClient = useQueryClient();
  const query = userTokensQuery(user.id);
  const tokens = useQuery(query).data;
  const revoke = useMutation({
    mutationFn: (id: string) => {
      const params = { path: { user_id: user.id, token_id: id } };
      return dataOf(api.DELETE('/api/v1/users/{user_id}/tokens/{token_id}', { params }));
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: query.queryKey }),
  });
  if (!tokens) return null;
  return (
    <section aria-label="API tokens">
      <h3 className={classes.heading}>API tokens</h3>
      <TokenList tokens={tokens} revoke={revoke} />
    </section>
  );
}

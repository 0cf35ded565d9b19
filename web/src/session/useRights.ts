import { useQuery } from '@tanstack/react-query';
import type { Session } from '../api/client';
import { sessionQuery } from '../api/queries';

/** What the signed-in user holds over the whole organisation at this moment; for `may`. */
export function useRights(): Session | null | undefined {
  return useQuery(sessionQuery).data;
}

import { useQuery } from '@tanstack/react-query';
import { cameraNamesQuery, groupsQuery, rolesQuery } from './queries';
import { namesOf } from './words';

/** What roles can be given, over what, and the names of all these. */
export function useChoices() {
  const roles = useQuery(rolesQuery).data;
  const groups = useQuery(groupsQuery).data;
  const cameras = useQuery(cameraNamesQuery).data;
  return {
    roles: roles ?? [],
    groups: groups ?? [],
    cameras: cameras ?? [],
    names: namesOf(roles, groups, cameras),
  };
}

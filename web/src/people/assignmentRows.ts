import type { Assignment } from '../api/client';

/** One line of the editor: what is chosen may still be missing. */
export interface AssignmentRow {
  key: number;
  denies: boolean;
  roleId: string;
  /** 'organisation', 'group:ID', 'camera:ID', or empty. */
  place: string;
}

let lastKey = 0;

export const emptyRow = (): AssignmentRow => ({ key: ++lastKey, denies: false, roleId: '', place: '' });

export const rowsOf = (assignments: readonly Assignment[]): AssignmentRow[] =>
  assignments.map(({ role_id, scope, scope_id, denies }) => ({
    key: ++lastKey,
    denies,
    roleId: role_id,
    place: scope === 'organisation' ? scope : `${scope}:${scope_id ?? ''}`,
  }));

function assignmentOf({ denies, roleId, place }: AssignmentRow): Assignment | undefined {
  const [scope = '', id] = place.split(':');
  if (!roleId || !scope) return undefined;
  return { role_id: roleId, scope: scope as Assignment['scope'], scope_id: id, denies };
}

/** undefined while something is not chosen. A line of which nothing is chosen counts for nothing. */
export function assignmentsOf(rows: readonly AssignmentRow[]): Assignment[] | undefined {
  const meant = rows.filter(({ roleId, place }) => roleId || place).map(assignmentOf);
  return meant.includes(undefined) ? undefined : (meant as Assignment[]);
}

/** Whether two lists of lines say the same. */
export const sameRows = (a: readonly AssignmentRow[], b: readonly AssignmentRow[]): boolean =>
  JSON.stringify(assignmentsOf(a)) === JSON.stringify(assignmentsOf(b));

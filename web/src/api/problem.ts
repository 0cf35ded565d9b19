import { VedetteError } from 'vedette-client';
import type { Problem } from './client';

export { dataOf, VedetteError as ApiError } from 'vedette-client';

const isOfKind = (problem: Problem | undefined, kinds: string[]): problem is Problem =>
  kinds.some((kind) => problem?.type === `urn:vedette:problem:${kind}`);

/** The user may not do this, or not at this time. */
export const isDenial = (problem: Problem | undefined): problem is Problem =>
  isOfKind(problem, ['not_permitted', 'outside_schedule', 'outside_network', 'wrong_client_kind']);

/** Asking again is of no use until something has changed. What a user may not know of is answered as not there. */
export const isFinal = (problem: Problem | undefined): problem is Problem =>
  isDenial(problem) || isOfKind(problem, ['not_found']);

/** What the server says of one input, where it is that one's error. */
export function messageAt(error: unknown, field: string): string | undefined {
  return error instanceof VedetteError && error.field === field ? error.message : undefined;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

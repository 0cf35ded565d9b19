import type { Right } from '../api/client';

/** A session (its rights over the whole organisation) or a camera (its rights over that). */
export interface Holder {
  rights: readonly Right[];
}

/**
 * Whether any of these rights is held. What is not held is not offered; the decision itself is the server's.
 * Nobody holds nothing.
 */
export const may = (holder: Holder | null | undefined, ...anyOf: Right[]): boolean =>
  anyOf.some((right) => holder?.rights.includes(right));

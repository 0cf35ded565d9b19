import { useSyncExternalStore } from 'react';
import type { Middleware } from 'vedette-client';
import type { Clearance } from '../api/client';

/** A request that was refused, since it lacks more than a right; it waits for what the dialog makes of it. */
export interface Lacking {
  clearance: Clearance;
  /** true: all is there, the request is sent again. */
  settle(cleared: boolean): void;
}

/** One dialog at a time; the others wait their turn. */
let queue: readonly Lacking[] = [];
const listeners = new Set<() => void>();

function change(next: readonly Lacking[]) {
  queue = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** What the dialog is about; undefined: nothing lacks anything. */
export const useLacking = (): Lacking | undefined => useSyncExternalStore(subscribe, () => queue[0]);

/** Whether what is missing was given. */
export function askForClearance(clearance: Clearance): Promise<boolean> {
  return new Promise((resolve) => {
    const lacking: Lacking = {
      clearance,
      settle: (cleared) => {
        change(queue.filter((other) => other !== lacking));
        resolve(cleared);
      },
    };
    change([...queue, lacking]);
  });
}

/** The clearance that a refusal names, if it is that kind of refusal. */
export async function clearanceIn(response: Response): Promise<Clearance | undefined> {
  if (response.status !== 403) return undefined;
  try {
    const problem = (await response.clone().json()) as { clearance?: Clearance };
    return problem.clearance;
  } catch {
    return undefined;
  }
}

const sent = new Map<string, Request>();

/** Whatever action lacks something: asks for it, and sends exactly the same request again. */
export const clearing: Middleware = {
  onRequest: ({ id, request }) => {
    if (request.method !== 'GET') sent.set(id, request.clone());
  },
  onResponse: async ({ id, response }) => {
    const request = sent.get(id);
    sent.delete(id);
    const clearance = request && (await clearanceIn(response));
    if (!clearance || !(await askForClearance(clearance))) return undefined;
    const again = new Request(request);
    again.headers.set('Vedette-Clearance', clearance.id);
    return fetch(again);
  },
  onError: ({ id }) => {
    sent.delete(id);
  },
};

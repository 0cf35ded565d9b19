import { useSyncExternalStore } from 'react';
import type { Middleware } from 'vedette-client';
import type { Camera, Problem, Right } from '../api/client';
import type { StartRequest } from '../media/message';

/** The user as whom an administrator looks at everything, and what the administrator holds himself. */
export interface Viewed {
  userId: string;
  name: string;
  own: readonly Pick<Camera, 'id' | 'rights'>[];
}

// Of this page alone: what loads it again is the administrator's own view.
let viewed: Viewed | undefined;
const listeners = new Set<() => void>();

export const viewedUser = (): Viewed | undefined => viewed;

export function setViewed(next: Viewed | undefined) {
  viewed = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useViewed = (): Viewed | undefined => useSyncExternalStore(subscribe, viewedUser);

const problem = (detail: string): Problem => ({
  type: 'urn:vedette:problem:not_permitted',
  title: 'Not allowed',
  status: 403,
  detail,
});

/** While somebody looks as another user nothing is changed. The server would do it by the administrator's own rights. */
export const readOnly: Middleware = {
  onRequest: ({ request }) => {
    if (!viewed || request.method === 'GET' || request.method === 'HEAD') return undefined;
    const refused = problem(`You look as ${viewed.name}, and change nothing: end that first.`);
    return new Response(JSON.stringify(refused), {
      status: refused.status,
      headers: { 'Content-Type': 'application/problem+json' },
    });
  },
};

const TAKES: Record<StartRequest['type'], Right | undefined> = {
  'live.start': 'see_live',
  'playback.start': 'play_back',
  'talk.start': undefined,
};

/**
 * Why a channel is not opened while somebody looks as another user: it would be the administrator who watches. What
 * that one may see is shown; the server decides it once more.
 */
export function refusalOf({ type, camera_id: id }: StartRequest): Problem | undefined {
  if (!viewed) return undefined;
  const right = TAKES[type];
  if (!right) return problem(`You look as ${viewed.name}, and speak through no camera: end that first.`);
  if (viewed.own.find((camera) => camera.id === id)?.rights.includes(right)) return undefined;
  return problem(`${viewed.name} sees this picture. You may not see it yourself, so it is not shown to you.`);
}

import type { components } from './schema.gen.js';

export type Problem = components['schemas']['Problem'];

/** What went wrong, in a sentence for the person who can act; and what programs tell apart. */
export class VedetteError extends Error {
  constructor(
    /** HTTP status; 0 when no answer came. */
    readonly status: number,
    message: string,
    /** The input field that is wrong, as the API names it. */
    readonly field?: string,
    /** Asking again before that is of no use. */
    readonly retryAfterSeconds?: number,
    /** What is behind `urn:vedette:problem:` in the answer, such as `beyond_scope`; empty when it has none. */
    readonly kind: string = '',
  ) {
    super(message);
    this.name = 'VedetteError';
  }
}

export const UNREACHABLE = 'The server can’t be reached. Check that it runs and that the network is up.';
const TYPE = 'urn:vedette:problem:';

/** What the server says, as a sentence of its own: it may have been written to follow a colon. */
export function sentence(text: string): string {
  const trimmed = text.trim();
  if (!trimmed) return '';
  const begun = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.!?…]$/.test(begun) ? begun : `${begun}.`;
}

function fallbackMessage(status: number): string {
  if (status === 502 || status === 503 || status === 504) return UNREACHABLE;
  return `The server answered with status ${status} and no explanation.`;
}

/** The error that an answer of this status and body is. */
export function problemError(status: number, body: unknown, retryAfter: string | null): VedetteError {
  const problem = (typeof body === 'object' && body !== null ? body : {}) as Partial<Problem>;
  const message = sentence(problem.detail || problem.title || fallbackMessage(status));
  const seconds = problem.retry_after_s ?? (retryAfter === null ? NaN : Number(retryAfter));
  const kind = problem.type?.startsWith(TYPE) ? problem.type.slice(TYPE.length) : '';
  return new VedetteError(
    status,
    message,
    problem.field,
    Number.isFinite(seconds) ? seconds : undefined,
    kind,
  );
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The answer's data, or a thrown VedetteError; a request that never got an answer is one too (status 0). */
export async function dataOf<T>(request: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await request;
  } catch (cause) {
    const error = new VedetteError(0, UNREACHABLE);
    error.cause = cause;
    throw error;
  }
  if (!answer.response.ok) {
    throw problemError(answer.response.status, answer.error, answer.response.headers.get('Retry-After'));
  }
  return answer.data as T;
}

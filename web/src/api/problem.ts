import { sentence } from '../ui/format';
import type { Problem } from './client';

/** The kinds of failure that a screen tells apart. */
export class ApiError extends Error {
  constructor(
    /** HTTP status; 0 when no answer came. */
    readonly status: number,
    message: string,
    /** The input field that is wrong, as the API names it. */
    readonly field?: string,
    readonly retryAfterSeconds?: number,
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

export const UNREACHABLE = 'The server can’t be reached. Check that it runs and that the network is up.';

export function toApiError(status: number, body: unknown, retryAfter: string | null): ApiError {
  const problem = (typeof body === 'object' && body !== null ? body : {}) as Partial<Problem>;
  const message = sentence(problem.detail || problem.title || fallbackMessage(status));
  const seconds = problem.retry_after_s ?? (retryAfter === null ? NaN : Number(retryAfter));
  return new ApiError(status, message, problem.field, Number.isFinite(seconds) ? seconds : undefined);
}

function fallbackMessage(status: number): string {
  if (status === 502 || status === 503 || status === 504) return UNREACHABLE;
  return `The server answered with status ${status} and no explanation.`;
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The answer's data, or a thrown ApiError; a request that never got an answer is one too (status 0). */
export async function dataOf<T>(request: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await request;
  } catch {
    throw new ApiError(0, UNREACHABLE);
  }
  if (!answer.response.ok) {
    throw toApiError(answer.response.status, answer.error, answer.response.headers.get('Retry-After'));
  }
  return answer.data as T;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

import { Refusal } from '@lido/runtime/errors/refusal.ts';
import { httpOf } from '@lido/runtime/errors/status-table.ts';
import type { Route } from '@lido/runtime/rest/routes.ts';

/** An error as HTTP answers it, before it takes one of the shapes of the contract. */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly errors?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Facts a client may use, such as alternatives. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

const INTERNAL: Problem = {
  status: 500,
  code: 'internal',
  message: 'Something went wrong on our side. The request id finds it in our logs.',
};
const RETRY_AFTER_SECONDS = '1';

/** What a failure means to the client. Only what was written for clients gets through; the rest is a fixed text. */
export function toProblem(failure: unknown): Problem {
  if (failure instanceof Refusal) {
    return {
      status: httpOf(failure.kind),
      code: failure.reason,
      message: failure.message,
      errors: failure.fields,
      details: failure.metadata,
    };
  }
  return isHttpFailure(failure) ? { status: failure.status, code: failure.code, message: failure.message } : INTERNAL;
}

/** A failure only HTTP knows, such as 413 and 415. */
export interface HttpFailure extends Error {
  readonly status: number;
  readonly code: string;
}

function isHttpFailure(failure: unknown): failure is HttpFailure {
  if (!(failure instanceof Error) || !('status' in failure) || !('code' in failure)) return false;
  return (failure.status === 413 || failure.status === 415) && typeof failure.code === 'string';
}

/** Headers that belong to a problem's status. */
export function problemHeaders({ status }: Problem): Record<string, string> {
  switch (status) {
    case 401:
      return { 'WWW-Authenticate': 'Bearer' };
    case 429:
    case 503:
      return { 'Retry-After': RETRY_AFTER_SECONDS };
    default:
      return {};
  }
}

/** The JSON text of a problem, in the shape the operation's part of the contract asks for. */
export function renderProblem(problem: Problem, shape: Route['problem'], requestId: string): string {
  const { code, message, errors, details } = problem;
  switch (shape) {
    case 'PROBLEM_UNSPECIFIED':
      return JSON.stringify({ message, errors, code, details, request_id: requestId });
    case 'PROBLEM_NESTED':
      return JSON.stringify({ error: { code, message, fields: errors, details }, request_id: requestId });
    case 'PROBLEM_INTERNAL_CODE':
      return JSON.stringify({ internal_code: null, message: [message, ...fieldSentences(errors)].join(' ') });
  }
}

/** A shape without a place for fields names them in its message. */
function fieldSentences(errors: Problem['errors'] = {}): string[] {
  return Object.entries(errors).flatMap(([field, sentences]) => sentences.map((sentence) => `${field}: ${sentence}`));
}

import type { Schema } from './openapi-schemas.ts';
import type { Route } from './routes.ts';

const sentences: Schema = { type: 'array', items: { type: 'string' } };
const fields: Schema = {
  type: 'object',
  description: 'What is wrong with each field, by its path.',
  additionalProperties: sentences,
};
const requestId: Schema = { type: 'string', description: 'Names the request in logs and traces.' };

/** The shapes of error answers. */
export const problemSchemas: Readonly<Record<string, Schema>> = {
  Problem: {
    type: 'object',
    properties: {
      message: { type: 'string' },
      errors: fields,
      code: { type: 'string', description: 'A stable name of the reason.' },
      request_id: requestId,
    },
    required: ['message', 'code', 'request_id'],
  },
  NestedProblem: {
    type: 'object',
    properties: {
      error: {
        type: 'object',
        properties: { code: { type: 'string' }, message: { type: 'string' }, fields },
        required: ['code', 'message'],
      },
      request_id: requestId,
    },
    required: ['error', 'request_id'],
  },
  InternalCodeProblem: {
    type: 'object',
    properties: { internal_code: { type: 'null' }, message: { type: 'string' } },
    required: ['internal_code', 'message'],
  },
};

const SCHEMA_OF: Readonly<Record<Route['problem'], string>> = {
  PROBLEM_UNSPECIFIED: 'Problem',
  PROBLEM_NESTED: 'NestedProblem',
  PROBLEM_INTERNAL_CODE: 'InternalCodeProblem',
};

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  400: 'The request can not be read.',
  401: 'The token is missing, unknown, expired or revoked.',
  403: 'The caller lacks the permission for this.',
  404: 'There is no such resource, or the caller may not see it.',
  409: 'The state of the resource forbids this.',
  422: 'Some fields are wrong; all of them are named.',
  429: 'So many calls are not taken. Retry-After says when the next one is.',
  503: 'A part of the system can not be reached; nothing was changed.',
};

/** The error answers an operation can give. */
export function errorResponses(route: Route): Record<string, object> {
  const statuses = ['404', '503'];
  if (route.verb !== 'GET') statuses.push('409');
  if (route.body !== undefined) statuses.push('400', '422');
  else if (route.queryFields.length > 0) statuses.push('422');
  if (!route.access.kinds.includes('KIND_PUBLIC')) statuses.push('401', '403');
  if (route.callsPerMinute > 0) statuses.push('429');
  const schema = { $ref: `#/components/schemas/${SCHEMA_OF[route.problem]}` };
  const answer = (status: string): object => ({
    description: DESCRIPTIONS[status],
    content: { 'application/json': { schema } },
  });
  return Object.fromEntries(statuses.sort().map((status) => [status, answer(status)]));
}

import type { Route } from '@lido/runtime/rest/routes.ts';
import type { Telemetry } from '@lido/runtime/telemetry/telemetry.ts';
import type { ErrorRequestHandler, Response } from 'express';
import { problemHeaders, renderProblem, toProblem } from '../problem/problem.ts';

/** Answers a failure. What nobody foresaw is logged with its cause and told to the client in a fixed text. */
export function sendFailure(failure: unknown, shape: Route['problem'], response: Response, telemetry: Telemetry): void {
  const problem = toProblem(failure);
  const { requestId } = response.locals;
  const facts = { err: failure, request_id: requestId };
  if (problem.status === 500) telemetry.log.error(facts, 'a request failed');
  else if (problem.status > 500) telemetry.log.warn(facts, 'a service could not answer');
  if (response.headersSent) {
    response.destroy();
    return;
  }
  for (const [name, value] of Object.entries(problemHeaders(problem))) response.setHeader(name, value);
  response
    .status(problem.status)
    .type('json')
    .end(renderProblem(problem, shape, requestId));
}

/** Express's last resort. */
export function failureHandler(telemetry: Telemetry): ErrorRequestHandler {
  return (failure: unknown, _request, response, _next) =>
    sendFailure(failure, 'PROBLEM_UNSPECIFIED', response, telemetry);
}

import { notFound } from '@lido/runtime/errors/refusal.ts';
import type { Route } from '@lido/runtime/rest/routes.ts';
import type { Telemetry } from '@lido/runtime/telemetry/telemetry.ts';
import type { RequestHandler } from 'express';
import type { GatewayConfig } from '../config.ts';
import { findClientAddress, findOrigin } from '../http/client-address.ts';
import { arrivalOf } from '../http/security.handlers.ts';
import { sendFailure } from '../http/send-problem.handlers.ts';
import { createOperation, type OperationServices } from './operation.handlers.ts';
import { createRouteLimits } from './route-limits.ts';
import { createRouteTable } from './route-table.ts';

export interface DispatchOptions {
  readonly routes: readonly Route[];
  readonly services: OperationServices;
  readonly config: GatewayConfig;
  readonly telemetry: Telemetry;
}

/** Serves every operation of the contract; a path or verb that is not in it is 404. */
export function dispatch({ routes, services, config, telemetry }: DispatchOptions): RequestHandler {
  const find = createRouteTable(routes);
  const limit = createRouteLimits(routes);
  const operations = new Map(routes.map((route) => [route, createOperation(route, services)]));
  return async (request, response) => {
    const [path = '', query = ''] = splitTarget(request.url);
    const match = find(request.method, path);
    const operation = match && operations.get(match.route);
    if (!match || !operation) {
      sendFailure(notFound(''), 'PROBLEM_UNSPECIFIED', response, telemetry);
      return;
    }
    response.locals.routePath = match.route.path;
    if (match.route.hasEffects) {
      response.setHeader('Cache-Control', 'no-store');
      if (request.method === 'HEAD') return void response.writeHead(405, { Allow: 'GET' }).end();
    }
    const arrival = arrivalOf(request);
    const origin = findOrigin(arrival, config.trustedProxies, config.listen);
    const address = findClientAddress(arrival, config.trustedProxies);
    const { requestId } = response.locals;
    try {
      limit(match.route, address);
      await operation({ request, response, requestId, address, origin, path, query, values: match.values });
    } catch (failure) {
      sendFailure(failure, match.route.problem, response, telemetry);
    }
  };
}

function splitTarget(target: string): [path: string, query: string] {
  const mark = target.indexOf('?');
  return mark < 0 ? [target, ''] : [target.slice(0, mark), target.slice(mark + 1)];
}

import { randomUUID } from 'node:crypto';
import { attribute, metricName } from '@lido/runtime/telemetry/names.ts';
import { contextOf, inSpan, type Telemetry } from '@lido/runtime/telemetry/telemetry.ts';
import { SpanKind } from '@opentelemetry/api';
import type { RequestHandler } from 'express';
import { readRequestId } from './request-headers.ts';

declare module 'express-serve-static-core' {
  interface Locals {
    /** Names the request in answers, logs and every service it reaches. */
    requestId: string;
    /** The route's path with its variables, for traces and metrics; empty until a route is found. */
    routePath: string;
  }
}

/** Gives each request an id, a span that continues the caller's trace, a duration and a line in the log. */
export function observe(telemetry: Telemetry): RequestHandler {
  const duration = telemetry.meter.createHistogram(metricName.httpDuration);
  return (request, response, next) => {
    const startedMs = performance.now();
    const requestId = readRequestId(request.get('x-request-id')) ?? randomUUID();
    response.locals.requestId = requestId;
    response.locals.routePath = '';
    response.setHeader('Request-Id', requestId);
    response.setHeader('X-Request-Id', requestId);
    const options = {
      kind: SpanKind.SERVER,
      attributes: { [attribute.httpMethod]: request.method, [attribute.requestId]: requestId },
      parent: contextOf(request.get('traceparent') ?? ''),
    };
    void inSpan(telemetry.tracer, request.method, options, async (span) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      response.once('close', resolve);
      next();
      await promise;
      const facts = {
        [attribute.httpMethod]: request.method,
        [attribute.httpRoute]: response.locals.routePath,
        [attribute.httpStatus]: response.statusCode,
      };
      span.updateName(`${request.method} ${response.locals.routePath}`.trimEnd()).setAttributes(facts);
      const elapsedMs = performance.now() - startedMs;
      duration.record(elapsedMs / 1000, facts);
      telemetry.log.debug({ ...facts, request_id: requestId, elapsed_ms: Math.round(elapsedMs) }, 'request');
    });
  };
}

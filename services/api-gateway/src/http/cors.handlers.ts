import type { NextFunction, Request, Response } from 'express';

const METHODS = 'GET, HEAD, POST, PUT, DELETE, OPTIONS';
const EXPOSED = 'Request-Id, X-Request-Id, Idempotency-Replayed, Retry-After, Content-Disposition';
const USUAL_HEADERS =
  'Authorization, Content-Type, Accept, Accept-Language, Idempotency-Key, X-Request-Id, Trybe-Site-Id, X-Trybe-On-Behalf-Of';
const HEADER_LIST = /^[A-Za-z0-9!#$%&'*+.^_`|~, -]{1,1000}$/;
const PREFLIGHT_SECONDS = '86400';

/**
 * Any page may call the API, errors and preflights included. No credentials: a browser never adds a cookie of ours,
 * so a token must be sent on purpose.
 */
export function allowAnyOrigin(request: Request, response: Response, next: NextFunction): void {
  response.setHeader('Access-Control-Allow-Origin', '*');
  response.setHeader('Access-Control-Expose-Headers', EXPOSED);
  if (request.method !== 'OPTIONS') {
    next();
    return;
  }
  const asked = request.headers['access-control-request-headers'];
  response.setHeader('Access-Control-Allow-Methods', METHODS);
  response.setHeader('Access-Control-Allow-Headers', asked && HEADER_LIST.test(asked) ? asked : USUAL_HEADERS);
  response.setHeader('Access-Control-Max-Age', PREFLIGHT_SECONDS);
  response.status(204).end();
}

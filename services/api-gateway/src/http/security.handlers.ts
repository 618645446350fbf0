import type { BlockList } from 'node:net';
import { Refusal } from '@lido/runtime/errors/refusal.ts';
import type { Request, RequestHandler } from 'express';
import helmet from 'helmet';
import { type Arrival, isSecure } from './client-address.ts';

/** Security headers for answers that are data: nothing may be run from them and nobody may frame them. */
export const securityHeaders: RequestHandler = helmet({
  contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
  // Answers are meant for pages of any origin.
  crossOriginResourcePolicy: { policy: 'cross-origin' },
});

/** Security headers of the API page: its own scripts and styles, and calls to this API. */
export const documentationHeaders: RequestHandler = helmet.contentSecurityPolicy({
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    // Swagger UI sets styles on elements.
    styleSrc: ["'self'", "'unsafe-inline'"],
    imgSrc: ["'self'", 'data:'],
    connectSrc: ["'self'"],
    frameAncestors: ["'none'"],
  },
});

/** Refuses plain HTTP with 403, except over loopback and from a named proxy that took the request over HTTPS. */
export function requireHttps(trustedProxies: BlockList): RequestHandler {
  return (request, _response, next) => {
    if (isSecure(arrivalOf(request), trustedProxies)) next();
    else next(new Refusal('forbidden', 'https_required', 'Plain HTTP is refused here. Please use HTTPS.'));
  };
}

/** How a request reached us. */
export function arrivalOf(request: Request): Arrival {
  return {
    peerAddress: request.socket.remoteAddress ?? '',
    isEncrypted: 'encrypted' in request.socket && request.socket.encrypted === true,
    headers: request.headers,
  };
}

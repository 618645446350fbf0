import type { Route } from '@lido/runtime/rest/routes.ts';
import type { Telemetry } from '@lido/runtime/telemetry/telemetry.ts';
import express, { type Express } from 'express';
import { createTokenResolver } from './auth/token.client.ts';
import type { GatewayConfig } from './config.ts';
import { healthRoutes } from './health/health.handlers.ts';
import { allowAnyOrigin } from './http/cors.handlers.ts';
import { observe } from './http/observe.handlers.ts';
import { createBodyReader } from './http/read-body.handlers.ts';
import { createUploadReader } from './http/read-upload.handlers.ts';
import { requireHttps, securityHeaders } from './http/security.handlers.ts';
import { failureHandler } from './http/send-problem.handlers.ts';
import { documentationRoutes } from './openapi/docs.handlers.ts';
import { describeApi } from './openapi/document.ts';
import { dispatch } from './routing/dispatch.handlers.ts';
import { clientOf, type Owner, type Peers } from './routing/peers.client.ts';

export interface AppParts {
  readonly config: GatewayConfig;
  readonly telemetry: Telemetry;
  readonly routes: readonly Route[];
  readonly peers: Peers;
  readonly ownerOf: (packageName: string) => Owner;
  readonly isStopping: () => boolean;
}

/** The way of every request, in its order. */
export function createApp(parts: AppParts): Express {
  const { config, telemetry, routes, peers } = parts;
  const app = express();
  app.disable('x-powered-by');
  app.use(observe(telemetry));
  app.use(securityHeaders);
  app.use(allowAnyOrigin);
  app.use(healthRoutes({ peers, isStopping: parts.isStopping }));
  app.use(requireHttps(config.trustedProxies));
  app.use(documentationRoutes(describeApi(routes)));
  const readBody = createBodyReader(config.bodyBytesMax);
  const services = {
    tokens: createTokenResolver(peers),
    readBody,
    readUpload: createUploadReader(readBody),
    clientOf: (route: Route) => clientOf(peers, parts.ownerOf(route.package)),
  };
  app.use(dispatch({ routes, services, config, telemetry }));
  app.use(failureHandler(telemetry));
  return app;
}

import { newUuid } from '@lido/runtime/service/ids.ts';
import type { Telemetry } from '@lido/runtime/telemetry/telemetry.ts';
import { Router } from 'express';
import type { Peers } from '../routing/peers.client.ts';
import { checkPeer } from './peer-health.client.ts';

export interface HealthOptions {
  readonly peers: Peers;
  readonly telemetry: Telemetry;
  /** True from the moment the gateway was told to stop. */
  readonly isStopping: () => boolean;
}

/**
 * /livez, /readyz and /metrics. The gateway needs nothing of its own to be ready, so services that are away show as
 * degraded and fail only their own operations.
 */
export function healthRoutes({ peers, telemetry, isStopping }: HealthOptions): Router {
  const router = Router();
  router.get('/livez', (_request, response) => {
    response.json({ status: 'alive' });
  });
  router.get('/readyz', async (_request, response) => {
    if (isStopping()) {
      response.status(503).json({ status: 'stopping' });
      return;
    }
    const requestId = newUuid();
    const checks = Object.entries(peers).map(async ([name, peer]) => [name, await checkPeer(peer, requestId)] as const);
    const health = Object.fromEntries(await Promise.all(checks));
    const isWhole = Object.values(health).every((state) => state === 'serving');
    response.json({ status: isWhole ? 'ready' : 'degraded', services: health });
  });
  router.get('/metrics', (request, response) => {
    telemetry.prometheus.getMetricsRequestHandler(request, response);
  });
  return router;
}

import { newUuid } from '@lido/runtime/service/ids.ts';
import { Router } from 'express';
import { ExpiringCache } from '../auth/expiring-cache.ts';
import type { Peers } from '../routing/peers.client.ts';
import { checkPeer, type PeerHealth } from './peer-health.client.ts';

const LIFETIME_MS = 1_000;

export interface HealthOptions {
  readonly peers: Peers;
  /** True from the moment the gateway was told to stop. */
  readonly isStopping: () => boolean;
}

/**
 * /livez and /readyz. The gateway needs nothing of its own to be ready, so services that are away show as
 * degraded and fail only their own operations. Anybody may ask, so the services are asked once a second at most.
 */
export function healthRoutes({ peers, isStopping }: HealthOptions): Router {
  const router = Router();
  const now = () => performance.now();
  const known = new ExpiringCache<Record<string, PeerHealth>>({ entriesMax: 1, lifetimeMs: LIFETIME_MS, now });
  router.get('/livez', (_request, response) => {
    response.json({ status: 'alive' });
  });
  router.get('/readyz', async (_request, response) => {
    if (isStopping()) {
      response.status(503).json({ status: 'stopping' });
      return;
    }
    const health = await known.get('services', () => checkPeers(peers));
    const isWhole = Object.values(health).every((state) => state === 'serving');
    response.json({ status: isWhole ? 'ready' : 'degraded', services: health });
  });
  return router;
}

async function checkPeers(peers: Peers): Promise<Record<string, PeerHealth>> {
  const requestId = newUuid();
  const checks = Object.entries(peers).map(async ([name, peer]) => [name, await checkPeer(peer, requestId)] as const);
  return Object.fromEntries(await Promise.all(checks));
}

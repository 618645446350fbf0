import { HealthService } from '@lido/proto/grpc/health/v1/health.ts';
import { callerMetadata, type RawClient } from '@lido/runtime/grpc/client.ts';
import { servicePrincipal } from '@lido/runtime/grpc/principal.ts';

export type PeerHealth = 'serving' | 'not_serving' | 'unreachable';

const DEADLINE_MS = 1_000;

/** Asks a service how it is. */
export async function checkPeer(client: RawClient, requestId: string): Promise<PeerHealth> {
  const options = { metadata: callerMetadata(servicePrincipal('api-gateway', ''), requestId), deadlineMs: DEADLINE_MS };
  try {
    const { response } = await client.unary(HealthService.check, { service: '' }, options);
    return response.status === 'SERVING' ? 'serving' : 'not_serving';
  } catch {
    return 'unreachable';
  }
}

import { createClient, type RawClient } from '@lido/runtime/grpc/client.ts';
import type { Telemetry } from '@lido/runtime/telemetry/telemetry.ts';

/** Connects to a service for the calls of a test, none of which fails because the machine is slow. */
export function connectTo(address: string, options: { name: string; telemetry: Telemetry }): RawClient {
  return createClient(address, { ...options, deadlineMs: 30_000 });
}

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { loadImage } from '@lido/proto/image';
import type { Env } from '@lido/runtime/config/read-config.ts';
import { buildRoutes, type Route } from '@lido/runtime/rest/routes.ts';
import type { RunningService } from '@lido/runtime/service/start-service.ts';
import { serveMetrics } from '@lido/runtime/telemetry/metrics.server.ts';
import { startTelemetry } from '@lido/runtime/telemetry/telemetry.ts';
import { createApp } from './app.ts';
import { type GatewayConfig, readGatewayConfig } from './config.ts';
import { answerClientError } from './http/client-error.handlers.ts';
import { connectPeers, type Owner, ownerOf } from './routing/peers.client.ts';

export interface GatewayOptions {
  readonly config: GatewayConfig;
  readonly routes: readonly Route[];
  /** Which service answers the rpcs of a package. */
  readonly ownerOf: (packageName: string) => Owner;
}

// Longer than any operation's deadline, shorter than an orchestrator's patience.
const DRAIN_MS = 20_000;
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 60_000;

/** Starts the gateway as its environment says. */
export function start(env: Env): Promise<RunningService> {
  return startGateway({ config: readGatewayConfig(env), routes: buildRoutes(loadImage()), ownerOf });
}

/** Starts a gateway for given routes. */
export async function startGateway(options: GatewayOptions): Promise<RunningService> {
  const { config } = options;
  const { logLevel, otlpEndpoint } = config;
  const telemetry = startTelemetry({ service: 'api-gateway', logLevel, otlpEndpoint });
  const peers = connectPeers(config, telemetry);
  let isStopping = false;
  const app = createApp({ ...options, telemetry, peers, isStopping: () => isStopping });
  const server = createServer({ headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS }, app);
  server.on('clientError', answerClientError);
  let metrics: { stop(): Promise<void> } | undefined;
  const release = async (): Promise<void> => {
    await metrics?.stop();
    for (const peer of Object.values(peers)) peer.close();
    await telemetry.stop();
  };
  const open = async (): Promise<string> => {
    if (config.metricsListen) metrics = await serveMetrics(config.metricsListen, telemetry);
    return listen(server, config.listen);
  };
  const address = await open().catch(async (error: unknown) => {
    await release();
    throw error;
  });
  telemetry.log.info({ address }, 'api-gateway is ready');
  return {
    name: 'api-gateway',
    address,
    stop: async () => {
      isStopping = true;
      await close(server);
      await release();
    },
  };
}

async function listen(server: Server, address: string): Promise<string> {
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(Number(address.slice(colon + 1)), host, resolve);
  await promise;
  server.off('error', reject);
  return `${host}:${(server.address() as AddressInfo).port}`;
}

/** Takes no new connections, lets running requests end, and cuts the rest off after a while. */
async function close(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  const timer = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  server.closeIdleConnections();
  await promise;
  clearTimeout(timer);
}

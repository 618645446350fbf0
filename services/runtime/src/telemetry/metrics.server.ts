import { createServer } from 'node:http';
import { once } from 'node:events';
import type { Telemetry } from './telemetry.ts';

/** Answers `GET /metrics` of one service on an address of its own, for Prometheus. */
export async function serveMetrics(listen: string, { prometheus }: Telemetry): Promise<{ stop(): Promise<void> }> {
  const colon = listen.lastIndexOf(':');
  const server = createServer((request, response) => {
    if (request.url === '/metrics') prometheus.getMetricsRequestHandler(request, response);
    else response.writeHead(404).end();
  });
  server.listen(Number(listen.slice(colon + 1)), listen.slice(0, colon));
  await once(server, 'listening');
  return {
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

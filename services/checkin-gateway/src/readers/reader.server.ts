import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import type { DeviceRow } from '../devices/device.entity.ts';
import type { Doors } from './door.ts';
import { type ReaderConnection, replace } from './reader-connection.ws.ts';

/** The door readers dial in at. */
export interface ReaderServer extends Doors {
  /** `host:port` */
  readonly address: string;
  /** Ends a device's connection, if it has one; it may come back under its new settings. */
  disconnect(deviceId: string): void;
  stop(): Promise<void>;
}

export interface ReaderServerOptions {
  /** `host:port`; port 0 takes a free one. */
  readonly listen: string;
  readonly log: Logger;
  /** The device that a token belongs to. */
  findDevice(token: string): Promise<DeviceRow | undefined>;
  /** Runs a device's session on its socket. */
  serve(socket: WebSocket, device: DeviceRow): ReaderConnection;
  /** Called when a device has no connection any more. */
  offline(deviceId: string): Promise<void>;
}

const path = '/readers/g7';
const frameBytesMax = 64 * 1024;
const goingAway = 1001;
const settingsChanged = 1012;

/** Opens the port. Each device has one connection; a newer one replaces the older. */
export async function startReaderServer(options: ReaderServerOptions): Promise<ReaderServer> {
  const connections = new Map<string, ReaderConnection>();
  const sockets = new WebSocketServer({ noServer: true, maxPayload: frameBytesMax });
  const server = createServer((_, response) => response.writeHead(426, { Connection: 'close' }).end());

  const endings = new Set<Promise<void>>();

  const noteEnd = async (connection: ReaderConnection): Promise<void> => {
    await connection.closed;
    if (connections.get(connection.deviceId) !== connection) return;
    connections.delete(connection.deviceId);
    try {
      await options.offline(connection.deviceId);
    } catch (error) {
      options.log.warn({ err: error, device_id: connection.deviceId }, 'a reader could not be noted as offline');
    }
  };
  const admit = (socket: WebSocket, device: DeviceRow): void => {
    const older = connections.get(device.id);
    const connection = options.serve(socket, device);
    connections.set(device.id, connection);
    if (older) replace(older);
    const ending = noteEnd(connection).finally(() => endings.delete(ending));
    endings.add(ending);
  };

  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    void judge(request, options).then((verdict) => {
      if (typeof verdict === 'number') return refuse(socket, verdict);
      sockets.handleUpgrade(request, socket, head, (accepted) => admit(accepted, verdict));
    });
  });

  await listen(server, options.listen);
  const { port } = server.address() as AddressInfo;
  return {
    address: `${options.listen.slice(0, options.listen.lastIndexOf(':'))}:${port}`,
    disconnect: (deviceId) =>
      connections.get(deviceId)?.close(settingsChanged, 'The settings of this device have changed.'),
    unlock: (deviceId, displayText) => connections.get(deviceId)?.unlock(displayText) ?? false,
    stop: async () => {
      for (const connection of connections.values()) connection.close(goingAway, 'The gateway stops.');
      await Promise.all(endings);
      const { promise, resolve } = Promise.withResolvers<void>();
      server.close(() => resolve());
      server.closeAllConnections();
      await promise;
    },
  };
}

/** The device that may come in, or the HTTP status that says why not. */
async function judge(
  request: IncomingMessage,
  { findDevice, log }: ReaderServerOptions,
): Promise<DeviceRow | 401 | 403 | 404 | 503> {
  if (request.url?.split('?')[0] !== path) return 404;
  const token = request.headers.authorization;
  if (token === undefined) return 401;
  try {
    const device = await findDevice(token);
    if (!device) return 401;
    return device.enabled && device.kind === 'DEVICE_KIND_GANTNER_G7' ? device : 403;
  } catch (error) {
    log.warn({ err: error }, 'a reader could not be let in');
    return 503;
  }
}

const sentences = { 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found', 503: 'Service Unavailable' } as const;

function refuse(socket: Duplex, status: keyof typeof sentences): void {
  socket.end(`HTTP/1.1 ${status} ${sentences[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

async function listen(server: ReturnType<typeof createServer>, address: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const separator = address.lastIndexOf(':');
  server.once('error', reject);
  server.listen(Number(address.slice(separator + 1)), address.slice(0, separator), () => resolve());
  await promise;
}

import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import { GuessLimit } from '@lido/runtime/service/guess-limit.ts';
import { KeyedBuckets } from '@lido/runtime/service/token-buckets.ts';
import type { Refusals } from '../attempts/refusals.job.ts';
import type { DeviceRow } from '../devices/device.entity.ts';
import { mayConnect } from '../devices/device-relays.ts';
import { hashToken } from '../devices/device-token.ts';
import { noteWrongToken } from '../devices/device-token.handlers.ts';
import { frameBytesMax } from './g7-frame.ts';
import type { ReaderConnection } from './reader-connection.ws.ts';
import type { ReaderConnections } from './reader-connections.ws.ts';

/** The door readers dial in at. */
export interface ReaderServer {
  /** `host:port` */
  readonly address: string;
  /** Takes no new connections; those that are open are closed by whoever keeps them. */
  stop(): Promise<void>;
}

export interface ReaderServerOptions {
  /** `host:port`; port 0 takes a free one. */
  readonly listen: string;
  readonly log: Logger;
  readonly connections: ReaderConnections;
  readonly refusals: Refusals;
  /** The device that a token belongs to. */
  findDevice(token: string): Promise<DeviceRow | undefined>;
  /** Runs a device's session on its socket. */
  serve(socket: WebSocket, device: DeviceRow): ReaderConnection;
}

const path = '/readers/g7';
/** A device that comes back more often than this is refused for a while. */
const dialling = { burst: 20, perSecond: 0.5 };

type Status = 401 | 403 | 404 | 429 | 503;

/** Opens the port. */
export async function startReaderServer(options: ReaderServerOptions): Promise<ReaderServer> {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: frameBytesMax });
  const server = createServer((_, response) => response.writeHead(426, { Connection: 'close' }).end());
  const judge = judgeOf(options);
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    void judge(request).then((verdict) => {
      if (typeof verdict === 'number') return refuse(socket, verdict);
      sockets.handleUpgrade(request, socket, head, (accepted) =>
        options.connections.add(options.serve(accepted, verdict)),
      );
    });
  });
  await listen(server, options.listen);
  const { port } = server.address() as AddressInfo;
  return {
    address: `${options.listen.slice(0, options.listen.lastIndexOf(':'))}:${port}`,
    stop: async () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      server.close(() => resolve());
      server.closeAllConnections();
      await promise;
    },
  };
}

/** Tells the device that may come in, or the HTTP status that says why not. Who guesses tokens is stopped by address. */
function judgeOf({
  findDevice,
  log,
  refusals,
}: ReaderServerOptions): (request: IncomingMessage) => Promise<DeviceRow | Status> {
  const guesses = new GuessLimit();
  const dials = new KeyedBuckets(dialling);
  return async (request) => {
    if (request.url?.split('?')[0] !== path) return 404;
    const token = request.headers.authorization;
    if (token === undefined) return 401;
    const [address, hash] = [request.socket.remoteAddress ?? '', hashToken(token)];
    if (guesses.isStopped(address, hash)) return 429;
    try {
      const device = await findDevice(token);
      if (!device) {
        noteWrongToken(token, refusals);
        if (guesses.noteWrong(address, hash)) log.warn({ address }, 'an address sends wrong tokens and is stopped');
        return 401;
      }
      guesses.noteGood(hash);
      if (!mayDialIn(device)) {
        refusals.note(device.id, 'device_not_allowed');
        return 403;
      }
      return dials.take(device.id) ? device : 429;
    } catch (error) {
      log.warn({ err: error }, 'a reader could not be let in');
      return 503;
    }
  };
}

/** A device that we dial does not dial us: it takes one host's decisions only. */
function mayDialIn(device: DeviceRow): boolean {
  return mayConnect(device) && device.kind === 'DEVICE_KIND_GANTNER_G7' && !device.address;
}

const sentences: Record<Status, string> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  429: 'Too Many Requests',
  503: 'Service Unavailable',
};

function refuse(socket: Duplex, status: Status): void {
  socket.end(`HTTP/1.1 ${status} ${sentences[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

async function listen(server: ReturnType<typeof createServer>, address: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const separator = address.lastIndexOf(':');
  server.once('error', reject);
  server.listen(Number(address.slice(separator + 1)), address.slice(0, separator), () => resolve());
  await promise;
}

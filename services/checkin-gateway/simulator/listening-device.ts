import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { type SimulatedBehaviour, type SimulatedReader, takeGateway } from './reader.ts';

/** A device that waits until the gateway dials it. */
export interface ListeningDevice {
  /** Such as ws://127.0.0.1:40123/api */
  readonly url: string;
  /** How often the gateway has dialled. */
  readonly dialCount: number;
  /** The next connection on which the gateway becomes ready to decide; those that fail before are passed over. */
  nextReader(): Promise<SimulatedReader>;
  /** Ends the connections there are; the gateway is expected to come back. */
  hangUp(): void;
  close(): Promise<void>;
}

/** Opens a device's port. */
export async function listenAsDevice(
  behaviour: SimulatedBehaviour & { readonly port?: number },
): Promise<ListeningDevice> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: behaviour.port ?? 0, path: '/api' });
  await once(server, 'listening');
  const ready: SimulatedReader[] = [];
  const waiting: ((reader: SimulatedReader) => void)[] = [];
  let dialCount = 0;
  server.on('connection', (socket: WebSocket) => {
    dialCount += 1;
    // A connection that ends before the gateway is ready shows in the count only.
    takeGateway(socket, behaviour).then(
      (reader) => {
        const next = waiting.shift();
        if (next) next(reader);
        else ready.push(reader);
      },
      () => undefined,
    );
  });
  const hangUp = (): void => {
    ready.length = 0;
    for (const socket of server.clients) socket.terminate();
  };
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/api`,
    get dialCount() {
      return dialCount;
    },
    nextReader: async () => ready.shift() ?? (await new Promise((resolve) => waiting.push(resolve))),
    hangUp,
    close: async () => {
      hangUp();
      server.close();
      await once(server, 'close');
    },
  };
}

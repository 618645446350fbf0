import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Local servers listen here and nowhere else. */
export const localHost = '127.0.0.1';

/** A TCP port nobody listens on at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, localHost);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('The system gave no TCP port.');
  return address.port;
}

/** Whether a program could listen on the port now. */
export async function isPortFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, localHost);
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.once('listening', () => server.close(() => resolve(true)));
  });
}

/** Whether something accepts connections on the port. */
export async function isPortOpen(port: number): Promise<boolean> {
  const socket = connect({ port, host: localHost });
  return new Promise((resolve) => {
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

/** Asks again every 20 ms until the answer is yes; answers false when the time is over or the signal is aborted. */
export async function waitUntil(
  isSo: () => boolean | Promise<boolean>,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<boolean> {
  const end = performance.now() + timeoutMs;
  while (signal?.aborted !== true) {
    if (await isSo()) return true;
    if (performance.now() > end) return false;
    await delay(20);
  }
  return false;
}

import { randomInt } from 'node:crypto';
import { connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Local servers listen here and nowhere else. */
export const localHost = '127.0.0.1';

/** Below the ports that systems give to outgoing connections, one of which could take a port between choice and use. */
const lowestPort = 16_000;
const stretches = 400;
const stretchLength = 40;
/** Anywhere in it, for the rare case that two processes have the same. */
let taken = randomInt(stretchLength);

/**
 * A TCP port that nobody listens on, and that nobody is likely to take before its user does: each process has a
 * stretch of its own and goes through it in turn.
 */
export async function freePort(): Promise<number> {
  const first = lowestPort + (process.pid % stretches) * stretchLength;
  for (let tried = 0; tried < stretchLength; tried++) {
    const port = first + (taken++ % stretchLength);
    if (await isPortFree(port)) return port;
  }
  throw new Error(`None of the ports ${first} to ${first + stretchLength - 1} is free.`);
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

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { BookingServiceService } from '@lido/proto/lido/availability/internal/v1/booking.ts';
import { type Peer, peerOf, type RawClient } from '@lido/runtime/grpc/client.ts';
import { startTelemetry, type Telemetry } from '@lido/runtime/telemetry/telemetry.ts';
import { connectTo } from '../../../test/support/clients.ts';
import { natsUrl, randomPrefix } from '../../../test/support/servers.ts';
import { freePort } from '../../../tools/local/ports.ts';
import type { World } from './world.ts';

/** Another process of the availability service on the world's database, which a test may kill. */
export interface Replica {
  /** Of the process that runs now. */
  readonly bookings: Peer<typeof BookingServiceService>;
  /** Kills it without a word, and starts it again. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

const main = join(import.meta.dirname, '..', 'src', 'main.ts');

/** Starts the replica and waits until it says that it is ready. */
export async function startReplica(world: World): Promise<Replica> {
  const telemetry = startTelemetry({ service: 'test', logLevel: 'silent' });
  const clients: RawClient[] = [];
  let running = await launch(world, { telemetry, clients });
  return {
    get bookings() {
      return running.bookings;
    },
    crash: async () => {
      await running.kill();
      running = await launch(world, { telemetry, clients });
    },
    stop: async () => {
      await running.kill();
      for (const client of clients) client.close();
      await telemetry.stop();
    },
  };
}

interface RunningReplica {
  bookings: Replica['bookings'];
  kill(): Promise<void>;
}

/** Each start takes a port of its own: the one before may have found another owner meanwhile. */
async function launch(
  world: World,
  { telemetry, clients }: { telemetry: Telemetry; clients: RawClient[] },
): Promise<RunningReplica> {
  const port = await freePort();
  const child = await launchProcess({
    LIDO_DATABASE_URL: world.database,
    LIDO_NATS_URL: natsUrl(),
    LIDO_STREAM_PREFIX: randomPrefix(),
    LIDO_LOG_LEVEL: 'info',
    LIDO_GRPC_LISTEN: `127.0.0.1:${port}`,
    LIDO_CUSTOMERS_ADDRESS: world.customersAddress,
    LIDO_MEMBERSHIPS_ADDRESS: '127.0.0.1:1',
    LIDO_ORDERS_ADDRESS: '127.0.0.1:1',
  });
  const client = connectTo(`127.0.0.1:${port}`, { name: 'availability', telemetry });
  clients.push(client);
  return {
    bookings: peerOf(BookingServiceService, client),
    kill: async () => {
      const exited = once(child, 'exit');
      if (child.kill('SIGKILL')) await exited;
    },
  };
}

async function launchProcess(env: Record<string, string>): Promise<ChildProcess> {
  const child = spawn(process.execPath, [main], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.stdout.on('data', (data: Buffer) => {
    if (data.toString().includes('is ready')) resolve();
  });
  child.once('exit', () => reject(new Error('The replica ended before it was ready.')));
  await promise;
  child.removeAllListeners('exit');
  return child;
}

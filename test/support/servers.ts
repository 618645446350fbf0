import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import { type Nats, startNats } from '../../tools/local/nats.ts';
import { describePostgres, type Postgres } from '../../tools/local/postgres.ts';

/** A database of one test's own. */
export interface TestDatabase {
  readonly url: string;
  /** Drops it, whoever is still connected. */
  drop(): Promise<void>;
}

/** The run's PostgreSQL; its `stop` does nothing, the run ends it. */
export function postgres(): Postgres {
  return describePostgres(inject('postgresUrl'));
}

/** An empty database with a random name. */
export async function freshDatabase(): Promise<TestDatabase> {
  const server = postgres();
  const name = randomPrefix();
  await server.createDatabase(name);
  return { url: server.url(name), drop: () => server.dropDatabase(name) };
}

/** The run's nats-server, which all tests share: name streams and consumers with `randomPrefix()`. */
export function natsUrl(): string {
  return inject('natsUrl');
}

/** A nats-server of the test's own that it may stop, wipe and start again. */
export interface TestNats {
  readonly url: string;
  /** Stops the server and keeps its store. */
  stop(): Promise<void>;
  /** Starts it again on the same port, after a `stop`. */
  start(): Promise<void>;
  /** Stops it, deletes everything it stored, and starts it again on the same port. */
  wipe(): Promise<void>;
  /** Stops it and deletes its store, for the end of the test. */
  drop(): Promise<void>;
}

/** Starts a nats-server with a store of its own on a free port. */
export async function freshNats(): Promise<TestNats> {
  const storeDir = join(inject('serversFolder'), randomPrefix());
  let server: Nats = await startNats({ storeDir });
  const { url } = server;
  const start = async (): Promise<void> => {
    server = await startNats({ storeDir, port: Number(new URL(url).port) });
  };
  const stopAndDelete = async (): Promise<void> => {
    await server.stop();
    rmSync(storeDir, { recursive: true, force: true });
  };
  return {
    url,
    stop: () => server.stop(),
    start,
    wipe: async () => {
      await stopAndDelete();
      await start();
    },
    drop: stopAndDelete,
  };
}

/** A name no other test has: a letter, then hexadecimal digits; fit for databases, streams and consumers. */
export function randomPrefix(): string {
  return `t${randomBytes(8).toString('hex')}`;
}

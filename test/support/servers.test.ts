import { connect } from '@nats-io/transport-node';
import { jetstreamManager } from '@nats-io/jetstream';
import { Client } from 'pg';
import { join } from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import { startPostgres } from '../../tools/local/postgres.ts';
import { freshDatabase, freshNats, natsUrl, randomPrefix } from './servers.ts';

test('a fresh database is PostgreSQL 15 or newer, empty and gone after drop', async () => {
  const database = await freshDatabase();
  const client = new Client({ connectionString: database.url });
  await client.connect();
  const version = await client.query<{ number: number }>("select current_setting('server_version_num')::int as number");
  expect(version.rows[0]?.number).toBeGreaterThanOrEqual(150_000);
  await client.query('create extension btree_gist');
  await client.end();
  await database.drop();
  await expect(new Client({ connectionString: database.url }).connect()).rejects.toThrow('does not exist');
});

test('the shared nats-server keeps streams in files', async () => {
  const connection = await connect({ servers: natsUrl() });
  onTestFinished(() => connection.close());
  const name = randomPrefix();
  const manager = await jetstreamManager(connection);
  const stream = await manager.streams.add({ name, subjects: [`${name}.>`], storage: 'file' });
  expect(stream.config.storage).toBe('file');
  await manager.streams.delete(name);
});

test('a nats-server of its own forgets its streams on wipe and keeps them over stop and start', async () => {
  const server = await freshNats();
  onTestFinished(() => server.drop());
  await withStreams(server.url, (manager) => manager.streams.add({ name: 'kept', subjects: ['kept.>'] }));
  await server.stop();
  await server.start();
  expect(await streamNames(server.url)).toEqual(['kept']);
  await server.wipe();
  expect(await streamNames(server.url)).toEqual([]);
});

test('a PostgreSQL that a killed run left is ended by the next one, which finds its data', async () => {
  const dataDir = join(inject('serversFolder'), randomPrefix());
  const left = await startPostgres({ dataDir, durable: false });
  expect(await left.createDatabase('kept')).toBe(true);
  const next = await startPostgres({ dataDir, durable: false });
  onTestFinished(() => next.stop());
  await expect(left.createDatabase('other')).rejects.toThrow('does not let us in');
  expect(await next.createDatabase('kept')).toBe(false);
});

type Manager = Awaited<ReturnType<typeof jetstreamManager>>;

async function withStreams<Answer>(url: string, work: (manager: Manager) => Promise<Answer>): Promise<Answer> {
  const connection = await connect({ servers: url });
  try {
    return await work(await jetstreamManager(connection));
  } finally {
    await connection.close();
  }
}

function streamNames(url: string): Promise<string[]> {
  return withStreams(url, async (manager) => {
    const names: string[] = [];
    for await (const name of manager.streams.names()) names.push(name);
    return names;
  });
}

import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type Room, RoomServiceService } from '@lido/proto/lido/availability/v1/room.ts';
import { loadImage } from '@lido/proto/image';
import { type Database, openDatabase } from '../src/db/database.ts';
import { mapDatabaseError } from '../src/db/map-database-error.ts';
import { accessTable } from '../src/grpc/access.ts';
import type { Handlers } from '../src/grpc/call.ts';
import { callerMetadata, createClient } from '../src/grpc/client.ts';
import { servicePrincipal } from '../src/grpc/principal.ts';
import { createGrpcServer } from '../src/grpc/server.ts';
import { systemClock } from '../src/service/clock.ts';
import { startTelemetry } from '../src/telemetry/telemetry.ts';
import { freshDatabase, type TestDatabase } from '../../../test/support/servers.ts';

const telemetry = startTelemetry({ service: 'test', logLevel: 'silent' });
let database: TestDatabase;

beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(async () => {
  await database.drop();
  await telemetry.stop();
});

/** A database with a single connection, and a way to keep others from it until `free` is called. */
async function openNarrow(
  options: { connectionTimeoutMs?: number } = {},
): Promise<{ db: Database; occupy(): Promise<() => void> }> {
  const db = await openDatabase({
    ...{ url: database.url, entities: [], migrations: [], telemetry },
    ...{ poolMax: 1, ...options },
  });
  onTestFinished(() => db.stop());
  const occupy = async (): Promise<() => void> => {
    const taken = Promise.withResolvers<void>();
    const freed = Promise.withResolvers<void>();
    void db.transaction(async (em) => {
      await em.execute('select 1');
      taken.resolve();
      await freed.promise;
    });
    await taken.promise;
    return freed.resolve;
  };
  return { db, occupy };
}

test('work that gets no connection in time is refused as unavailable instead of waiting for ever', async () => {
  const { db, occupy } = await openNarrow();
  const free = await occupy();
  const refusal = await db
    .fork()
    .execute('select 1')
    .catch((error: unknown) => mapDatabaseError(error));
  free();
  expect(refusal).toMatchObject({ kind: 'unavailable' });
});

test('a call that is over before its turn came has no effect, so that a repeated one is not a second', async () => {
  const { db, occupy } = await openNarrow({ connectionTimeoutMs: 30_000 });
  const done: string[] = [];
  const handlers = {
    createRoom: (room: Room, call) => call.transact(() => Promise.resolve(done.push(room.name)).then(() => room)),
  } as Partial<Handlers<typeof RoomServiceService>>;
  const never = () => Promise.reject(new Error('Nobody calls this.'));
  const all = Object.fromEntries(Object.keys(RoomServiceService).map((name) => [name, never]));
  const server = createGrpcServer({
    ...{ db, clock: systemClock, telemetry, duration: telemetry.meter.createHistogram('test') },
    ...{ access: accessTable(loadImage()), onCommit: () => undefined },
  });
  server.add(RoomServiceService, { ...all, ...handlers } as unknown as Handlers<typeof RoomServiceService>);
  const client = createClient(await server.listen('127.0.0.1:0'), { name: 'rooms', telemetry });
  onTestFinished(() => server.stop());
  onTestFinished(() => client.close());
  const create = (name: string, deadlineMs: number) => {
    const metadata = callerMetadata(servicePrincipal('test', 'o'), 'q');
    const room = { id: '', organisationId: '', siteId: '', createdAt: '', updatedAt: '' };
    const lists = { suitableForTags: [], tagIds: [], tags: [], zoneIds: [], zones: [] };
    return client.unary(RoomServiceService.createRoom, { ...room, ...lists, name }, { metadata, deadlineMs });
  };
  const free = await occupy();
  await expect(create('first', 300)).rejects.toMatchObject({ kind: 'deadline' });
  const again = create('again', 30_000);
  free();
  await again;
  expect(done).toEqual(['again']);
});

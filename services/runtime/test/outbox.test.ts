import { afterAll, beforeAll, expect, test } from 'vitest';
import { mapDatabaseError } from '../src/db/map-database-error.ts';
import { writeEvent } from '../src/events/outbox.ts';
import { type OpenedDatabase, openTestDatabase } from './test-database.ts';

let opened: OpenedDatabase;
let db: OpenedDatabase['db'];

beforeAll(async () => {
  opened = await openTestDatabase();
  ({ db } = opened);
});
afterAll(() => opened.stop());

const write = (aggregateId: string, bytes: number): Promise<void> =>
  db.transaction((em) => {
    const event = {
      type: 'lido.test.thing.saved' as const,
      aggregateId,
      organisationId: 'o',
      payload: new Uint8Array(bytes),
    };
    return writeEvent(em, event, { actor: 'test', requestId: 'test' });
  });

test('an event that no server would take is refused in a sentence, with the change that it tells of', async () => {
  await write('large', 1_000_000);
  const refusal = await write('too-large', 1_000_001).catch(mapDatabaseError);
  expect(refusal).toMatchObject({
    kind: 'invalid',
    reason: 'too_large',
    message: expect.stringMatching(/more .* kept/),
  });
  expect(await db.fork().execute('select aggregate_id from outbox')).toEqual([{ aggregate_id: 'large' }]);
});

test('a relay that is woken while another one publishes looks as soon as that is done', async () => {
  await write('woken', 1);
  const [busy, done] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const other = db.transaction(async (em) => {
    await em.execute('select 1 from waiting_events(1)');
    busy.resolve();
    await done.promise;
  });
  await busy.promise;
  let hasLooked = false;
  const looking = db.transaction((em) => em.execute('select aggregate_id from waiting_events(10)'));
  void looking.finally(() => (hasLooked = true));
  const waiting = `select 1 from pg_locks where locktype = 'advisory' and not granted
    and database = (select oid from pg_database where datname = current_database())`;
  while (!hasLooked && (await db.fork().execute<unknown[]>(waiting)).length === 0);
  done.resolve();
  expect(await looking).toContainEqual({ aggregate_id: 'woken' });
  await other;
});

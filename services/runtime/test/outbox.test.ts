import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '../src/db/database.ts';
import { mapDatabaseError } from '../src/db/map-database-error.ts';
import { writeEvent } from '../src/events/outbox.ts';
import { startTelemetry } from '../src/telemetry/telemetry.ts';
import { freshDatabase, type TestDatabase } from '../../../test/support/servers.ts';

const telemetry = startTelemetry({ service: 'test', logLevel: 'silent' });
let database: TestDatabase;
let db: Database;

beforeAll(async () => {
  database = await freshDatabase();
  db = await openDatabase({ url: database.url, entities: [], migrations: [], telemetry });
});
afterAll(async () => {
  await db.stop();
  await database.drop();
  await telemetry.stop();
});

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

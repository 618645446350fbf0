import { afterAll, beforeAll, expect, test } from 'vitest';
import { tidyings, tidyUp } from '../src/events/housekeeping.ts';
import { serveMetrics } from '../src/telemetry/metrics.server.ts';
import { freePort } from '../../../tools/local/ports.ts';
import { type OpenedDatabase, openTestDatabase } from './test-database.ts';

let opened: OpenedDatabase;
let db: OpenedDatabase['db'];
let telemetry: OpenedDatabase['telemetry'];

beforeAll(async () => {
  opened = await openTestDatabase();
  ({ db, telemetry } = opened);
});
afterAll(() => opened.stop());

const run = (sql: string) => db.fork().execute<Record<string, string>[]>(sql);
const event = (type: string, published: string): string => `
  insert into outbox (id, type, aggregate_id, version, organisation_id, actor, occurred_at, request_id, traceparent, payload, published_at)
  values (gen_random_uuid(), '${type}', '${type}', 1, 'o', 'a', lido_now(), 'q', '', '', ${published})`;

test('housekeeping deletes what is old enough and nothing that may still be needed', async () => {
  await run(event('old', `lido_now() - interval '31 days'`));
  await run(event('young', `lido_now() - interval '29 days'`));
  await run(event('untold', 'null'));
  await run(event('given-up', 'null'));
  await run(`update outbox set set_aside_at = lido_now() - interval '31 days' where type = 'given-up'`);
  await run(
    `insert into inbox values ('c', gen_random_uuid(), lido_now() - interval '61 days'), ('c', gen_random_uuid(), lido_now() - interval '59 days')`,
  );
  await run(
    `insert into idempotency_keys values ('p', 'r', 'old', 'h', '', lido_now() - interval '25 hours'), ('p', 'r', 'young', 'h', '', lido_now() - interval '23 hours')`,
  );
  await tidyUp(db);
  expect((await run('select type from outbox order by type')).map(({ type }) => type)).toEqual(['untold', 'young']);
  expect(await run('select 1 from inbox')).toHaveLength(1);
  expect((await run('select key from idempotency_keys')).map(({ key }) => key)).toEqual(['young']);
});

test.each(tidyings)('housekeeping finds what is old by an index: %s', async (statement) => {
  const rows = await db.transaction(async (em) => {
    await em.execute('set local enable_seqscan = off');
    return em.execute<Record<string, string>[]>(`explain ${statement}`);
  });
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(plan).toMatch(/Index Cond: \((published_at|set_aside_at|received_at|created_at|expires_at) </);
});

test('a service tells its metrics where it is asked to, and nothing else there', async () => {
  telemetry.meter.createCounter('lido_test_count').add(3);
  const listen = `127.0.0.1:${await freePort()}`;
  const server = await serveMetrics(listen, telemetry);
  const answer = await fetch(`http://${listen}/metrics`);
  expect(await answer.text()).toMatch(/lido_test_count(_total)?(\{.*\})? 3/);
  expect((await fetch(`http://${listen}/other`)).status).toBe(404);
  await server.stop();
});

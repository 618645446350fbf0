import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkinAt, dataOf, type PresenceWorld, startPresenceWorld } from './presence-world.ts';

let world: PresenceWorld;
let database: pg.Client;

beforeAll(async () => {
  world = await startPresenceWorld();
  database = new pg.Client({ connectionString: world.system.databaseUrl('checkin') });
  await database.connect();
}, 120_000);
afterAll(async () => {
  await database?.end();
  await world?.stop();
});

const callsOf = (path: string) => world.hooks.calls.filter((call) => call.path === path).length;

/** Puts a fired trigger back to where a runner left it that died: taken, and its first action done. */
async function dieBehindFirst(subjectId: string, bindings: 'all' | 'first'): Promise<void> {
  await database.query('begin');
  await database.query(
    `delete from action_runs where ${bindings === 'first' ? 'binding_id not in (select binding_id from action_runs r2 where r2.trigger_seq = action_runs.trigger_seq order by finished_at limit 1) and' : ''}
     trigger_seq in (select seq from fired_triggers where subject_id = $1)`,
    [subjectId],
  );
  await database.query(
    `update fired_triggers set done_at = null, runner = $2, attempts = 1, held_until = lido_now() + interval '1 second' where subject_id = $1`,
    [subjectId, randomUUID()],
  );
  await database.query('commit');
}

describe('what was fired before a crash', () => {
  test('runs on behind the last action that is known to have run, once the dead runner’s time is over', async () => {
    const room = await world.addRoom();
    await world.bind(await world.addAction({ url: '/before' }), room);
    await world.bind(await world.addAction({ url: '/behind' }), room);
    const { id } = dataOf(await world.send('POST', '/checkin', checkinAt(room)));
    const done = async () =>
      (await database.query('select 1 from fired_triggers where subject_id = $1 and done_at is not null', [id]))
        .rowCount;
    await expect.poll(done, { timeout: 10_000 }).toBe(1);
    expect([callsOf('/before'), callsOf('/behind')]).toEqual([1, 1]);
    await dieBehindFirst(id, 'first');
    await expect.poll(done, { timeout: 15_000 }).toBe(1);
    expect([callsOf('/before'), callsOf('/behind')]).toEqual([1, 2]);
  });

  test('survives the end of the service between the commit and the first action', async () => {
    const room = await world.addRoom();
    await world.bind(await world.addAction({ url: '/later' }), room);
    // As it stands when the process ends right after the commit: fired, and nobody's.
    const { id } = dataOf(await world.send('POST', '/checkin', checkinAt(room)));
    await expect.poll(() => callsOf('/later'), { timeout: 10_000 }).toBe(1);
    await dieBehindFirst(id, 'all');
    await expect.poll(() => callsOf('/later'), { timeout: 15_000 }).toBe(2);
  });

  test('is not kept where nothing is bound to it', async () => {
    const { id } = dataOf(await world.send('POST', '/checkin', checkinAt(await world.addRoom())));
    expect((await database.query('select 1 from fired_triggers where subject_id = $1', [id])).rowCount).toBe(0);
  });
});

test('an action that leaves recent repetitions out runs again after ten seconds, and for something else at once', async () => {
  const room = await world.addRoom();
  const trigger = 'checkin_updated';
  const action = await world.addAction({ url: '/recent', trigger, dedup_mode: 'recent' });
  await world.bind(action, room);
  await world.bind(await world.addAction({ url: '/each', trigger }), room);
  const { id } = dataOf(await world.send('POST', '/checkin', checkinAt(room)));
  const change = async (checkin: string, times: number): Promise<void> => {
    dataOf(await world.send('PUT', `/checkin/${checkin}`, { type: `changed ${times}` }));
    await expect.poll(() => callsOf('/each'), { timeout: 10_000 }).toBe(times);
  };
  await change(id, 1);
  await change(id, 2);
  expect(callsOf('/recent')).toBe(1);
  const other = dataOf(await world.send('POST', '/checkin', checkinAt(room)));
  await change(other.id, 3);
  expect(callsOf('/recent')).toBe(2);
  const age = (seconds: number) =>
    database.query(
      `update action_claims set claimed_at = lido_now() - make_interval(secs => $3) where action_id = $1 and subject_id = $2`,
      [action, id, seconds],
    );
  await age(8);
  await change(id, 4);
  expect(callsOf('/recent')).toBe(2);
  await age(10);
  await change(id, 5);
  expect(callsOf('/recent')).toBe(3);
});

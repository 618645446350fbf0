import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Database, openDatabase } from '@lido/runtime/db/database.ts';
import { startTelemetry } from '@lido/runtime/telemetry/telemetry.ts';
import { claimRun, releaseRun } from '../src/actions/bound-action.repository.ts';
import { forgetFired } from '../src/actions/forget-fired.job.ts';
import type { Row } from '../../../tools/seed/api.ts';
import { connectReader } from '../simulator/reader.ts';
import { checkinAt, dataOf, type PresenceWorld, startPresenceWorld } from './presence-world.ts';

let world: PresenceWorld;
let database: pg.Client;

beforeAll(async () => {
  world = await startPresenceWorld();
  database = new pg.Client({ connectionString: world.system.databaseUrl('checkin') });
  await database.connect();
});
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
    await expect.poll(done, { timeout: 20_000 }).toBe(1);
    expect([callsOf('/before'), callsOf('/behind')]).toEqual([1, 1]);
    await dieBehindFirst(id, 'first');
    await expect.poll(done, { timeout: 20_000 }).toBe(1);
    expect([callsOf('/before'), callsOf('/behind')]).toEqual([1, 2]);
  });

  test('survives the end of the service between the commit and the first action', async () => {
    const room = await world.addRoom();
    await world.bind(await world.addAction({ url: '/later' }), room);
    // As it stands when the process ends right after the commit: fired, and nobody's.
    const { id } = dataOf(await world.send('POST', '/checkin', checkinAt(room)));
    await expect.poll(() => callsOf('/later'), { timeout: 20_000 }).toBe(1);
    await dieBehindFirst(id, 'all');
    await expect.poll(() => callsOf('/later'), { timeout: 20_000 }).toBe(2);
  });

  test('is not kept where nothing is bound to it', async () => {
    const { id } = dataOf(await world.send('POST', '/checkin', checkinAt(await world.addRoom())));
    expect((await database.query('select 1 from fired_triggers where subject_id = $1', [id])).rowCount).toBe(0);
  });
});

test('a door is not unlocked by what was fired too long ago', async () => {
  const room = await world.addRoom();
  const device = await world.api.post('/devices', {
    ...{ site_id: world.site, name: 'Door', kind: 'gantner_g7', serial_number: 'SN-7', direction: 'in' },
    medium_format: 'HEX_MSB',
  });
  const { token } = await world.api.post<Row & { token: string }>(`/devices/${device.id}/token`);
  const reader = await connectReader({ url: world.system.readersUrl, token, serial: 'SN-7' });
  onTestFinished(() => reader.close());
  await world.bind(await world.addAction({ run: 'unlock_door', input: { device_id: device.id } }), room);
  const { id } = dataOf(await world.send('POST', '/checkin', checkinAt(room)));
  await expect.poll(() => reader.decisionCount, { timeout: 20_000 }).toBe(1);
  const runs = async () => {
    const text = `select r.status, r.message from action_runs r join fired_triggers f on f.seq = r.trigger_seq
      where f.subject_id = $1 and f.done_at is not null`;
    return (await database.query(text, [id])).rows;
  };
  await expect.poll(runs, { timeout: 20_000 }).toMatchObject([{ status: 'ACTION_STATUS_DONE' }]);
  await database.query(
    `update fired_triggers set occasion = occasion || jsonb_build_object('atMs', (occasion->>'atMs')::bigint - 9000) where subject_id = $1`,
    [id],
  );
  await dieBehindFirst(id, 'all');
  const late = { status: 'ACTION_STATUS_FAILED', message: expect.stringContaining('too late') };
  await expect.poll(runs, { timeout: 20_000 }).toMatchObject([late]);
  expect(reader.decisionCount).toBe(1);
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
    await expect.poll(() => callsOf('/each'), { timeout: 20_000 }).toBe(times);
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
  await age(4);
  await change(id, 4);
  expect(callsOf('/recent')).toBe(2);
  await age(10);
  await change(id, 5);
  expect(callsOf('/recent')).toBe(3);
});

/** The service's database as its code knows it. */
async function openOurs(): Promise<Database> {
  const telemetry = startTelemetry({ service: 'test', logLevel: 'silent' });
  const db = await openDatabase({ url: world.system.databaseUrl('checkin'), entities: [], migrations: [], telemetry });
  onTestFinished(() => db.stop());
  return db;
}

describe('a claim', () => {
  const trigger = 'checkin_updated';

  test('of an earlier run stays when a later run can not be claimed', async () => {
    const room = await world.addRoom();
    const action = await world.addAction({ url: '/claimed', trigger, dedup_mode: 'once' });
    await world.bind(action, room);
    await world.bind(await world.addAction({ url: '/after-claimed', trigger }), room);
    const { id } = dataOf(await world.send('POST', '/checkin', checkinAt(room)));
    const change = (type: string) => world.send('PUT', `/checkin/${id}`, { type });
    await change('first');
    await expect.poll(() => callsOf('/after-claimed'), { timeout: 20_000 }).toBe(1);
    await database.query(`
      create function refuse_claim() returns trigger language plpgsql as $$ begin raise 'no claims now'; end $$;
      create trigger refuse_claim before insert on action_claims for each row execute function refuse_claim()`);
    const unclaim = () => database.query('drop function if exists refuse_claim cascade');
    onTestFinished(() => void unclaim());
    await change('second');
    const isPutOff = `select 1 from fired_triggers where subject_id = $1 and done_at is null and attempts > 0 and runner is null`;
    await expect.poll(async () => (await database.query(isPutOff, [id])).rowCount, { timeout: 20_000 }).toBe(1);
    await unclaim();
    await expect.poll(() => callsOf('/after-claimed'), { timeout: 20_000 }).toBe(2);
    expect(callsOf('/claimed')).toBe(1);
  });

  test('is given back by the run that made it, and by no other', async () => {
    const db = await openOurs();
    const id = await world.addAction({ url: '/never', trigger });
    const claim = (mode: 'NONE' | 'ONCE' | 'RECENT') =>
      claimRun(db.fork(), { id, dedupMode: `DEDUP_MODE_${mode}` }, 'somebody');
    const slow = await claim('RECENT');
    await database.query(
      `update action_claims set claimed_at = claimed_at - interval '11 seconds' where action_id = $1`,
      [id],
    );
    const later = await claim('RECENT');
    for (const other of [slow, await claim('NONE')]) if (other) await releaseRun(db.fork(), other);
    expect([later, await claim('ONCE')]).toEqual([expect.objectContaining({ actionId: id }), undefined]);
    if (later) await releaseRun(db.fork(), later);
    expect(await claim('ONCE')).toBeDefined();
  });

  test('is forgotten after a month, unless it keeps an action from running again for something that can still fire', async () => {
    const db = await openOurs();
    const once = await world.addAction({ url: '/never', trigger, dedup_mode: 'once' });
    const recent = await world.addAction({ url: '/never', trigger, dedup_mode: 'recent' });
    const removed = await world.addAction({ url: '/never', trigger, dedup_mode: 'once' });
    await world.send('DELETE', `/action/${removed}`);
    const room = await world.addRoom();
    const add = async () => dataOf(await world.send('POST', '/checkin', checkinAt(room))).id;
    const [there, gone, waiting] = [await add(), await add(), await add()];
    for (const id of [gone, waiting]) await world.send('DELETE', `/checkin/${id}`);
    const { id: code } = await world.api.post('/code', { name: 'Door', owner_id: world.customer });
    await database.query(
      `insert into fired_triggers (subject_id, occasion, fired_at, held_until) values ($1, '{}', lido_now(), lido_now() + interval '1 hour')`,
      [waiting],
    );
    const claims = [
      ...[there, code, gone, waiting].map((subject) => [once, subject, 31]),
      ...[recent, removed].map((action) => [action, there, 31]),
      ...[recent, removed].map((action) => [action, gone, 29]),
    ];
    for (const claim of claims) {
      await database.query(`insert into action_claims select $1, $2, lido_now() - make_interval(days => $3)`, claim);
    }
    await forgetFired(db);
    const kept = await database.query(
      'select action_id, subject_id from action_claims where action_id = any($1) order by claimed_at, subject_id',
      [[once, recent, removed]],
    );
    expect(kept.rows.map(({ action_id, subject_id }) => `${action_id} ${subject_id}`).toSorted()).toEqual(
      [
        `${once} ${there}`,
        `${once} ${code}`,
        `${once} ${waiting}`,
        `${recent} ${gone}`,
        `${removed} ${gone}`,
      ].toSorted(),
    );
  });
});

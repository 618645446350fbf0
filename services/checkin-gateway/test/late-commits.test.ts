import { randomInt } from 'node:crypto';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Device } from '@lido/proto/lido/checkin/v1/device.ts';
import { anyCheckIns } from './builders.ts';
import { eventually, startGateway, type TestDevice, type TestGuest } from './support.ts';

let gateway: Awaited<ReturnType<typeof startGateway>>;

beforeAll(async () => {
  gateway = await startGateway({ hasDeadline: true });
  // A disk that hangs gives up for no timeout, and so does this wait.
  await gateway.sql(`create function hang() returns trigger language plpgsql as $$
    begin
      loop
        begin
          perform pg_advisory_xact_lock_shared(tg_argv[0]::bigint);
          return null;
        exception when query_canceled or lock_not_available then null;
        end;
      end loop;
    end $$`);
});
afterAll(() => gateway.stop());

/** Commits of what a device's row in a table becomes hang until they are let go. */
async function hangCommits(table: 'taps' | 'devices', condition: string): Promise<() => Promise<void>> {
  const key = randomInt(2 ** 31);
  await gateway.sql('select pg_advisory_lock($1)', [key]);
  await gateway.sql(`create constraint trigger hang_${key} after update on ${table}
    deferrable initially deferred for each row when (${condition}) execute function hang('${key}')`);
  let isOver = false;
  const letGo = async (): Promise<void> => {
    if (!isOver) await gateway.sql('select pg_advisory_unlock($1)', [key]);
    isOver = true;
  };
  onTestFinished(letGo);
  return letGo;
}

const hangDecisions = ({ id }: TestDevice) =>
  hangCommits('taps', `new.device_id = '${id}' and new.decision is not null and old.decision is null`);

const openVisitsOf = async ({ customerId }: TestGuest) =>
  (await gateway.checkIns.listCheckIns(anyCheckIns({ customerId: [customerId] }), gateway.caller)).data.filter(
    ({ checkedOutAt }) => checkedOutAt === null,
  );

/** What is kept of a device's taps, and told of in the log. */
const keptOf = ({ id }: TestDevice) =>
  gateway.sql(
    `select decision ->> 'reason' as kept, a.reason as logged, a.outcome from taps t
     join attempts a using (device_id, event_id) where device_id = $1 order by t.received_at`,
    [id],
  );
const movementsAt = async ({ id }: TestDevice) =>
  (await gateway.sql('select 1 from movements where method_id = $1', [id])).length;

const timeout = { kept: 'decision_timeout', logged: 'decision_timeout', outcome: 'denied' };
const granted = { kept: 'granted', logged: 'granted', outcome: 'granted' };

describe('a decision that is committed only after the deadline', () => {
  test('lets nobody in, and the visit that it began does not count', async () => {
    const dialling = await gateway.addDevice();
    const member = await gateway.addMember();
    const reader = await gateway.connect(dialling);
    const letGo = await hangDecisions(dialling);
    expect(await reader.tap({ uid: member.uid })).toMatchObject({ outcome: 'denied', relays: [] });
    await letGo();
    await eventually(async () => (await keptOf(dialling)).length === 1 && (await movementsAt(dialling)) === 0);
    expect(await keptOf(dialling)).toEqual([timeout]);
    expect(await openVisitsOf(member)).toEqual([]);
    await eventually(async () => {
      const told = await gateway.sql<{ type: string }>(
        `select o.type from outbox o join visits v on v.id = o.aggregate_id where v.customer_id = $1 order by o.seq`,
        [member.customerId],
      );
      return told.map(({ type }) => type).join() === 'lido.checkin.check_in.created,lido.checkin.check_in.removed';
    });
    gateway.advance(3);
    expect(await reader.tap({ uid: member.uid })).toMatchObject({ outcome: 'granted' });
    expect(await keptOf(dialling)).toEqual([timeout, granted]);
    expect(await openVisitsOf(member)).toHaveLength(1);
  });

  test('is taken back as soon as the database can, if that fails at first', async () => {
    const dialling = await gateway.addDevice();
    const member = await gateway.addMember();
    const reader = await gateway.connect(dialling);
    const letGo = await hangDecisions(dialling);
    await reader.tap({ uid: member.uid });
    await gateway.sql('create sequence failures');
    await gateway.sql('alter function replace_decision rename to replace_decision_away');
    await gateway.sql(`create function replace_decision(varchar, varchar, jsonb, jsonb, varchar) returns boolean language plpgsql
      as $$ begin perform nextval('failures'); raise exception 'not now'; end $$`);
    await letGo();
    await eventually(async () => (await gateway.sql('select 1 from failures where is_called')).length === 1);
    expect(await openVisitsOf(member)).toHaveLength(1);
    await gateway.sql('drop function replace_decision');
    await gateway.sql('alter function replace_decision_away rename to replace_decision');
    await eventually(async () => (await movementsAt(dialling)) === 0);
    expect([await keptOf(dialling), await openVisitsOf(member)]).toEqual([[timeout], []]);
  });

  test('lets nobody out where the same reader lets in, and the visit goes on', async () => {
    const fields: Partial<Device> = { direction: 'DEVICE_DIRECTION_TOGGLE' };
    const [dialling, other] = [await gateway.addDevice(fields), await gateway.addDevice(fields)];
    const member = await gateway.addMember();
    await (await gateway.connect(other)).tap({ uid: member.uid });
    const [visit] = await openVisitsOf(member);
    gateway.advance(120);
    const reader = await gateway.connect(dialling);
    const letGo = await hangDecisions(dialling);
    expect(await reader.tap({ uid: member.uid })).toMatchObject({ outcome: 'denied' });
    await letGo();
    await eventually(async () => (await keptOf(dialling)).length === 1 && (await movementsAt(dialling)) === 0);
    expect(await openVisitsOf(member)).toMatchObject([{ id: visit?.id }]);
  });

  test('keeps nobody in: an exit opens at the deadline, and its answer is what is kept', async () => {
    const dialling = await gateway.addDevice({ direction: 'DEVICE_DIRECTION_OUT' });
    const reader = await gateway.connect(dialling);
    const letGo = await hangDecisions(dialling);
    expect(await reader.tap({ uid: (await gateway.addMember()).uid })).toMatchObject({ outcome: 'granted' });
    await letGo();
    const flags = () =>
      gateway.sql(`select decision -> 'flags' as flags from taps where device_id = $1`, [dialling.id]);
    await eventually(async () => JSON.stringify(await flags()) === '[{"flags":["decision_timeout"]}]');
  });
});

test('a decision that comes too late neither opens the door nor writes a check-in', async () => {
  const [dialling, member] = [await gateway.addDevice(), await gateway.addMember()];
  const reader = await gateway.connect(dialling);
  const blocker = new Client({ connectionString: gateway.databaseUrl });
  await blocker.connect();
  onTestFinished(() => blocker.end());
  await blocker.query('begin');
  await blocker.query('select pg_advisory_xact_lock(hashtextextended($1, 1))', [`customer ${member.customerId}`]);
  const decision = await reader.tap({ uid: member.uid });
  await blocker.query('rollback');
  expect(decision).toMatchObject({ outcome: 'denied', displayText: 'Please try again' });
  expect(decision.ms).toBeGreaterThan(1_400);
  await eventually(async () => (await keptOf(dialling)).length === 1);
  expect(await keptOf(dialling)).toEqual([timeout]);
  expect(await openVisitsOf(member)).toEqual([]);
  expect(reader.decisionCount).toBe(1);
});

import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { Client } from 'pg';
import { decisionDeadlineMs } from '../src/visits/decision.ts';
import { settleExits } from '../src/visits/settle-exits.job.ts';
import { anyCheckIns } from './builders.ts';
import { type Replica, startReplica, tapAt } from './replica.ts';
import { eventually, startGateway, type TestDevice, type TestGuest } from './support.ts';

let gateway: Awaited<ReturnType<typeof startGateway>>;
let replica: Replica;

// The gateway's own housekeeping may be first to settle what these tests bring about.
beforeAll(async () => {
  gateway = await startGateway();
  replica = await startReplica(gateway, { deadlineMs: decisionDeadlineMs });
});
afterAll(async () => {
  await replica.stop();
  await gateway.stop();
});

/** Somebody inside, before an exit. */
async function comeAndTurn(): Promise<TestGuest & { exit: TestDevice }> {
  const guest = await gateway.addMember();
  await (await gateway.connect(await gateway.addDevice())).tap({ uid: guest.uid });
  gateway.advance(120);
  return { ...guest, exit: await gateway.addDevice({ direction: 'DEVICE_DIRECTION_OUT' }) };
}

/** Somebody inside, whose exit opens although the database does not answer in time; answers when they left. */
async function leaveLate(kind: 'rfid_uid' | 'pin' = 'rfid_uid') {
  const { customerId, exit, ...guest } = await comeAndTurn();
  const { decider } = replica;
  const blocker = new Client({ connectionString: gateway.databaseUrl });
  await blocker.connect();
  onTestFinished(() => blocker.end());
  await blocker.query('begin');
  await blocker.query('select pg_advisory_xact_lock(hashtextextended($1, 1))', [`customer ${customerId}`]);
  const tapped = tapAt(gateway, exit.id, guest);
  const late = await decider.decide({ ...tapped, medium: { kind, raw: guest.uid } });
  expect(late).toMatchObject({ outcome: 'granted', flags: ['decision_timeout'] });
  await blocker.query('rollback');
  await eventually(async () => (await keptOf(exit)).at(0)?.flags != null);
  const [tap] = await gateway.sql<{ at: Date }>('select occurred_at as at from taps where device_id = $1', [exit.id]);
  return { customerId, exit, leftMs: tap?.at.getTime() };
}

const keptOf = ({ id }: TestDevice) =>
  gateway.sql<{ flags: string[] | null; action: string }>(
    `select decision->'flags' as flags, decision->>'action' as action from taps where device_id = $1`,
    [id],
  );
const visitsOf = async (customerId: string) =>
  (await gateway.checkIns.listCheckIns(anyCheckIns({ customerId: [customerId] }), gateway.caller)).data;

test.each(['rfid_uid', 'pin'] as const)('whoever leaves late by a %s has left at the time of the tap', async (kind) => {
  const { customerId, exit, leftMs } = await leaveLate(kind);
  await settleExits(replica.deciding);
  const [visit, ...others] = await visitsOf(customerId);
  expect([Date.parse(visit?.checkedOutAt ?? ''), others]).toEqual([leftMs, []]);
  expect(await keptOf(exit)).toEqual([{ flags: [], action: 'check_out' }]);
  expect(await settleExits(replica.deciding)).toBe(0);
});

test('an exit that can not be settled yet is settled later', async () => {
  const { customerId } = await leaveLate();
  await gateway.sql('alter table movements rename to movements_away');
  expect(await settleExits(replica.deciding)).toBe(0);
  await gateway.sql('alter table movements_away rename to movements');
  await settleExits(replica.deciding);
  expect(await visitsOf(customerId)).toMatchObject([{ checkedOutAt: expect.any(String) }]);
});

describe('while the database can not even say what door it is', () => {
  async function away(): Promise<() => Promise<void>> {
    let isBack = false;
    const back = async (): Promise<void> => {
      if (!isBack) await gateway.sql('alter function door_of_away rename to door_of');
      isBack = true;
    };
    await gateway.sql('alter function door_of rename to door_of_away');
    onTestFinished(back);
    return back;
  }

  test('an exit opens, and whoever left has left once it can be asked again', async () => {
    const { customerId, uid, exit } = await comeAndTurn();
    const reader = await gateway.connect(exit);
    const back = await away();
    const beforeMs = gateway.nowMs();
    expect(await reader.tap({ uid })).toMatchObject({ outcome: 'granted', relays: [{ id: 1, onTimeMs: 3_000 }] });
    const afterMs = gateway.nowMs();
    await back();
    await eventually(async () => (await keptOf(exit)).at(0)?.flags != null);
    await settleExits(replica.deciding);
    const [visit] = await visitsOf(customerId);
    const leftMs = Date.parse(visit?.checkedOutAt ?? '');
    expect([leftMs >= beforeMs, leftMs <= afterMs]).toEqual([true, true]);
  });

  test('a reader that lets in opens nothing', async () => {
    const { uid } = await gateway.addMember();
    const reader = await gateway.connect(await gateway.addDevice());
    await away();
    expect(await reader.tap({ uid })).toMatchObject({ outcome: 'denied', relays: [] });
  });
});

import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { Client } from 'pg';
import { settleExits } from '../src/visits/settle-exits.job.ts';
import { anyCheckIns } from './builders.ts';
import { type Replica, startReplica } from './replica.ts';
import { eventually, startGateway, type TestDevice } from './support.ts';

let gateway: Awaited<ReturnType<typeof startGateway>>;
let replica: Replica;

// The gateway's own housekeeping may be first to settle what these tests bring about.
beforeAll(async () => {
  gateway = await startGateway();
  replica = await startReplica(gateway);
});
afterAll(async () => {
  await replica.stop();
  await gateway.stop();
});

/** Somebody inside, whose exit opens although the database does not answer in time; answers when they left. */
async function leaveLate(): Promise<{ customerId: string; exit: TestDevice; leftMs: number }> {
  const { customerId, uid } = await gateway.addMember();
  await (await gateway.connect(await gateway.addDevice())).tap({ uid });
  gateway.advance(120);
  const exit = await gateway.addDevice({ direction: 'DEVICE_DIRECTION_OUT' });
  const reader = await gateway.connect(exit);
  const blocker = new Client({ connectionString: gateway.databaseUrl });
  await blocker.connect();
  onTestFinished(() => blocker.end());
  await blocker.query('begin');
  await blocker.query('select pg_advisory_xact_lock(hashtextextended($1, 1))', [`customer ${customerId}`]);
  expect(await reader.tap({ uid })).toMatchObject({ outcome: 'granted' });
  await blocker.query('rollback');
  await eventually(async () => (await keptOf(exit)).at(0)?.flags?.[0] === 'decision_timeout');
  const [tap] = await gateway.sql<{ at: Date }>('select occurred_at as at from taps where device_id = $1', [exit.id]);
  return { customerId, exit, leftMs: tap?.at.getTime() ?? NaN };
}

const keptOf = ({ id }: TestDevice) =>
  gateway.sql<{ flags: string[] | null; action: string }>(
    `select decision->'flags' as flags, decision->>'action' as action from taps where device_id = $1`,
    [id],
  );
const visitsOf = async (customerId: string) =>
  (await gateway.checkIns.listCheckIns(anyCheckIns({ customerId: [customerId] }), gateway.caller)).data;

test('whoever leaves by an exit that opens late has left at the time of the tap, once it is settled', async () => {
  const { customerId, exit, leftMs } = await leaveLate();
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
  const away = async (): Promise<void> => {
    await gateway.sql('alter function door_of rename to door_of_away');
    onTestFinished(async () => void (await gateway.sql('alter function door_of_away rename to door_of')));
  };

  test('an exit opens', async () => {
    const reader = await gateway.connect(
      await gateway.addDevice({ direction: 'DEVICE_DIRECTION_OUT', relayId: 3, unlockMs: 1_500 }),
    );
    await away();
    expect(await reader.tap({ uid: '04A1B2C3' })).toMatchObject({
      outcome: 'granted',
      relays: [{ id: 3, onTimeMs: 1_500 }],
    });
  });

  test('a reader that lets in opens nothing', async () => {
    const { uid } = await gateway.addMember();
    const reader = await gateway.connect(await gateway.addDevice());
    await away();
    expect(await reader.tap({ uid })).toMatchObject({ outcome: 'denied', relays: [] });
  });
});

import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Row } from '../../../tools/seed/api.ts';
import type { HttpDecision, ReplayedEntry } from '../simulator/http-reader.ts';
import { reasons, type Reason } from '../src/visits/decision.ts';
import { membership } from './builders.ts';
import { cardOf, type Doors, doorsOf } from './doors.ts';
import { eventually, startGateway, type TestGuest } from './support.ts';

let gateway: Awaited<ReturnType<typeof startGateway>>;
let doors: Doors;

beforeAll(async () => {
  gateway = await startGateway({ hasApi: true, hasDeadline: true });
  doors = doorsOf(gateway);
});
afterAll(() => gateway.stop());

/** How somebody comes to a door. */
interface Coming {
  /** The site's rules. */
  readonly policy?: object;
  readonly site?: object;
  readonly door?: object;
  readonly membership?: Parameters<Doors['addMember']>[1];
}

/** A member at the door of a site of their own. */
async function come({ policy, site, door, membership: held }: Coming = {}) {
  const siteId = await doors.addSite(policy, site);
  const reader = await doors.addDoor(siteId, door);
  const member = await doors.addMember(siteId, held);
  return { siteId, reader, member, tap: () => reader.tap(cardOf(member)) };
}

const tapOnce = async (coming?: Coming): Promise<HttpDecision> => (await come(coming)).tap();

/** A tap out of a reader's journal. */
async function replayOnce(decision: 'granted' | 'denied', aheadMinutes: number): Promise<ReplayedEntry | undefined> {
  const { reader, member } = await come();
  const occurred_at = new Date(gateway.nowMs() + aheadMinutes * 60_000).toISOString();
  const [result] = await reader.replay([{ event_id: randomUUID(), medium: cardOf(member), occurred_at, decision }]);
  return result;
}

async function block(path: string, table: 'known_media' | 'known_customers', column: string): Promise<void> {
  await doors.api.post(path, { reason: 'Lost' });
  const id = path.split('/').at(-2);
  await eventually(
    async () =>
      (await gateway.sql(`select 1 from ${table} where id = $1 and ${column} is not null`, [id])).length === 1,
  );
}

async function tapWithBlockedCard(): Promise<HttpDecision> {
  const { member, tap } = await come();
  const path = `/customers/customers/${member.customerId}/barcodes`;
  const [card] = await doors.api.get<Row[]>(path);
  await block(`${path}/${card?.id}/block`, 'known_media', 'blocked_at');
  return tap();
}

async function tapOfBlockedCustomer(): Promise<HttpDecision> {
  const { member, tap } = await come();
  await block(`/customers/customers/${member.customerId}/block`, 'known_customers', 'access_blocked_at');
  return tap();
}

async function tapOfStranger(): Promise<HttpDecision> {
  const { reader } = await come();
  return reader.tap(cardOf(await gateway.addGuest()));
}

async function tapWithMembershipElsewhere(): Promise<HttpDecision> {
  const { reader } = await come();
  return reader.tap(cardOf(await doors.addMember(await doors.addSite())));
}

/** Closed for some days around now, so that it does not matter in which zone. */
async function tapAtClosedSite(): Promise<HttpDecision> {
  const opening_exceptions = [-1, 0, 1].map((days) => ({
    date: new Date(gateway.nowMs() + days * 24 * 3_600_000).toISOString().slice(0, 10),
    closed: true,
  }));
  return tapOnce({ site: { opening_exceptions } });
}

async function tapAfterEntering(secondsLater: number, coming?: Coming): Promise<HttpDecision> {
  const { tap } = await come(coming);
  gateway.holdClock();
  expect(await tap()).toMatchObject({ outcome: 'granted' });
  gateway.advance(secondsLater);
  return tap();
}

async function tapSoonAfterLeaving(): Promise<HttpDecision> {
  const { tap } = await come({ policy: { reentry_delay_seconds: 600 }, door: { direction: 'toggle' } });
  await tap();
  gateway.advance(61);
  expect(await tap()).toMatchObject({ action: 'check_out' });
  gateway.advance(500);
  return tap();
}

/** Somebody else holds the customer's lock for longer than anybody waits at a door. */
async function tapWhileDatabaseWaits(): Promise<HttpDecision> {
  const { member, tap } = await come();
  const blocker = new Client({ connectionString: gateway.databaseUrl });
  await blocker.connect();
  onTestFinished(() => blocker.end());
  await blocker.query('begin');
  await blocker.query('select pg_advisory_xact_lock(hashtextextended($1, 1))', [`customer ${member.customerId}`]);
  const decision = await tap();
  await blocker.query('rollback');
  return decision;
}

async function tapWhileDatabaseFails(): Promise<HttpDecision> {
  const { tap } = await come();
  await gateway.sql('alter table movements rename to movements_away');
  try {
    return await tap();
  } finally {
    await gateway.sql('alter table movements_away rename to movements');
  }
}

const overdue = {
  status: 'MEMBERSHIP_STATUS_NEEDS_ATTENTION',
  attentionReason: 'ATTENTION_REASON_PAYMENT_FAILED',
} as const;

/** How each reason comes about. A reason without a row does not compile, and fails below. */
const rungs: Readonly<Record<Reason, () => Promise<HttpDecision | ReplayedEntry | undefined>>> = {
  device_not_allowed: () => tapOnce({ door: { enabled: false } }),
  invalid_read: async () => (await come()).reader.tap({ kind: 'rfid_uid', value: 'not a number' }),
  duplicate: () => tapAfterEntering(0),
  unknown_medium: async () => (await come()).reader.tap({ kind: 'rfid_uid', value: '0BADCAFE' }),
  medium_blocked: tapWithBlockedCard,
  customer_blocked: tapOfBlockedCustomer,
  no_entitlement: tapOfStranger,
  membership_not_active: () => tapOnce({ membership: { status: 'MEMBERSHIP_STATUS_EXPIRED' } }),
  payment_overdue: () => tapOnce({ membership: overdue }),
  not_allowed_here: tapWithMembershipElsewhere,
  out_of_hours: tapAtClosedSite,
  already_inside: () => tapAfterEntering(3),
  reentry_too_soon: tapSoonAfterLeaving,
  no_credits: () => tapOnce({ membership: { visitLimit: 0 } }),
  capacity_full: () => tapOnce({ policy: { capacity: 0 } }),
  decision_timeout: tapWhileDatabaseWaits,
  internal_error: tapWhileDatabaseFails,
  denied_offline: () => replayOnce('denied', -10),
  clock_ahead: () => replayOnce('granted', 6),
  granted: () => tapOnce(),
};

describe('over HTTP', () => {
  test('every reason there is has a row', () => {
    expect(Object.keys(rungs).toSorted()).toEqual([...reasons].toSorted());
  });

  const opening: readonly Reason[] = ['granted', 'duplicate'];
  const toldByJournals: readonly Reason[] = ['denied_offline', 'clock_ahead'];

  test.each(reasons.filter((reason) => !toldByJournals.includes(reason)))(
    '%s is what a tap is told',
    async (reason) => {
      const decision = (await rungs[reason]()) as HttpDecision;
      expect(decision.reason).toBe(reason);
      const isOpen = opening.includes(reason);
      expect(decision).toMatchObject({ outcome: isOpen ? 'granted' : 'denied', unlock_ms: isOpen ? 3_000 : 0 });
      expect(decision.relays).toHaveLength(isOpen ? 1 : 0);
      const logged = () =>
        gateway.sql<{ reason: string }>('select reason from attempts where event_id = $1', [decision.event_id]);
      // What is told without a decision is written down after the answer.
      if (!isOpen) await expect.poll(logged, { timeout: 20_000 }).toEqual([{ reason }]);
    },
  );

  test.each(toldByJournals)('%s is what an entry of a journal is told', async (reason) => {
    expect((await rungs[reason]())?.flags).toEqual([reason]);
  });
});

describe('whoever leaves', () => {
  const out = { direction: 'out' };

  async function leave(guest: TestGuest, siteId: string): Promise<HttpDecision> {
    return (await doors.addDoor(siteId, out)).tap(cardOf(guest));
  }

  test('is let out whatever keeps them from coming in, and their visit ends', async () => {
    const { siteId, member, tap } = await come();
    await tap();
    await block(`/customers/customers/${member.customerId}/block`, 'known_customers', 'access_blocked_at');
    await doors.choose(siteId, { capacity: 0, anti_passback: 'hard', reentry_delay_seconds: 600 });
    gateway.advance(3);
    expect(await leave(member, siteId)).toMatchObject({ outcome: 'granted', reason: 'granted', action: 'check_out' });
    expect(await doors.checkInsOf(member)).toMatchObject([{ checked_out_at: expect.any(String) as string }]);
  });

  test('with a card that nobody knows is let out', async () => {
    const { siteId } = await come();
    const exit = await doors.addDoor(siteId, out);
    expect(await exit.tap({ kind: 'rfid_uid', value: '0BADCAFE' })).toMatchObject({
      outcome: 'granted',
      action: 'none',
    });
  });

  test('is let out while the database fails, and flagged', async () => {
    const { siteId, member } = await come();
    const exit = await doors.addDoor(siteId, out);
    await gateway.sql('alter table movements rename to movements_away');
    const decision = await exit.tap(cardOf(member));
    await gateway.sql('alter table movements_away rename to movements');
    expect(decision).toMatchObject({ outcome: 'granted', flags: ['internal_error'] });
  });

  test('is stopped by a reader that may not decide, and by a card that can not be read', async () => {
    const { siteId } = await come();
    const disabled = await doors.addDoor(siteId, { ...out, enabled: false });
    expect(await disabled.tap({ kind: 'rfid_uid', value: '0BADCAFE' })).toMatchObject({ reason: 'device_not_allowed' });
    const exit = await doors.addDoor(siteId, out);
    expect(await exit.tap({ kind: 'rfid_uid', value: 'XYZ' })).toMatchObject({
      outcome: 'denied',
      reason: 'invalid_read',
    });
  });
});

test('the first reason that applies is told: as each is mended, the next one shows', async () => {
  const siteId = await doors.addSite({ capacity: 0 });
  const guest = await gateway.addGuest();
  const { customerId } = guest;
  await block(`/customers/customers/${customerId}/block`, 'known_customers', 'access_blocked_at');
  const reader = await doors.addDoor(siteId, { enabled: false });
  const hold = async (changes: Parameters<Doors['addMember']>[1], id?: string): Promise<string> => {
    const { organisationId } = gateway;
    const made = membership({ siteId, organisationId, customerId, changes: { ...changes, ...(id ? { id } : {}) } });
    await gateway.streams.tellMembership(made);
    const status = made.status.slice('MEMBERSHIP_STATUS_'.length).toLowerCase();
    const isKnown = `select 1 from known_memberships where id = $1 and status = $2 and visit_limit is not distinct from $3`;
    const values = [made.id, status, made.visitLimit ?? null];
    await eventually(async () => (await gateway.sql(isKnown, values)).length === 1);
    return made.id;
  };
  const told: string[] = [];
  const tap = async (): Promise<void> => {
    gateway.advance(3);
    told.push((await reader.tap(cardOf(guest))).reason);
  };
  const held = await hold({ ...overdue, status: 'MEMBERSHIP_STATUS_EXPIRED', visitLimit: 0 });

  await tap();
  await doors.api.put(`/devices/${reader.id}`, { enabled: true });
  await tap();
  await doors.api.post(`/customers/customers/${customerId}/unblock`);
  const isUnblocked = 'select 1 from known_customers where id = $1 and access_blocked_at is null';
  await eventually(async () => (await gateway.sql(isUnblocked, [customerId])).length === 1);
  await tap();
  await hold({ ...overdue, visitLimit: 0 }, held);
  await tap();
  await hold({ visitLimit: 0 }, held);
  await tap();
  await hold({ visitLimit: 5 }, held);
  await tap();
  await doors.choose(siteId, { capacity: 1 });
  await tap();
  await tap();
  expect(told).toEqual([
    ...['device_not_allowed', 'customer_blocked', 'membership_not_active', 'payment_overdue'],
    ...['no_credits', 'capacity_full', 'granted', 'already_inside'],
  ]);
});

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { VisitPolicyServiceService } from '@lido/proto/lido/checkin/v1/visit_policy.ts';
import { peerOf } from '@lido/runtime/grpc/client.ts';
import { startTelemetry } from '@lido/runtime/telemetry/telemetry.ts';
import { connectTo } from '../../../test/support/clients.ts';
import { staff, staffElsewhere } from '../../../test/support/callers.ts';
import type { Row } from '../../../tools/seed/api.ts';
import { order } from './builders.ts';
import { cardOf, type Door, type Doors, doorsOf } from './doors.ts';
import { eventually, startGateway, type TestGuest } from './support.ts';

let gateway: Awaited<ReturnType<typeof startGateway>>;
let doors: Doors;

beforeAll(async () => {
  gateway = await startGateway({ hasApi: true });
  doors = doorsOf(gateway);
});
afterAll(() => gateway.stop());

const usual = {
  ...{ anti_passback: 'timed', anti_passback_minutes: 5, duplicate_ms: 2_000, min_stay_seconds: 60 },
  ...{ max_visit_minutes: 240, booking_early_minutes: 60, reentry_delay_seconds: 0, payment_required: true },
  ...{ capacity: null, zone_capacities: [], staff_customer_ids: [] },
};
const policyOf = (siteId: string): Promise<Row> => doors.api.get(`/sites/${siteId}/visit-policy`);

interface Refused {
  readonly status: number;
  readonly errors?: Readonly<Record<string, unknown>>;
}

async function put(siteId: string, body: object, token = gateway.ownerToken): Promise<Refused> {
  const response = await fetch(`${gateway.baseUrl}/sites/${siteId}/visit-policy`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { ...((await response.json()) as object), status: response.status };
}

describe('the rules of a site', () => {
  test('are the usual ones until it chooses', async () => {
    const siteId = await doors.addSite();
    expect(await policyOf(siteId)).toEqual({ site_id: siteId, ...usual });
  });

  test.each([
    ['anti_passback', 'soft'],
    ['anti_passback_minutes', 30],
    ['duplicate_ms', 500],
    ['min_stay_seconds', 0],
    ['max_visit_minutes', 15],
    ['booking_early_minutes', 0],
    ['reentry_delay_seconds', 86_400],
    ['payment_required', false],
    ['capacity', 0],
    ['zone_capacities', [{ zone: 'pool', capacity: 12 }]],
  ] as const)(
    '%s is set alone, stays where it is absent, and goes back to the usual with null',
    async (field, value) => {
      const siteId = await doors.addSite();
      expect(await doors.choose(siteId, { [field]: value })).toEqual({ site_id: siteId, ...usual, [field]: value });
      const other = field === 'capacity' ? { duplicate_ms: 1 } : { capacity: 7 };
      expect(await doors.choose(siteId, other)).toEqual({ site_id: siteId, ...usual, [field]: value, ...other });
      expect(await doors.choose(siteId, { [field]: null })).toEqual({ site_id: siteId, ...usual, ...other });
      expect(await policyOf(siteId)).toEqual({ site_id: siteId, ...usual, ...other });
    },
  );

  test.each([
    ['anti_passback', 'sometimes'],
    ['anti_passback_minutes', 0],
    ['duplicate_ms', 60_001],
    ['min_stay_seconds', -1],
    ['max_visit_minutes', 14],
    ['max_visit_minutes', 1_441],
    ['booking_early_minutes', 1_441],
    ['reentry_delay_seconds', 86_401],
    ['capacity', -1],
    ['staff_customer_ids', ['nobody']],
    [
      'zone_capacities',
      [
        { zone: 'pool', capacity: 1 },
        { zone: 'pool', capacity: 2 },
      ],
    ],
  ])('%s can not be %j: it is named, and nothing changes', async (field, value) => {
    const siteId = await doors.addSite({ duplicate_ms: 1_000 });
    const { status, errors } = await put(siteId, { min_stay_seconds: 5, [field]: value });
    expect(status).toBe(422);
    expect(Object.keys(errors ?? {})).toEqual([field]);
    expect(await policyOf(siteId)).toEqual({ site_id: siteId, ...usual, duplicate_ms: 1_000 });
  });

  test('are those of a site that is there, and no reader’s to choose', async () => {
    expect((await put('no-such-site', { capacity: 1 })).status).toBe(404);
    const siteId = await doors.addSite();
    const { token } = await doors.api.post<Row & { token: string }>(
      `/devices/${(await doors.addDoor(siteId)).id}/token`,
    );
    expect((await put(siteId, { capacity: 1 }, token)).status).toBe(403);
    expect((await put(siteId, { capacity: 1 }, 'nobody')).status).toBe(401);
    expect(await policyOf(siteId)).toMatchObject({ capacity: null });
  });

  test('are read and chosen with settings.manage only, and missing to another organisation', async () => {
    const siteId = await doors.addSite();
    const telemetry = startTelemetry({ service: 'test', logLevel: 'silent' });
    const client = connectTo(gateway.address, { name: 'gateway', telemetry });
    onTestFinished(() => client.close());
    const rules = peerOf(VisitPolicyServiceService, client);
    const owner = staff(gateway, [siteId]);
    const usualRules = await rules.getVisitPolicy({ id: siteId }, owner);
    const callers = [
      [staff(gateway, [siteId], { held: ['checkins.manage', 'checkins.view'] }), 'forbidden'],
      [staffElsewhere(owner), 'not_found'],
    ] as const;
    for (const [caller, kind] of callers) {
      const change = { id: siteId, policy: { ...usualRules, capacity: 1 }, updateMask: ['capacity'] };
      await expect(rules.getVisitPolicy({ id: siteId }, caller)).rejects.toMatchObject({ kind });
      await expect(rules.updateVisitPolicy(change, caller)).rejects.toMatchObject({ kind });
    }
    expect(await rules.getVisitPolicy({ id: siteId }, owner)).toEqual(usualRules);
  });
});

describe('with as many visitors as there are places', () => {
  const comers = 16;
  const places = 3;

  async function crowd(siteId: string): Promise<TestGuest[]> {
    const members: TestGuest[] = [];
    while (members.length < comers) members.push(await doors.addMember(siteId));
    return members;
  }

  function tapAtOnce(members: readonly TestGuest[], readers: readonly Door[]): Promise<string[]> {
    return Promise.all(
      members.map(async (member, index) => (await readers[index % readers.length]?.tap(cardOf(member)))?.reason ?? ''),
    );
  }

  const countOf = (told: readonly string[], reason: string): number => told.filter((one) => one === reason).length;

  test('exactly as many of those who come at once are let in, and the next one when somebody has left', async () => {
    const siteId = await doors.addSite({ capacity: places });
    const readers = [await doors.addDoor(siteId), await doors.addDoor(siteId), await doors.addDoor(siteId)];
    const exit = await doors.addDoor(siteId, { direction: 'out' });
    const members = await crowd(siteId);
    const told = await tapAtOnce(members, readers);
    expect([countOf(told, 'granted'), countOf(told, 'capacity_full')]).toEqual([places, comers - places]);
    const open = await gateway.sql('select 1 from visits where site_id = $1 and checked_out_at is null', [siteId]);
    expect(open).toHaveLength(places);

    const inside = members[told.indexOf('granted')];
    const outside = members[told.indexOf('capacity_full')];
    if (!inside || !outside) throw new Error('Somebody is inside and somebody is not.');
    gateway.advance(3);
    expect(await readers[0]?.tap(cardOf(outside))).toMatchObject({ reason: 'capacity_full' });
    await exit.tap(cardOf(inside));
    gateway.advance(3);
    expect(await readers[0]?.tap(cardOf(outside))).toMatchObject({ reason: 'granted' });
  });

  test('of a zone, exactly as many get in there, and the rest of the site stays open', async () => {
    const siteId = await doors.addSite({ zone_capacities: [{ zone: 'pool', capacity: places }] });
    const entrance = [await doors.addDoor(siteId), await doors.addDoor(siteId)];
    const inner = { direction: 'inner', zone: 'pool' };
    const poolDoors = [await doors.addDoor(siteId, inner), await doors.addDoor(siteId, inner)];
    const members = await crowd(siteId);
    expect(countOf(await tapAtOnce(members, entrance), 'granted')).toBe(comers);
    gateway.advance(61);
    const told = await tapAtOnce(members, poolDoors);
    expect([countOf(told, 'granted'), countOf(told, 'capacity_full')]).toEqual([places, comers - places]);
    const inPool = await gateway.sql(`select 1 from visits where site_id = $1 and zone = 'pool'`, [siteId]);
    expect(inPool).toHaveLength(places);
  });
});

describe('somebody who comes in again without having left', () => {
  test.each([
    ['off', 10, { outcome: 'granted', action: 'check_in', flags: [] }],
    ['soft', 10, { outcome: 'granted', action: 'check_in', flags: ['already_inside'] }],
    ['hard', 200, { outcome: 'denied', reason: 'already_inside' }],
    ['timed', 29, { outcome: 'denied', reason: 'already_inside' }],
    ['timed', 31, { outcome: 'granted', action: 'check_in', flags: ['already_inside'] }],
  ])('with anti-passback %s after %i minutes', async (anti_passback, minutes, answer) => {
    const siteId = await doors.addSite({ anti_passback, anti_passback_minutes: 30 });
    const door = await doors.addDoor(siteId);
    const member = await doors.addMember(siteId);
    await door.tap(cardOf(member));
    gateway.advance(minutes * 60);
    expect(await door.tap(cardOf(member))).toMatchObject(answer);
    const visits = await doors.checkInsOf(member);
    expect(visits).toHaveLength(answer.outcome === 'granted' ? 2 : 1);
    expect(visits.filter((visit) => visit['checked_out_at'] === null)).toHaveLength(1);
  });

  test.each(['timed', 'hard'])(
    'with anti-passback %s is not kept out where they did not get through the door',
    async (anti_passback) => {
      const siteId = await doors.addSite({ anti_passback });
      const door = await doors.addDoor(siteId);
      const member = await doors.addMember(siteId);
      const tap = async (passed: boolean) => {
        gateway.advance(10);
        const eventId = randomUUID();
        const decision = await door.tap(cardOf(member), { eventId });
        await door.pass(eventId, passed);
        return decision;
      };
      expect(await tap(false)).toMatchObject({ outcome: 'granted', action: 'check_in' });
      const again = { outcome: 'granted', action: 'none', flags: ['already_inside'] };
      expect([await tap(false), await tap(true)]).toMatchObject([again, again]);
      expect(await tap(false)).toMatchObject({ outcome: 'denied', reason: 'already_inside' });
      expect(await tap(false)).toMatchObject({ outcome: 'denied', reason: 'already_inside' });
      expect(await doors.checkInsOf(member)).toHaveLength(1);
    },
  );
});

describe('the times a site chooses', () => {
  const toggle = { direction: 'toggle' };

  test('say for how long a tap is a repeat of the first, not of the one before', async () => {
    const siteId = await doors.addSite({ duplicate_ms: 10_000, min_stay_seconds: 0 });
    const door = await doors.addDoor(siteId, toggle);
    const member = await doors.addMember(siteId);
    const told: string[] = [];
    for (const seconds of [0, 6, 5]) {
      gateway.advance(seconds);
      told.push((await door.tap(cardOf(member))).action);
    }
    expect(told).toEqual(['check_in', 'none', 'check_out']);
  });

  test('say how long one stays at least', async () => {
    const siteId = await doors.addSite({ min_stay_seconds: 300 });
    const door = await doors.addDoor(siteId, toggle);
    const member = await doors.addMember(siteId);
    await door.tap(cardOf(member));
    gateway.advance(290);
    expect(await door.tap(cardOf(member))).toMatchObject({ outcome: 'granted', reason: 'duplicate', action: 'none' });
    gateway.advance(15);
    expect(await door.tap(cardOf(member))).toMatchObject({ outcome: 'granted', action: 'check_out' });
  });

  test('say when one may come back', async () => {
    const siteId = await doors.addSite({ reentry_delay_seconds: 600 });
    const door = await doors.addDoor(siteId, toggle);
    const member = await doors.addMember(siteId);
    const told: string[] = [];
    for (const seconds of [0, 61, 590, 15]) {
      gateway.advance(seconds);
      told.push((await door.tap(cardOf(member))).reason);
    }
    expect(told).toEqual(['granted', 'granted', 'reentry_too_soon', 'granted']);
  });

  test('say when a visit ends that nobody ends; a later choice changes no visit that has begun', async () => {
    const siteId = await doors.addSite({ max_visit_minutes: 15 });
    const door = await doors.addDoor(siteId, toggle);
    const member = await doors.addMember(siteId);
    await door.tap(cardOf(member));
    await doors.choose(siteId, { max_visit_minutes: 240 });
    gateway.advance(16 * 60);
    expect(await door.tap(cardOf(member))).toMatchObject({ action: 'check_in' });
    const [, first] = await doors.checkInsOf(member);
    const { checked_in_at: from, checked_out_at: to } = first as Row & {
      checked_in_at: string;
      checked_out_at: string;
    };
    expect(Date.parse(to) - Date.parse(from)).toBe(15 * 60_000);
  });

  test('say how long before a booking the door opens', async () => {
    const siteId = await doors.addSite({ booking_early_minutes: 10 });
    const door = await doors.addDoor(siteId);
    const guest = await gateway.addGuest();
    const startMs = gateway.nowMs() + 20 * 60_000;
    const { organisationId } = gateway;
    const booked = order({ siteId, organisationId, customerId: guest.customerId, startMs, endMs: startMs + 3_600_000 });
    await gateway.streams.tellOrder('lido.orders.order.submitted', booked);
    const isKnown = 'select 1 from known_bookings where order_id = $1';
    await eventually(async () => (await gateway.sql(isKnown, [booked.id])).length === 1);
    expect(await door.tap(cardOf(guest))).toMatchObject({ reason: 'no_entitlement' });
    gateway.advance(11 * 60);
    expect(await door.tap(cardOf(guest))).toMatchObject({ reason: 'granted' });
    expect(await doors.checkInsOf(guest)).toMatchObject([{ membership_id: null }]);
  });
});

test('a site that does not ask for payment lets in whoever owes', async () => {
  const siteId = await doors.addSite({ payment_required: false });
  const door = await doors.addDoor(siteId);
  const owing = {
    status: 'MEMBERSHIP_STATUS_NEEDS_ATTENTION',
    attentionReason: 'ATTENTION_REASON_PAYMENT_FAILED',
  } as const;
  expect(await door.tap(cardOf(await doors.addMember(siteId, owing)))).toMatchObject({ reason: 'granted' });
});

test('a membership lets in as long as it has visits left', async () => {
  const siteId = await doors.addSite();
  const door = await doors.addDoor(siteId);
  const spent = await doors.addMember(siteId, { visitLimit: 0 });
  expect(await door.tap(cardOf(spent))).toMatchObject({ outcome: 'denied', reason: 'no_credits' });
  const last = await doors.addMember(siteId, { visitLimit: 1 });
  expect(await door.tap(cardOf(last))).toMatchObject({ outcome: 'granted' });
});

describe('somebody who works at the site', () => {
  test('is let through every door by their card, without a membership and also when it is full, and it is no visit', async () => {
    const guest = await gateway.addGuest();
    const siteId = await doors.addSite({ staff_customer_ids: [guest.customerId], capacity: 0 });
    for (const direction of ['in', 'toggle', 'inner', 'out']) {
      const door = await doors.addDoor(siteId, { direction });
      expect(await door.tap(cardOf(guest))).toMatchObject({ outcome: 'granted', reason: 'granted', action: 'none' });
    }
    expect(await doors.checkInsOf(guest)).toEqual([]);
  });

  test('is a guest at other sites, and where they are no longer named', async () => {
    const guest = await gateway.addGuest();
    const siteId = await doors.addSite({ staff_customer_ids: [guest.customerId] });
    const elsewhere = await doors.addDoor(await doors.addSite());
    expect(await elsewhere.tap(cardOf(guest))).toMatchObject({ reason: 'no_entitlement' });
    await doors.choose(siteId, { staff_customer_ids: null });
    expect(await (await doors.addDoor(siteId)).tap(cardOf(guest))).toMatchObject({ reason: 'no_entitlement' });
  });

  test('is kept out when they are banned', async () => {
    const guest = await gateway.addGuest();
    const siteId = await doors.addSite({ staff_customer_ids: [guest.customerId] });
    await doors.api.post(`/customers/customers/${guest.customerId}/block`, { reason: 'Left' });
    const isBlocked = 'select 1 from known_customers where id = $1 and access_blocked_at is not null';
    await eventually(async () => (await gateway.sql(isBlocked, [guest.customerId])).length === 1);
    expect(await (await doors.addDoor(siteId)).tap(cardOf(guest))).toMatchObject({ reason: 'customer_blocked' });
  });
});

test('a reader’s allow-list has the cards that its door would open for, and no other', async () => {
  const staff = await gateway.addGuest();
  const siteId = await doors.addSite({ staff_customer_ids: [staff.customerId] });
  const door = await doors.addDoor(siteId);
  const owing = {
    status: 'MEMBERSHIP_STATUS_NEEDS_ATTENTION',
    attentionReason: 'ATTENTION_REASON_PAYMENT_FAILED',
  } as const;
  const member = await doors.addMember(siteId);
  const refused = [
    await doors.addMember(siteId, { visitLimit: 0 }),
    await doors.addMember(siteId, owing),
    await doors.addMember(siteId, { status: 'MEMBERSHIP_STATUS_EXPIRED' }),
    await doors.addMember(await doors.addSite()),
    await gateway.addGuest(),
  ];
  const key = await doors.api.get<Row & { public_key_pem: string }>('/devices/allow-list-key');
  const { entries } = await door.allowList(key.public_key_pem);
  const media = [staff, member].flatMap(({ uid, customerId }) => [uid, customerId]);
  expect(entries.map(({ medium }) => medium).toSorted()).toEqual(media.toSorted());
  for (const guest of refused) expect(await door.tap(cardOf(guest))).toMatchObject({ outcome: 'denied' });
  for (const guest of [staff, member]) expect(await door.tap(cardOf(guest))).toMatchObject({ outcome: 'granted' });
});

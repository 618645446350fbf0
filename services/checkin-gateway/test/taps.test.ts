import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SimulatedReader } from '../simulator/reader.ts';
import { anyCheckIns, membership, order } from './builders.ts';
import { eventually, startGateway } from './support.ts';

let gateway: Awaited<ReturnType<typeof startGateway>>;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.stop());

const minuteMs = 60_000;

async function visitsOf(customerId: string) {
  const { data } = await gateway.checkIns.listCheckIns(anyCheckIns({ customerId: [customerId] }), gateway.caller);
  return data;
}

async function denialsOf(customerId: string): Promise<string[]> {
  const rows = await gateway.sql<{ reason: string }>(
    `select reason from attempts where customer_id = $1 and outcome = 'denied' order by occurred_at`,
    [customerId],
  );
  return rows.map(({ reason }) => reason);
}

test('a member is let in: the door opens, the check-in is there and its event is told', async () => {
  const device = await gateway.addDevice({ name: 'Turnstile' });
  const member = await gateway.addMember();
  const reader = await gateway.connect(device);

  expect(await reader.tap({ uid: member.uid })).toMatchObject({ outcome: 'granted', displayText: 'Welcome' });

  const [checkIn] = await visitsOf(member.customerId);
  expect(checkIn).toMatchObject({
    customer: { id: member.customerId, firstName: 'Ada', lastName: 'Byron', fullName: 'Ada Byron' },
    membershipId: member.membershipId,
    siteId: gateway.siteId,
    method: { name: 'Turnstile' },
    checkedOutAt: null,
  });
  const [told] = await gateway.streams.checkInsOf(member.customerId, 1);
  expect(told?.type).toBe('lido.checkin.check_in.created');
  expect(told?.checkIn).toEqual(checkIn);
  expect(told?.envelope).toMatchObject({
    organisationId: gateway.organisationId,
    siteId: gateway.siteId,
    aggregateId: checkIn?.id,
  });
});

test('a guest without membership or booking is denied with a reason to read, and leaves no check-in', async () => {
  const guest = await gateway.addGuest();
  const reader = await gateway.connect(await gateway.addDevice());
  expect(await reader.tap({ uid: guest.uid })).toMatchObject({ outcome: 'denied', displayText: 'No booking found' });
  expect(await visitsOf(guest.customerId)).toEqual([]);
  expect(await denialsOf(guest.customerId)).toEqual(['no_entitlement']);
});

test('a card that nobody has is denied', async () => {
  const reader = await gateway.connect(await gateway.addDevice());
  expect(await reader.tap({ uid: '01020304' })).toMatchObject({ outcome: 'denied', displayText: 'Card not known' });
});

test('a reading that is no card number is denied', async () => {
  const reader = await gateway.connect(await gateway.addDevice());
  expect(await reader.tap({ uid: 'not hexadecimal' })).toMatchObject({
    outcome: 'denied',
    displayText: 'Please try again',
  });
});

test('what fresh facts do not hold is denied without asking anybody', async () => {
  const guest = await gateway.addGuest();
  const reader = await gateway.connect(await gateway.addDevice());
  const asked = gateway.entitlements.questionCount;
  expect(await reader.tap({ uid: guest.uid })).toMatchObject({ outcome: 'denied', displayText: 'No booking found' });
  expect(await reader.tap({ uid: '0BADCAFE' })).toMatchObject({ outcome: 'denied', displayText: 'Card not known' });
  expect(gateway.entitlements.questionCount).toBe(asked);
});

test('an expired membership is denied', async () => {
  const guest = await gateway.addGuest();
  const { siteId, organisationId } = gateway;
  const held = membership({
    siteId,
    organisationId,
    customerId: guest.customerId,
    changes: { status: 'MEMBERSHIP_STATUS_EXPIRED' },
  });
  await gateway.streams.tellMembership(held);
  await eventually(
    async () => (await gateway.sql('select 1 from known_memberships where id = $1', [held.id])).length === 1,
  );
  const reader = await gateway.connect(await gateway.addDevice());
  expect(await reader.tap({ uid: guest.uid })).toMatchObject({
    outcome: 'denied',
    displayText: 'Membership not active',
  });
});

test('a membership whose visits are used up lets in no more, until its owner tells that there are some again', async () => {
  const guest = await gateway.addGuest();
  const { siteId, organisationId } = gateway;
  const held = membership({ siteId, organisationId, customerId: guest.customerId });
  const tellVisits = async (visitLimit: number): Promise<void> => {
    await gateway.streams.tellMembership({ ...held, visitLimit });
    await eventually(async () => {
      const [row] = await gateway.sql<{ left: number }>(
        'select visit_limit as left from known_memberships where id = $1',
        [held.id],
      );
      return row?.left === visitLimit;
    });
  };
  const tap = async () => (await gateway.connect(await gateway.addDevice())).tap({ uid: guest.uid });
  await tellVisits(0);
  expect(await tap()).toMatchObject({ outcome: 'denied', displayText: 'No visits left' });
  const [attempt] = await gateway.sql(`select decision->>'reason' as reason from taps where customer_id = $1`, [
    guest.customerId,
  ]);
  expect(attempt).toEqual({ reason: 'no_credits' });
  expect(await visitsOf(guest.customerId)).toEqual([]);
  await tellVisits(1);
  expect(await tap()).toMatchObject({ outcome: 'granted' });
  expect(await visitsOf(guest.customerId)).toMatchObject([{ membershipId: held.id }]);
});

test('a submitted booking alone lets in, and lets in no more once it is cancelled', async () => {
  const guest = await gateway.addGuest();
  const { siteId, organisationId } = gateway;
  const booked = order({
    ...{ siteId, organisationId, customerId: guest.customerId },
    ...{ startMs: gateway.nowMs() + 30 * minuteMs, endMs: gateway.nowMs() + 90 * minuteMs },
  });
  const bookings = () => gateway.sql('select 1 from known_bookings where order_id = $1', [booked.id]);
  await gateway.streams.tellOrder('lido.orders.order.submitted', booked);
  await eventually(async () => (await bookings()).length === 1);
  const reader = await gateway.connect(await gateway.addDevice({ direction: 'DEVICE_DIRECTION_INNER' }));
  expect(await reader.tap({ uid: guest.uid })).toMatchObject({ outcome: 'granted' });

  await gateway.streams.tellOrder('lido.orders.order.cancelled', { ...booked, status: 'ORDER_STATUS_CANCELLED' });
  await eventually(async () => (await bookings()).length === 0);
  gateway.advance(3);
  expect(await reader.tap({ uid: guest.uid })).toMatchObject({ outcome: 'denied' });
});

describe('a repeated tap', () => {
  test('within two seconds gets the first answer again and changes nothing', async () => {
    const member = await gateway.addMember();
    const reader = await gateway.connect(await gateway.addDevice());
    gateway.holdClock();
    const answers = [await reader.tap({ uid: member.uid }), await reader.tap({ uid: member.uid })];
    expect(answers).toMatchObject([
      { outcome: 'granted', displayText: 'Welcome' },
      { outcome: 'granted', displayText: 'Welcome' },
    ]);
    expect(await visitsOf(member.customerId)).toHaveLength(1);
    expect(await denialsOf(member.customerId)).toEqual([]);
  });

  test('later than that at an entrance is told that the guest is inside', async () => {
    const member = await gateway.addMember();
    const reader = await gateway.connect(await gateway.addDevice());
    await reader.tap({ uid: member.uid });
    gateway.advance(3);
    expect(await reader.tap({ uid: member.uid })).toMatchObject({
      outcome: 'denied',
      displayText: 'Already checked in',
    });
    expect(await denialsOf(member.customerId)).toEqual(['already_inside']);
  });
});

test('two readers that read one card at once make one visit', async () => {
  const member = await gateway.addMember();
  const readers = [await gateway.connect(await gateway.addDevice()), await gateway.connect(await gateway.addDevice())];
  const outcomes = (await Promise.all(readers.map((reader) => reader.tap({ uid: member.uid })))).map(
    ({ outcome }) => outcome,
  );
  expect(outcomes.sort()).toEqual(['denied', 'granted']);
  expect(await visitsOf(member.customerId)).toHaveLength(1);
});

test('a toggle reader lets out after the least stay, and takes an earlier tap for a repeat', async () => {
  const member = await gateway.addMember();
  const reader = await gateway.connect(await gateway.addDevice({ direction: 'DEVICE_DIRECTION_TOGGLE' }));
  await reader.tap({ uid: member.uid });
  gateway.advance(30);
  expect(await reader.tap({ uid: member.uid })).toMatchObject({ outcome: 'granted', displayText: 'Welcome' });
  expect(await visitsOf(member.customerId)).toMatchObject([{ checkedOutAt: null }]);
  gateway.advance(31);
  expect(await reader.tap({ uid: member.uid })).toMatchObject({ outcome: 'granted', displayText: 'Goodbye' });
  const [visit] = await visitsOf(member.customerId);
  expect(Date.parse(visit?.checkedOutAt ?? '') - Date.parse(visit?.checkedInAt ?? '')).toBeGreaterThanOrEqual(61_000);
  const told = await gateway.streams.checkInsOf(member.customerId, 2);
  expect(told.map(({ type }) => type)).toEqual(['lido.checkin.check_in.created', 'lido.checkin.check_in.checked_out']);
});

test('a visit that nobody ended ends after four hours at the time when it should have, and the next tap is an arrival', async () => {
  const member = await gateway.addMember();
  const reader = await gateway.connect(await gateway.addDevice({ direction: 'DEVICE_DIRECTION_TOGGLE' }));
  await reader.tap({ uid: member.uid });
  gateway.advance(5 * 3_600);
  expect(await reader.tap({ uid: member.uid })).toMatchObject({ displayText: 'Welcome' });
  const [later, earlier] = await visitsOf(member.customerId);
  expect(later?.checkedOutAt).toBeNull();
  expect(Date.parse(earlier?.checkedOutAt ?? '') - Date.parse(earlier?.checkedInAt ?? '')).toBe(240 * minuteMs);
});

test('two hundred taps in and out at several readers are all decided', async ({ annotate }) => {
  const member = await gateway.addMember();
  // One reader alone may not tell of so many in so short a time.
  const readers: SimulatedReader[] = [];
  for (let count = 0; count < 10; count++) {
    readers.push(await gateway.connect(await gateway.addDevice({ direction: 'DEVICE_DIRECTION_TOGGLE' })));
  }
  const times: number[] = [];
  for (let count = 0; count < 200; count++) {
    gateway.advance(61);
    const decision = await readers[count % readers.length]?.tap({ uid: member.uid });
    expect(decision?.outcome).toBe('granted');
    times.push(decision?.ms ?? Infinity);
  }
  times.sort((left, right) => left - right);
  const [p50 = Infinity, p99 = Infinity] = [times[100], times[198]];
  await annotate(`from tap to answer: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`);
  expect(await visitsOf(member.customerId)).toHaveLength(15);
});

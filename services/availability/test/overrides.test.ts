import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BlockedTimeInput, BlockedTimeServiceService } from '@lido/proto/lido/availability/v1/blocked_time.ts';
import type { Peer } from '@lido/runtime/grpc/client.ts';
import { days } from '../../../test/support/first-site.ts';
import { callerOf, type TestCaller } from '../../../test/support/callers.ts';
import { dig, offerAreas } from '../../../test/support/areas.ts';
import { inLondon } from '../../../test/support/london.ts';
import { blankPractitioner, blankRota, blankSession, build, hire, offer } from '../../../test/support/offerings.ts';
import { dayAhead, holdFor, offerClass, openSql, schedule } from './classes.ts';
import { itemAt, orderId } from './offers.ts';
import { startWorld, type World } from './world.ts';

let world: World;
let sql: Awaited<ReturnType<typeof openSql>>;
/** Another site of the organisation, whose practitioner works at the world's site too. */
let there: string;
/** Works, and may override, at both sites. */
let both: TestCaller;
/** Works at both sites, and may override at the world's alone. */
let here: TestCaller;
let practitionerId: string;
let blockedTimes: Peer<typeof BlockedTimeServiceService>;

beforeAll(async () => {
  world = await startWorld();
  sql = await openSql(world);
  blockedTimes = world.peer(BlockedTimeServiceService);
  const other = await world.openSite();
  there = other.site.id;
  both = other.staff;
  const grants = both.principal.grants.map((grant) =>
    grant.siteId === there ? { ...grant, permissions: ['reservations.manage'] } : grant,
  );
  here = callerOf({ ...both.principal, grants });
  const person = { ...blankPractitioner, siteIds: [world.siteId, there], name: 'Therapist' };
  practitionerId = (await world.practitioners.createPractitioner(person, both)).id;
  await world.rotas.createPractitionerRota({ ...blankRota, practitionerId }, both);
});
afterAll(async () => {
  await sql.end();
  await world.stop();
});

const at = (time: string): string => inLondon(dayAhead(10), time);
const isTaken = { kind: 'state_conflict', reason: 'already_taken' };

/** Books the practitioner at the other site, and answers the booking's id. */
async function bookThere(time: string): Promise<string> {
  const type = await offer(
    { ...world, staff: both, siteId: there },
    { practitionerIds: [practitionerId], roomIds: [] },
  );
  const [order, item] = [orderId(), itemAt(type.id, at(time))];
  const request = { orderId: order, siteId: there, items: [item], holdMinutes: 10, skipRules: false, isOnline: true };
  await world.bookings.hold(request, both);
  await world.bookings.confirm({ orderId: order, skipRules: false, itemIds: [item.itemId] }, both);
  return item.itemId;
}

const holdsTime = async (bookingId: string): Promise<boolean> =>
  (await sql.run('select from claims where active and booking_id = $1', [bookingId])).length > 0;

const block = (startTime: string, endTime: string, caller: TestCaller, extra: Partial<BlockedTimeInput> = {}) =>
  blockedTimes.createBlockedTime(
    {
      blockedTime: {
        ...{ practitionerIds: [practitionerId], roomIds: [], areaIds: [], startTime, endTime, recurrence: null },
        ...{ siteId: world.siteId, override: true, ...extra },
      },
    },
    caller,
  );

/** What an order holds, as orders hears it. */
const heldBy = async (order: string) =>
  (await world.bookings.confirm({ orderId: order, skipRules: false, itemIds: [] }, world.staff)).items[0]
    ?.bookingSummary;
const moved = 'lido.availability.booking.moved';

/** Ways to take a practitioner for an hour by their name. */
const ways: [string, (id: string, typeId: string, time: string) => Promise<unknown>][] = [
  [
    'a hold',
    (id, typeId, time) =>
      world.bookings.hold(
        {
          ...{ orderId: orderId(), siteId: world.siteId, holdMinutes: 10, skipRules: true, isOnline: false },
          items: [itemAt(typeId, at(time), { practitionerIds: [id] })],
          overrider: { actor: 'staff:somebody', siteIds: [] },
        },
        world.staff,
      ),
  ],
  ['a block', (id, _, time) => block(at(time), at('15:00'), world.staff, { practitionerIds: [id] })],
  [
    'a session',
    async (id, _, time) => {
      const session = { practitionerId: id, startTime: at(time), overrideConflicts: true };
      return schedule(world, (await offerClass(world)).id, session);
    },
  ],
];

describe('who may override at one site', () => {
  test('takes nothing by a hold that is held at another, unless they may there', async () => {
    const lost = await bookThere('09:00');
    const type = await offer(world, { practitionerIds: [practitionerId], roomIds: [] });
    const take = (siteIds: string[]) =>
      world.bookings.hold(
        {
          ...{ orderId: orderId(), siteId: world.siteId, holdMinutes: 10, skipRules: true, isOnline: false },
          items: [itemAt(type.id, at('09:00'), { practitionerIds: [practitionerId] })],
          overrider: { actor: 'staff:somebody', siteIds },
        },
        both,
      );
    const refused = { ...isTaken, metadata: { blocked_by: ['no_practitioners_available'] } };
    await expect(take([])).rejects.toMatchObject(refused);
    expect(await holdsTime(lost)).toBe(true);
    await take([there]);
    expect(await holdsTime(lost)).toBe(false);
  });

  test('takes nothing by a block that is held at another, not even what is theirs to take', async () => {
    const lost = await bookThere('11:00');
    const mine = await block(at('10:00'), at('11:00'), here);
    await expect(block(at('10:00'), at('12:00'), here)).rejects.toMatchObject(isTaken);
    expect([await holdsTime(mine.id), await holdsTime(lost)]).toEqual([true, true]);
    await block(at('10:00'), at('12:00'), both);
    expect([await holdsTime(mine.id), await holdsTime(lost)]).toEqual([false, false]);
  });

  test('takes nothing by a session that is held at another', async () => {
    const lost = await bookThere('13:00');
    const type = await offerClass(world);
    const session = { ...blankSession, sessionTypeId: type.id, practitionerId, overrideConflicts: true };
    const add = (caller: TestCaller) =>
      world.sessions.createSession({ ...session, startTime: at('13:00'), duration: 60 }, caller);
    await expect(add(here)).rejects.toMatchObject(isTaken);
    expect(await holdsTime(lost)).toBe(true);
    const { id } = await add(both);
    expect([await holdsTime(lost), await holdsTime(id)]).toEqual([false, true]);
  });
});

describe('a refusal', () => {
  test('says whose booking is in the way to who sees its site, and to others only that there is one', async () => {
    const lost = await bookThere('16:00');
    const [booking] = await sql.run<{ order_id: string }>('select order_id from bookings where id = $1', [lost]);
    const grants = both.principal.grants.filter(({ siteId }) => siteId === world.siteId);
    const onlyHere = callerOf({ ...both.principal, grants });
    const orders = [];
    const type = await offerClass(world, { duration: 60 });
    const group = {
      ...{ id: '', sessionTypeId: '', siteId: '', organisationId: '', createdAt: '', updatedAt: '' },
      ...{
        practitionerId,
        practitioner: null,
        room: null,
        startTimes: [{ id: '', value: '16:00' }],
        weekdays: [...days],
      },
      ...{ recurrenceStart: dayAhead(10), recurrenceEnd: dayAhead(10) },
    };
    for (const caller of [both, onlyHere]) {
      const blocked = await refusalOf(block(at('16:00'), at('17:00'), caller, { override: false }));
      const planned = await refusalOf(
        world.recurrenceGroups.createSessionTypeRecurrenceGroup({ parentId: type.id, group }, caller),
      );
      orders.push([...blocked, ...planned].map(({ order_id: orderId }) => orderId));
      const names = blocked.map(({ code, message }) => [code, message.includes('another booking')]);
      expect(names).toEqual([caller === both ? ['appointment', false] : ['booking', true]]);
    }
    expect(orders).toEqual([
      [booking?.order_id, booking?.order_id],
      [null, null],
    ]);
  });
});

/** What a refusal says is in the way. */
async function refusalOf(work: Promise<unknown>) {
  const { metadata } = await work.then(
    () => ({ metadata: undefined }),
    (error: { metadata?: { conflicts?: { code: string; message: string; order_id: string | null }[] } }) => error,
  );
  return metadata?.conflicts ?? [];
}

describe.each(ways)('what loses by %s', (_, take) => {
  test('is shown without it: a session, and a blocked time that has others still', async () => {
    const [person = '', other = ''] = await hire(world, 2);
    const [roomId = ''] = await build(world, 1);
    const single = await offer(world, { practitionerIds: [person], roomIds: [] });
    const { id } = await offerClass(world);
    const session = await schedule(world, id, { practitionerId: person, roomId, startTime: at('14:00'), capacity: 5 });
    await take(person, single.id, '14:00');
    const shown = { practitionerId: null, practitioner: null, roomId };
    expect(await world.sessions.getSession({ id: session.id }, world.staff)).toMatchObject(shown);
    const change = { id: session.id, session: { ...session, capacity: 6 }, updateMask: ['capacity'] };
    expect(await world.sessions.updateSession(change, world.staff)).toMatchObject({ ...shown, capacity: 6 });

    const both = await block(at('12:00'), at('13:00'), world.staff, { practitionerIds: [person, other] });
    await take(person, single.id, '12:00');
    const { practitionerIds } = await blockedTimes.getBlockedTime({ id: both.id }, world.staff);
    expect(practitionerIds).toEqual([other]);
    const still = { practitionerIds: [], roomIds: [], areaIds: [], startTime: '', endTime: '', recurrence: null };
    const relabel = { id: both.id, blockedTime: { ...still, label: 'Still' }, updateMask: ['label'] };
    expect(await blockedTimes.updateBlockedTime(relabel, world.staff)).toMatchObject({ label: 'Still' });
  });

  test('is gone where it is a blocked time of nothing else', async () => {
    const [person = ''] = await hire(world, 1);
    const single = await offer(world, { practitionerIds: [person], roomIds: [] });
    const { id } = await block(at('14:00'), at('15:00'), world.staff, { practitionerIds: [person] });
    await take(person, single.id, '14:00');
    await expect(blockedTimes.getBlockedTime({ id }, world.staff)).rejects.toMatchObject({ kind: 'not_found' });
  });
});

test('who loses one place of a room to an override keeps none of the others', async () => {
  const [roomId = ''] = await build(world, 1);
  const room = await world.rooms.getRoom({ id: roomId }, world.staff);
  await world.rooms.updateRoom({ id: roomId, room: { ...room, capacity: 2 }, updateMask: ['capacity'] }, world.staff);
  const type = await offer(world, { practitionerIds: [], roomIds: [roomId] }, { allocateMultiCapacityRooms: true });
  const { id } = await offerClass(world);
  const session = await schedule(world, id, { roomId, startTime: at('14:00') });
  await world.bookings.hold(
    {
      ...{ orderId: orderId(), siteId: world.siteId, holdMinutes: 10, skipRules: true, isOnline: false },
      items: [itemAt(type.id, at('14:00'), { roomId })],
      overrider: { actor: 'staff:somebody', siteIds: [] },
    },
    world.staff,
  );
  expect((await world.sessions.getSession({ id: session.id }, world.staff)).roomId).toBeNull();
  await expect(holdFor(world, itemAt(type.id, at('14:00')))).resolves.toBeDefined();
});

describe('a booking', () => {
  test.each(ways)('that loses its practitioner to %s lacks them, and its order hears of it', async (_, take) => {
    const [person = '', other = ''] = await hire(world, 2);
    const [room = ''] = await build(world, 1);
    const type = await offer(
      world,
      { practitionerIds: [person, other], roomIds: [room] },
      { practitionersPerGuest: 2 },
    );
    const single = await offer(world, { practitionerIds: [person], roomIds: [] });
    const { order, item } = await holdFor(world, itemAt(type.id, at('14:00')));
    expect(await heldBy(order)).toMatchObject({ practitionerIds: expect.arrayContaining([person, other]) });
    await take(person, single.id, '14:00');
    const practitioners = [{ id: other, name: 'Therapist 1' }];
    expect(await heldBy(order)).toMatchObject({ status: 'confirmed', practitioners, room: { id: room } });
    expect(await sql.eventsOf(item.itemId)).toEqual([moved]);
  });

  test.each(ways)('that is a mere hold and loses its practitioner to %s keeps nothing else', async (_, take) => {
    const [person = ''] = await hire(world, 1);
    const [room = ''] = await build(world, 1);
    const guestIds = [orderId()];
    const type = await offer(world, { practitionerIds: [person], roomIds: [room] });
    const single = await offer(world, { practitionerIds: [person], roomIds: [] });
    const free = await offer(world, { practitionerIds: [], roomIds: [room] });
    await holdFor(world, itemAt(type.id, at('14:00'), { guestIds }));
    const other = itemAt(free.id, at('14:00'), { guestIds });
    await expect(holdFor(world, other)).rejects.toMatchObject(isTaken);
    await take(person, single.id, '14:00');
    await expect(holdFor(world, other)).resolves.toBeDefined();
  });

  test('that is a mere hold and loses its area keeps none of its guests', async () => {
    const [area = ''] = await dig(world, 4);
    const guestIds = [orderId()];
    const type = await offerAreas(world, [area]);
    const free = await offer(world, { practitionerIds: [], roomIds: await build(world, 1) });
    await holdFor(world, itemAt(type.id, at('14:00'), { offeringType: 'area_booking', guestIds }));
    const other = itemAt(free.id, at('14:00'), { guestIds });
    await expect(holdFor(world, other)).rejects.toMatchObject(isTaken);
    await block(at('14:00'), at('15:00'), world.staff, { practitionerIds: [], areaIds: [area] });
    await expect(holdFor(world, other)).resolves.toBeDefined();
  });

  test('that loses its area lacks it, and its order hears of it', async () => {
    const [area = ''] = await dig(world, 4);
    const type = await offerAreas(world, [area]);
    const { order, item } = await holdFor(world, itemAt(type.id, at('14:00'), { offeringType: 'area_booking' }));
    expect(await heldBy(order)).toMatchObject({ areaIds: [area] });
    await block(at('14:00'), at('15:00'), world.staff, { practitionerIds: [], areaIds: [area] });
    expect(await heldBy(order)).toMatchObject({ status: 'confirmed', areaIds: [] });
    expect(await sql.eventsOf(item.itemId)).toEqual([moved]);
  });
});

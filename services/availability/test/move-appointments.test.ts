import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Client } from 'pg';
import type { BookingOrderItem } from '@lido/proto/lido/orders/v1/order_item.ts';
import { ShopServiceService } from '@lido/proto/lido/availability/v1/shop.ts';
import { peerOf } from '@lido/runtime/grpc/client.ts';
import { build, hire, offer } from '../../../test/support/offerings.ts';
import { countEvents } from '../../orders/test/builders.ts';
import { hourOf } from '../../orders/test/offerings.ts';
import { staffWith, strangerTo } from '../../orders/test/world.ts';
import { type Booked, type Desk, startDesk } from './desk.ts';

let desk: Desk;
let world: Desk['world'];
let update: Desk['update'];
let check: Desk['check'];
let get: Desk['get'];
let people: string[];
let rooms: string[];
let massageId: string;

beforeAll(async () => {
  desk = await startDesk();
  ({ world, update, check, get } = desk);
  people = await hire(desk.shop, 3);
  rooms = await build(desk.shop, 3);
  massageId = (await offer(desk.shop, { practitionerIds: people, roomIds: rooms }, { durations: [60, 90] })).id;
});
afterAll(() => desk?.stop());

const waitFor = <T>(work: () => Promise<T>): Promise<T> => vi.waitFor(work, { timeout: 20_000, interval: 30 });
const itemOf = async (orderId: string): Promise<BookingOrderItem | undefined> =>
  (await world.orders.getOrder({ orderId }, world.staff)).bookingItems[0];
const claimsOf = (id: string): Promise<{ resource: string }[]> =>
  world.availabilitySql(
    `select resource_id as resource from claims where booking_id = $1 and active order by resource_id`,
    [id],
  );

/** A massage with one of the people, in one of the rooms; in a basket, or submitted. */
function book(
  time: string,
  { person = 0, room = 0, isBasket = false }: { person?: number; room?: number; isBasket?: boolean } = {},
): Promise<Booked> {
  const asked = { practitionerIds: [people[person] ?? ''], roomId: rooms[room] ?? '' };
  return desk.book({ offeringId: massageId, time, ...asked }, isBasket);
}

describe('a moved appointment', () => {
  test('holds its new time and gives up the old, and its order’s item follows and tells', async () => {
    const { orderId, id } = await book(hourOf(1, 9));
    const told = await countEvents(world, orderId, 'lido.orders.order.saved');
    const moved = await update(id, { time: hourOf(1, 13) });
    expect(moved).toMatchObject({
      ...{ startTime: hourOf(1, 13), endTime: hourOf(1, 14), status: 'APPOINTMENT_STATUS_CONFIRMED' },
      ...{ practitionerIds: [people[0]], roomId: rooms[0], practitionerWasRequested: true, roomWasRequested: true },
    });
    const followed = await waitFor(async () => {
      const followed = await itemOf(orderId);
      expect(followed?.startTime).toBe(hourOf(1, 13));
      return followed;
    });
    expect(followed).toMatchObject({
      ...{ date: hourOf(1, 13).slice(0, 10), duration: 60, price: 8_000, status: 'ORDER_ITEM_STATUS_CONFIRMED' },
      bookingSummary: { startTime: hourOf(1, 13), status: 'confirmed' },
    });
    expect(await countEvents(world, orderId, 'lido.orders.order.saved')).toBe(told + 1);
    await book(hourOf(1, 9));
  });

  test('keeps the expiry of a hold, and stays booked when it was', async () => {
    const { orderId, id } = await book(hourOf(2, 9), { isBasket: true });
    const { reservedUntil } = await get(id);
    const moved = await update(id, { time: hourOf(2, 11) });
    expect(moved).toMatchObject({ reservedUntil, status: 'APPOINTMENT_STATUS_IN_PROGRESS' });
    await waitFor(async () => {
      const [held] = (await world.baskets.getBasket({ basketId: orderId }, world.staff)).items;
      expect(held?.time).toBe(hourOf(2, 11));
    });
    await world.orders.actionSubmitOrder({ orderId }, world.staff);
    expect(await itemOf(orderId)).toMatchObject({ startTime: hourOf(2, 11), status: 'ORDER_ITEM_STATUS_CONFIRMED' });
  });

  test('goes to the practitioner and the room that are named, and nobody asked for them then', async () => {
    const { orderId, id } = await book(hourOf(3, 9));
    const moved = await update(id, { practitionerIds: [people[1] ?? ''], roomId: rooms[2] ?? '' });
    expect(moved).toMatchObject({ practitionerIds: [people[1]], roomId: rooms[2] });
    expect(moved).toMatchObject({ practitionerWasRequested: false, roomWasRequested: false });
    expect((await claimsOf(id)).map(({ resource }) => resource)).toEqual([people[1], rooms[2]].sort());
    await waitFor(async () =>
      expect(await itemOf(orderId)).toMatchObject({
        bookingSummary: { practitionerIds: [people[1]], roomId: rooms[2] },
      }),
    );
  });

  test('swaps one practitioner or room for another', async () => {
    const { id } = await book(hourOf(3, 12));
    const swap = (resource: 'PRACTITIONER' | 'ROOM', [fromId = '', toId = '']: (string | undefined)[]) =>
      update(id, { move: { resourceType: `MOVED_RESOURCE_TYPE_${resource}`, fromId, toId } });
    expect((await swap('PRACTITIONER', [people[0], people[2]])).practitionerIds).toEqual([people[2]]);
    expect((await swap('ROOM', [rooms[0], rooms[1]])).roomId).toBe(rooms[1]);
    await expect(swap('ROOM', [rooms[0], rooms[2]])).rejects.toMatchObject({
      fields: { 'move.from_id': expect.anything() },
    });
  });

  test('does not stand in its own way with somebody, or in a room, that its type does not list', async () => {
    const [practitioner = ''] = await hire(desk.shop, 1);
    const [roomId = ''] = await build(desk.shop, 1);
    const { id } = await book(hourOf(16, 9));
    await update(id, { practitionerIds: [practitioner], roomId }, world.staff);
    const moved = await update(id, { time: hourOf(16, 9).replace(':00:00', ':30:00') }, world.staff);
    expect(moved).toMatchObject({ practitionerIds: [practitioner], roomId });
  });

  test('may be of a type that is archived since, which nobody can book any more', async () => {
    const type = await offer(desk.shop, { practitionerIds: people, roomIds: rooms });
    const asked = { offeringId: type.id, practitionerIds: [people[0] ?? ''] };
    const { id } = await desk.book({ ...asked, time: hourOf(17, 9) });
    await desk.shop.types.deleteAppointmentType({ id: type.id }, world.staff);
    expect(await check(id, { time: hourOf(17, 12) })).toEqual({ valid: true, conflicts: [] });
    expect(await update(id, { time: hourOf(17, 12), practitionerIds: [people[1] ?? ''] })).toMatchObject({
      ...{ startTime: hourOf(17, 12), practitionerIds: [people[1]] },
    });
    await expect(desk.book({ ...asked, time: hourOf(17, 14) })).rejects.toMatchObject({ kind: 'invalid' });
    const day = hourOf(17, 14).slice(0, 10);
    const nothing = { practitionerId: [], excludeAppointments: [], excludeBookings: [], excludeBasketItems: [] };
    const search = { siteId: world.siteId, appointmentTypeId: type.id, dateFrom: day, dateTo: day, ...nothing };
    await expect(
      peerOf(ShopServiceService, desk.client).getAppointmentAvailability(search, world.staff),
    ).rejects.toMatchObject({ kind: 'not_found' });
  });

  test('may be of a type that has left the site since', async () => {
    const type = await offer(desk.shop, { practitionerIds: people, roomIds: rooms });
    const asked = { offeringId: type.id, practitionerIds: [people[0] ?? ''] };
    const { id } = await desk.book({ ...asked, time: hourOf(18, 9) });
    const { grants, ...principal } = world.staff.principal;
    const elsewhere = grants.map((grant) => ({ ...grant, siteId: 'another-site' }));
    const everywhere = { ...world.staff, principal: { ...principal, grants: [...grants, ...elsewhere] } };
    const leaving = { id: type.id, appointmentType: { ...type, siteIds: ['another-site'] }, updateMask: ['site_ids'] };
    await desk.shop.types.updateAppointmentType(leaving, everywhere);
    expect(await update(id, { time: hourOf(18, 12) })).toMatchObject({ startTime: hourOf(18, 12) });
    await expect(desk.book({ ...asked, time: hourOf(18, 14) })).rejects.toMatchObject({ kind: 'invalid' });
  });

  test('leaves the choice to availability where a field is cleared', async () => {
    const { id } = await book(hourOf(3, 15));
    await book(hourOf(3, 16));
    const moved = await update(id, { time: hourOf(3, 16), practitionerIds: [], roomId: null });
    expect([people[1], people[2]]).toContain(moved.practitionerIds[0]);
    expect([rooms[1], rooms[2]]).toContain(moved.roomId);
  });

  test('takes the price of another duration where it has one, and the usual duration where none is said', async () => {
    const rule = { id: '', appointmentTypeId: '', weekdays: [], duration: 90, price: 11_000 };
    await desk.shop.types.createAppointmentTypePriceRule({ parentId: massageId, rule }, world.staff);
    const { orderId, id } = await book(hourOf(4, 9));
    expect(await update(id, { duration: 90 })).toMatchObject({ duration: 90 });
    await waitFor(async () => expect(await itemOf(orderId)).toMatchObject({ duration: 90, price: 11_000 }));
    await update(id, { time: hourOf(4, 12) });
    await waitFor(async () => expect(await itemOf(orderId)).toMatchObject({ startTime: hourOf(4, 12), price: 11_000 }));
    expect(await update(id, { duration: null })).toMatchObject({ duration: 60 });
    await expect(update(id, { duration: 75 })).rejects.toMatchObject({ fields: { duration: expect.anything() } });
    await expect(update(id, { time: null })).rejects.toMatchObject({ fields: { time: expect.anything() } });
  });

  test('that stands already as it shall is told to nobody', async () => {
    const { id } = await book(hourOf(4, 15));
    await update(id, { time: hourOf(4, 15), practitionerIds: [people[0] ?? ''], duration: 60 });
    await desk.appointments.updateAppointment({ appointmentId: id, appointment: null, updateMask: [] }, desk.manager);
    expect(await world.availabilitySql('select 1 from outbox where aggregate_id = $1', [id])).toEqual([]);
  });

  test('names nobody from elsewhere', async () => {
    const { id } = await book(hourOf(5, 9));
    await expect(update(id, { practitionerIds: ['x'], roomId: 'y' })).rejects.toMatchObject({
      kind: 'invalid',
      fields: { practitioner_ids: ['There is no practitioner x here.'], room_id: ['There is no room y here.'] },
    });
  });
});

describe('a conflict', () => {
  test('is a 400 with its reason, changes nothing, and is what the check says', async () => {
    const other = await book(hourOf(6, 11));
    const { id } = await book(hourOf(6, 9));
    const before = await claimsOf(id);
    const change = { time: hourOf(6, 11) };
    await expect(update(id, change)).rejects.toMatchObject({
      kind: 'booking_conflict',
      reason: 'no_practitioners_available',
    });
    expect(await check(id, change)).toMatchObject({
      valid: false,
      conflicts: [
        {
          code: 'no_practitioners_available',
          resource: { id: people[0], type: 'practitioner', name: 'Therapist 0' },
          ...{ startTime: hourOf(6, 11), endTime: hourOf(6, 12), orderId: other.orderId },
        },
      ],
    });
    expect(await get(id)).toMatchObject({ startTime: hourOf(6, 9) });
    expect(await claimsOf(id)).toEqual(before);
    expect(await world.availabilitySql('select 1 from outbox where aggregate_id = $1', [id])).toEqual([]);
  });

  test.each([
    ['site_closed', hourOf(6, 21)],
    ['no_practitioners_available', hourOf(6, 8)],
    ['off_grid', hourOf(6, 14).replace(':00:00', ':10:00')],
  ])('with the rules is %s, and no rule binds who may override them', async (reason, time) => {
    const { id } = await book(hourOf(7, 9));
    await expect(update(id, { time })).rejects.toMatchObject({ kind: 'booking_conflict', reason });
    expect(await check(id, { time })).toMatchObject({ valid: false, conflicts: [{ code: reason, resource: null }] });
    expect(await check(id, { time }, world.staff)).toEqual({ valid: true, conflicts: [] });
    expect((await update(id, { time }, world.staff)).startTime).toBe(time);
    await world.orders.actionCancelOrder({ orderId: (await get(id)).orderId }, world.staff);
    await waitFor(async () => expect(await claimsOf(id)).toEqual([]));
  });

  test('with what others hold is one for everybody, unless they may and say so; then it is recorded', async () => {
    const loser = await book(hourOf(8, 11));
    const { id } = await book(hourOf(8, 9), { room: 1 });
    const time = hourOf(8, 11);
    await expect(update(id, { time }, world.staff)).rejects.toMatchObject({ reason: 'no_practitioners_available' });
    await expect(update(id, { time, overrideConflicts: true })).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(check(id, { time, overrideConflicts: true })).rejects.toMatchObject({ kind: 'forbidden' });
    expect(await check(id, { time, overrideConflicts: true }, world.staff)).toEqual({ valid: true, conflicts: [] });
    expect((await claimsOf(loser.id)).map(({ resource }) => resource)).toContain(people[0]);
    await update(id, { time, overrideConflicts: true }, world.staff);
    expect((await claimsOf(id)).map(({ resource }) => resource)).toContain(people[0]);
    expect((await claimsOf(loser.id)).map(({ resource }) => resource)).not.toContain(people[0]);
    expect(
      await world.availabilitySql('select resource_id, taken_by, actor from claim_overrides where lost_by = $1', [
        loser.id,
      ]),
    ).toEqual([{ resource_id: people[0], taken_by: id, actor: `staff:${world.staff.principal.id}` }]);
  });

  test('is no matter of a check that finds none: nothing is moved or told', async () => {
    const { id } = await book(hourOf(9, 9));
    expect(await check(id, { time: hourOf(9, 12) })).toEqual({ valid: true, conflicts: [] });
    expect(await get(id)).toMatchObject({ startTime: hourOf(9, 9) });
    expect(await world.availabilitySql('select 1 from outbox where aggregate_id = $1', [id])).toEqual([]);
  });
});

describe('an order', () => {
  test('that is locked, cancelled or checked out keeps its appointments where they are', async () => {
    const { orderId, id } = await book(hourOf(10, 9));
    const change = { time: hourOf(10, 12) };
    await world.orders.actionLockOrder({ orderId }, world.staff);
    await expect(update(id, change)).rejects.toMatchObject({ kind: 'state_conflict', reason: 'order_locked' });
    expect(await check(id, change)).toMatchObject({ valid: false, conflicts: [{ code: 'order_locked' }] });
    await world.orders.actionUnlockOrder({ orderId }, world.staff);
    await world.orders.actionCancelOrder({ orderId }, world.staff);
    await expect(update(id, change)).rejects.toMatchObject({ kind: 'state_conflict', reason: 'illegal_state' });
    await waitFor(async () => expect((await get(id)).status).toBe('APPOINTMENT_STATUS_CANCELLED'));
    await expect(update(id, change)).rejects.toMatchObject({ kind: 'state_conflict', reason: 'illegal_state' });
    expect(await claimsOf(id)).toEqual([]);
  });

  test('goes through its stages and back without any question to availability', async () => {
    const { orderId, id } = await book(hourOf(10, 14));
    const stages = ['ARRIVED', 'IN_TREATMENT', 'CHECKED_OUT', 'ARRIVED', 'NOT_ARRIVED'] as const;
    for (const word of stages) {
      const stage = `ORDER_STAGE_${word}` as const;
      expect((await update(id, { stage })).stage).toBe(stage);
      expect(await world.orders.getOrder({ orderId }, world.staff)).toMatchObject({ stage });
      await waitFor(async () => expect((await get(id)).stage).toBe(stage));
    }
    await update(id, { stage: 'ORDER_STAGE_ARRIVED' });
    expect((await update(id, { stage: 'ORDER_STAGE_UNSPECIFIED' })).stage).toBe('ORDER_STAGE_NOT_ARRIVED');
    expect(await world.availabilitySql('select 1 from outbox where aggregate_id = $1', [id])).toEqual([]);
  });

  test('takes a stage with the move, or neither', async () => {
    const { orderId, id } = await book(hourOf(11, 9));
    await book(hourOf(11, 15));
    const stage = 'ORDER_STAGE_ARRIVED';
    await expect(update(id, { stage, time: hourOf(11, 15) })).rejects.toMatchObject({ kind: 'booking_conflict' });
    expect((await world.orders.getOrder({ orderId }, world.staff)).stage).toBe('ORDER_STAGE_NOT_ARRIVED');
    expect(await update(id, { stage, time: hourOf(11, 12) })).toMatchObject({ stage, startTime: hourOf(11, 12) });
    await waitFor(async () => expect((await world.orders.getOrder({ orderId }, world.staff)).stage).toBe(stage));
  });
});

describe('who may', () => {
  test('needs to manage reservations at the site; strangers find nothing', async () => {
    const { id } = await book(hourOf(12, 9));
    const viewer = staffWith(world, ['reservations.view', 'reservations.override-rules']);
    for (const call of [update, check]) {
      await expect(call(id, { time: hourOf(12, 12) }, viewer)).rejects.toMatchObject({ kind: 'forbidden' });
      await expect(call(id, { time: hourOf(12, 12) }, strangerTo(world))).rejects.toMatchObject({ kind: 'not_found' });
      await expect(call('missing', { time: hourOf(12, 12) })).rejects.toMatchObject({ kind: 'not_found' });
    }
    await expect(update(id, { stage: 'ORDER_STAGE_ARRIVED' }, viewer)).rejects.toMatchObject({ kind: 'forbidden' });
  });
});

describe('moves at once', () => {
  test('onto one practitioner: exactly one wins, the others stand as they stood', async () => {
    const booked = [await book(hourOf(13, 9)), await book(hourOf(13, 9), { person: 1, room: 1 })];
    booked.push(await book(hourOf(13, 9), { person: 2, room: 2 }));
    const target = { time: hourOf(13, 14), practitionerIds: [people[1] ?? ''], roomId: null };
    const outcomes = await Promise.allSettled(booked.map(({ id }) => update(id, target)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const starts = await Promise.all(booked.map(async ({ id }) => (await get(id)).startTime));
    expect(starts.filter((start) => start === hourOf(13, 14))).toHaveLength(1);
    expect(starts.filter((start) => start === hourOf(13, 9))).toHaveLength(2);
    for (const { id } of booked) expect(await claimsOf(id)).toHaveLength(2);
  });

  test('of one appointment lose nothing of each other', async () => {
    const { orderId, id } = await book(hourOf(14, 9));
    await Promise.all([update(id, { time: hourOf(14, 14) }), update(id, { practitionerIds: [people[2] ?? ''] })]);
    expect(await get(id)).toMatchObject({ startTime: hourOf(14, 14), practitionerIds: [people[2]] });
    await waitFor(async () =>
      expect(await itemOf(orderId)).toMatchObject({
        startTime: hourOf(14, 14),
        bookingSummary: { practitionerIds: [people[2]] },
      }),
    );
  });
});

test('an item follows its booking although orders is killed between', async () => {
  const { orderId, id } = await book(hourOf(15, 9));
  const kill = await world.runOrdersApart();
  const [database] = await world.sql<{ name: string }>('select current_database() as name');
  const blocker = new Client({ connectionString: world.availabilityDatabase.replace(/[^/]+$/, database?.name ?? '') });
  await blocker.connect();
  await blocker.query('begin');
  await blocker.query('select 1 from orders where id = $1 for update', [orderId]);
  await update(id, { time: hourOf(15, 12) });
  await waitFor(async () => {
    const waiting = await world.sql(`select 1 from pg_locks where not granted`);
    expect(waiting.length).toBeGreaterThan(0);
  });
  await kill();
  expect((await world.sql<{ date: string }>('select start_time from order_items where id = $1', [id])).length).toBe(1);
  await blocker.query('commit');
  await blocker.end();
  const told = await countEvents(world, orderId, 'lido.orders.order.saved');
  await world.restartOrders();
  await waitFor(async () => expect(await itemOf(orderId)).toMatchObject({ startTime: hourOf(15, 12) }));
  expect(await countEvents(world, orderId, 'lido.orders.order.saved')).toBe(told + 1);
});

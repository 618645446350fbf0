import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CalendarServiceService } from '@lido/proto/lido/availability/v1/calendar.ts';
import { openDatabase } from '@lido/runtime/db/database.ts';
import { peerOf } from '@lido/runtime/grpc/client.ts';
import { startTelemetry } from '@lido/runtime/telemetry/telemetry.ts';
import { build, offer } from '../../../test/support/offerings.ts';
import { hourOf } from '../../orders/test/offerings.ts';
import { migrations } from '../migrations/index.ts';
import { type Booked, type Desk, startDesk } from './desk.ts';

let desk: Desk;
let world: Desk['world'];
let update: Desk['update'];

beforeAll(async () => {
  desk = await startDesk();
  ({ world, update } = desk);
});
afterAll(() => desk?.stop());

const roomsOf = async (id: string): Promise<string[]> =>
  (
    await world.availabilitySql<{ room: string }>(
      `select resource_id as room from claims where booking_id = $1 and active and kind = 'room' order by 1`,
      [id],
    )
  ).map(({ room }) => room);
const calendarOf = async (id: string, time: string) =>
  (
    await peerOf(CalendarServiceService, desk.client).listCalendarEvents(
      { viewType: 'CALENDAR_VIEW_ROOM', events: [], zoneId: [], date: time.slice(0, 10), siteId: world.siteId },
      world.staff,
    )
  ).data.filter((event) => event.id === id);

/** Single rooms, and a massage in them that a party shares. */
async function open(count: number): Promise<{ rooms: string[]; typeId: string }> {
  const rooms = (await build(desk.shop, count)).sort();
  const extra = { allocateMultiCapacityRooms: true, maxGuests: 4 };
  return { rooms, typeId: (await offer(desk.shop, { practitionerIds: [], roomIds: rooms }, extra)).id };
}

/** Booked for a party. */
const book = (offeringId: string, time: string, quantity: number): Promise<Booked> =>
  desk.book({ offeringId, time, quantity });

describe('a party of two in two single rooms', () => {
  test.each([
    ['by the rules', () => desk.manager, 1],
    ['past the rules', () => world.staff, 2],
  ])('is moved in time %s, stays in its rooms and is shown in both', async (_, caller, day) => {
    const { rooms, typeId } = await open(4);
    const { id } = await book(typeId, hourOf(day, 9), 2);
    const held = await roomsOf(id);
    expect(held).toHaveLength(2);
    const moved = await update(id, { time: hourOf(day, 13) }, caller());
    expect(await roomsOf(id)).toEqual(held);
    expect(held).toContain(moved.roomId);
    const events = await calendarOf(id, hourOf(day, 13));
    expect(events.map(({ resourceId }) => resourceId ?? '').sort()).toEqual(held);
    expect(events[0]?.rooms.map(({ id: room }) => room).sort()).toEqual(held);
    const free = rooms.find((room) => !held.includes(room)) ?? '';
    const swap = { resourceType: 'MOVED_RESOURCE_TYPE_ROOM' as const, fromId: held[1] ?? '', toId: free };
    await update(id, { move: swap }, caller());
    expect(await roomsOf(id)).toEqual([held[0], free].sort());
    await expect(update(id, { move: { ...swap, fromId: free, toId: held[0] ?? '' } })).rejects.toMatchObject({
      fields: { 'move.to_id': expect.anything() },
    });
  });

  test('goes to others where its own are taken, and nowhere where too few are left', async () => {
    const { typeId } = await open(3);
    const { id } = await book(typeId, hourOf(3, 9), 2);
    const { id: other } = await book(typeId, hourOf(3, 13), 1);
    const [taken = ''] = await roomsOf(other);
    // Into the way, whichever rooms it was given.
    const own = await roomsOf(id);
    if (!own.includes(taken)) await update(other, { roomId: own[0] ?? '' });
    await update(id, { time: hourOf(3, 13) });
    expect(new Set([...(await roomsOf(id)), ...(await roomsOf(other))]).size).toBe(3);
    await book(typeId, hourOf(3, 15), 2);
    await expect(update(id, { time: hourOf(3, 15) })).rejects.toMatchObject({ reason: 'no_rooms_available' });
    await expect(update(id, { time: hourOf(3, 15) }, world.staff)).rejects.toMatchObject({
      reason: 'no_rooms_available',
    });
    expect(await desk.get(id)).toMatchObject({ startTime: hourOf(3, 13) });
  });

  test('is found by either once it is cancelled', async () => {
    const { typeId } = await open(2);
    const { id, orderId } = await book(typeId, hourOf(4, 9), 2);
    const held = await roomsOf(id);
    await world.orders.actionCancelOrder({ orderId }, world.staff);
    const found = async (room: string) =>
      (
        await desk.appointments.listShopAppointments(
          { siteId: [], practitionerId: [], zoneId: [], roomId: [room], status: ['APPOINTMENT_STATUS_CANCELLED'] },
          world.staff,
        )
      ).data.map(({ id: one }) => one);
    await vi.waitFor(async () => expect(await found(held[0] ?? '')).toEqual([id]), { timeout: 20_000 });
    expect(await found(held[1] ?? '')).toEqual([id]);
  });
});

describe('a room', () => {
  test('that nobody asked for is left where it is taken, and one that is named is not', async () => {
    const { rooms, typeId } = await open(2);
    const { id } = await book(typeId, hourOf(5, 9), 1);
    const { id: other } = await book(typeId, hourOf(5, 13), 1);
    const [own = ''] = await roomsOf(id);
    await update(other, { roomId: own });
    await expect(update(id, { time: hourOf(5, 13), roomId: own })).rejects.toMatchObject({
      reason: 'no_rooms_available',
    });
    const moved = await update(id, { time: hourOf(5, 13) });
    expect(moved.roomId).toBe(rooms.find((room) => room !== own));
  });
});

test('bookings from when one room was kept know all they hold after the upgrade', async () => {
  const { typeId } = await open(2);
  const { id } = await book(typeId, hourOf(6, 9), 2);
  await update(id, { time: hourOf(6, 11) });
  const held = await roomsOf(id);
  await world.availabilitySql(
    `update bookings set summary = summary - 'rooms' || jsonb_build_object('room', summary #> '{rooms,1}'),
       request = jsonb_set(request #- '{assigned,roomIds}', '{assigned,roomId}', summary #> '{rooms,1,id}')
     where id = $1`,
    [id],
  );
  await world.availabilitySql(`delete from mikro_orm_migrations where name = '0030-rooms-of-bookings'`);
  const telemetry = startTelemetry({ service: 'test', logLevel: 'silent' });
  const db = await openDatabase({ url: world.availabilityDatabase, entities: [], migrations, telemetry });
  await db.stop();
  await telemetry.stop();
  const [{ first, roomIds } = { first: '', roomIds: [] }] = await world.availabilitySql<{ first: string; roomIds: [] }>(
    `select summary #>> '{rooms,0,id}' as first, request #> '{assigned,roomIds}' as "roomIds" from bookings where id = $1`,
    [id],
  );
  expect(roomIds).toEqual([first]);
  expect((await calendarOf(id, hourOf(6, 11))).map(({ resourceId }) => resourceId).sort()).toEqual(held);
  await update(id, { time: hourOf(6, 14) });
  expect(await roomsOf(id)).toEqual(held);
});

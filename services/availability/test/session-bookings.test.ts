import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ListSessionBookingsRequest } from '@lido/proto/lido/availability/v1/session_booking.ts';
import { inLondon } from '../../../test/support/london.ts';
import { book, dayAhead, holdFor, offerClass, placesIn, schedule } from './classes.ts';
import { startWorld, type World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const noFilter: ListSessionBookingsRequest = { sessionId: [], siteId: [], orderId: [], customerId: [] };
const list = async (filter: Partial<ListSessionBookingsRequest>, caller = world.staff) =>
  world.sessionBookings.listSessionBookings({ ...noFilter, ...filter }, caller);
const classWithPlaces = async (startTime?: string) =>
  schedule(world, (await offerClass(world)).id, { capacity: 10, ...(startTime && { startTime }) });
const laterSession = () => classWithPlaces(inLondon(dayAhead(2), '10:00'));
const checkIn = (id: string, checkedIn?: boolean) =>
  world.sessionBookings.checkInSessionBooking({ id, ...(checkedIn !== undefined && { checkedIn }) }, world.staff);
const checkOut = (id: string, checkedOut?: boolean) =>
  world.sessionBookings.checkOutSessionBooking({ id, ...(checkedOut !== undefined && { checkedOut }) }, world.staff);
const noShow = (id: string, isNoShow?: boolean) =>
  world.sessionBookings.markSessionBookingNoShow(
    { id, ...(isNoShow !== undefined && { noShow: isNoShow }) },
    world.staff,
  );

describe('the bookings of a session', () => {
  test('are those that have places, of baskets as long as they are held, in the order they were made', async () => {
    const session = await classWithPlaces();
    const first = await book(world, session, { guests: 3 });
    const second = await holdFor(world, placesIn(session));
    const released = await book(world, session);
    await world.bookings.release({ orderId: released.order, itemIds: [] }, world.staff);
    const { data, page } = await list({ sessionId: [session.id] });
    expect(data).toMatchObject([
      {
        ...{ id: first.item.itemId, orderId: first.order, orderItemId: first.item.itemId, quantity: 3 },
        ...{ sessionId: session.id, sessionTypeId: session.sessionTypeId, sessionTypeName: 'Class' },
        ...{ status: 'SESSION_BOOKING_STATUS_CONFIRMED', stage: 'SESSION_BOOKING_STAGE_NOT_ARRIVED' },
        ...{ siteId: world.siteId, isNoShow: false },
      },
      { id: second.item.itemId, status: 'SESSION_BOOKING_STATUS_RESERVED' },
    ]);
    expect(page).toEqual({ page: 1, perPage: 15, total: 2 });
  });

  test('are filtered by session, order, customer and site, and paged', async () => {
    const [session, other] = [await classWithPlaces(), await classWithPlaces()];
    const mine = await holdFor(world, placesIn(session), undefined, { customerId: 'someone known' });
    await book(world, other);
    const ids = async (filter: Partial<ListSessionBookingsRequest>) => (await list(filter)).data.map(({ id }) => id);
    expect(await ids({ orderId: [mine.order] })).toEqual([mine.item.itemId]);
    expect(await ids({ customerId: ['someone known'] })).toEqual([mine.item.itemId]);
    expect(await ids({ sessionId: [session.id, other.id], siteId: [world.siteId] })).toHaveLength(2);
    const second = await list({ sessionId: [session.id, other.id], page: 2, perPage: 1 });
    expect([second.data.length, second.page?.total]).toEqual([1, 2]);
  });

  test('are hidden from strangers: one is not found, a list is empty, their site is not theirs to ask for', async () => {
    const { item } = await book(world, await classWithPlaces());
    const id = item.itemId;
    expect(await world.sessionBookings.getSessionBooking({ id }, world.staff)).toMatchObject({ id });
    const hidden = { kind: 'not_found' };
    await expect(world.sessionBookings.getSessionBooking({ id }, world.stranger)).rejects.toMatchObject(hidden);
    await expect(world.sessionBookings.checkInSessionBooking({ id }, world.stranger)).rejects.toMatchObject(hidden);
    await expect(list({ siteId: [world.siteId] }, world.stranger)).rejects.toMatchObject(hidden);
    expect((await list({}, world.stranger)).data).toEqual([]);
  });
});

describe('at the door', () => {
  test('guests come and leave; doing it twice changes nothing, and each step can be taken back', async () => {
    const { item } = await book(world, await classWithPlaces());
    await expect(checkOut(item.itemId)).rejects.toMatchObject({ reason: 'illegal_state' });
    const came = await checkIn(item.itemId);
    expect(came).toMatchObject({ stage: 'SESSION_BOOKING_STAGE_ARRIVED', checkedInAt: expect.any(String) });
    expect((await checkIn(item.itemId, true)).checkedInAt).toBe(came.checkedInAt);
    expect(await checkOut(item.itemId)).toMatchObject({ stage: 'SESSION_BOOKING_STAGE_CHECKED_OUT' });
    await expect(checkIn(item.itemId, false)).rejects.toMatchObject({ reason: 'illegal_state' });
    expect(await checkOut(item.itemId, false)).toMatchObject({ checkedOutAt: null });
    expect(await checkIn(item.itemId, false)).toMatchObject({
      ...{ stage: 'SESSION_BOOKING_STAGE_NOT_ARRIVED', checkedInAt: null },
    });
  });

  test('nobody is a no-show before the day, nor together with having come', async () => {
    const early = await book(world, await classWithPlaces());
    await expect(noShow(early.item.itemId)).rejects.toMatchObject({ reason: 'illegal_state' });
    const { item } = await bookForToday();
    await checkIn(item.itemId);
    await expect(noShow(item.itemId)).rejects.toMatchObject({ reason: 'illegal_state' });
    await checkIn(item.itemId, false);
    expect(await noShow(item.itemId)).toMatchObject({ isNoShow: true });
    await expect(checkIn(item.itemId)).rejects.toMatchObject({ reason: 'illegal_state' });
    expect(await noShow(item.itemId, false)).toMatchObject({ isNoShow: false });
  });

  test('only a confirmed booking can be marked', async () => {
    const { item } = await holdFor(world, placesIn(await classWithPlaces()));
    await expect(checkIn(item.itemId)).rejects.toMatchObject({ reason: 'illegal_state' });
  });
});

/** A booking made ahead whose session staff then moved to a moment ago. */
async function bookForToday() {
  const session = await laterSession();
  const booking = await book(world, session);
  const startTime = new Date(Math.floor(Date.now() / 300_000) * 300_000).toISOString();
  await world.sessions.updateSession(
    { id: session.id, session: { ...session, startTime }, updateMask: ['start_time'] },
    world.staff,
  );
  return booking;
}

test('who goes to another session has not been there yet', async () => {
  const [first, second] = [await classWithPlaces(), await laterSession()];
  const { order, item } = await book(world, first);
  await checkIn(item.itemId);
  const move = (session: typeof first) =>
    world.bookings.hold(
      {
        ...{
          orderId: order,
          siteId: world.siteId,
          customerId: null,
          holdMinutes: 10,
          skipRules: true,
          isOnline: false,
        },
        items: [{ ...placesIn(session), itemId: item.itemId, isBooked: true }],
      },
      world.staff,
    );
  const marks = async () => (await list({ orderId: [order] })).data.map(({ checkedInAt }) => checkedInAt);
  await move(first);
  expect(await marks()).toEqual([expect.any(String)]);
  await move(second);
  expect(await marks()).toEqual([null]);
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HoldItem } from '@lido/proto/lido/availability/internal/v1/booking.ts';
import type { Session } from '@lido/proto/lido/availability/v1/session.ts';
import { type Database, openDatabase } from '@lido/runtime/db/database.ts';
import { startTelemetry } from '@lido/runtime/telemetry/telemetry.ts';
import { promoteWaiting } from '../src/sessions/promote-waiting.job.ts';
import { book, holdFor, offerClass, openSql, placesIn, schedule } from './classes.ts';
import { startWorld, type World } from './world.ts';

const telemetry = startTelemetry({ service: 'test', logLevel: 'silent' });
let world: World;
let db: Database;
let sql: Awaited<ReturnType<typeof openSql>>;

beforeAll(async () => {
  world = await startWorld();
  sql = await openSql(world);
  db = await openDatabase({ url: world.database, entities: [], migrations: [], telemetry });
});
afterAll(async () => {
  await sql.end();
  await db.stop();
  await world.stop();
});

interface Booked {
  order: string;
  item: HoldItem;
}

const fullClass = async (capacity: number, extra: object = {}): Promise<Session> =>
  schedule(world, (await offerClass(world, { waitlistEnabled: true, ...extra })).id, { capacity });
const listOf = async ({ id: parentId }: Session, caller = world.staff): Promise<string[]> =>
  (await world.sessions.listSessionWaitlist({ parentId, perPage: 100 }, caller)).data.map(
    ({ orderItemId }) => orderItemId,
  );
const waiting = (booked: Booked[]) => booked.map(({ item }) => item.itemId);
const release = ({ order }: Booked) => world.bookings.release({ orderId: order, itemIds: [] }, world.staff);
const statusOf = async ({ order, item }: Booked): Promise<string | undefined> => {
  const { items } = await world.bookings.confirm({ orderId: order, skipRules: false, itemIds: [] }, world.staff);
  return items.find(({ itemId }) => itemId === item.itemId)?.bookingSummary?.status;
};
const placesOf = async ({ id }: Session): Promise<number> => {
  const { capacity, remainingCapacity } = await world.sessions.getSession({ id }, world.staff);
  return (capacity ?? 0) - remainingCapacity;
};

describe('an item of a full session', () => {
  test('waits where the session has a waiting list: it holds no place, costs nothing, and joins the list when it is submitted', async () => {
    const session = await fullClass(1);
    await book(world, session);
    const { order, item, held } = await holdFor(world, placesIn(session));
    expect(held.items[0]).toMatchObject({
      ...{ priceMinor: 0, reservedUntil: expect.any(String) },
      bookingSummary: { status: 'waitlisted', sessionId: session.id },
    });
    expect(await listOf(session)).toEqual([]);
    const { items } = await world.bookings.confirm(
      { orderId: order, skipRules: false, itemIds: [item.itemId] },
      world.staff,
    );
    expect(items[0]).toMatchObject({ priceMinor: 0, reservedUntil: null, bookingSummary: { status: 'waitlisted' } });
    expect(await listOf(session)).toEqual([item.itemId]);
    expect(await world.sessions.getSession({ id: session.id }, world.staff)).toMatchObject({
      ...{ numWaitlisted: 1, remainingCapacity: 0, noAvailabilityReason: 'session_full' },
      noAvailabilityMessage: expect.stringContaining('waiting list'),
    });
  });

  test('is refused where there is no waiting list, or more come than the session could ever take', async () => {
    const session = await fullClass(2, { waitlistEnabled: false });
    await book(world, session, { guests: 2 });
    const refused = { kind: 'state_conflict', reason: 'already_taken' };
    await expect(holdFor(world, placesIn(session))).rejects.toMatchObject(refused);
    const waitable = await fullClass(2);
    await book(world, waitable, { guests: 2 });
    await expect(holdFor(world, placesIn(waitable, { guests: 3 }))).rejects.toMatchObject(refused);
  });

  test('never waits instead of a place it held: a lapsed hold whose place is gone is refused', async () => {
    const session = await fullClass(1);
    const { order, item } = await holdFor(world, placesIn(session));
    const past = `lido_now() - interval '1 second'`;
    await sql.run(`update bookings set expires_at = ${past} where id = $1`, [item.itemId]);
    await sql.run(`update session_seats set expires_at = ${past} where booking_id = $1`, [item.itemId]);
    await book(world, session);
    await expect(
      world.bookings.confirm({ orderId: order, skipRules: false, itemIds: [item.itemId] }, world.staff),
    ).rejects.toMatchObject({ reason: 'already_taken' });
  });
});

describe('a place that becomes free', () => {
  test('is anybody’s where those who wait are more than the session has places for since', async () => {
    const session = await fullClass(4);
    const [stays, leaves] = [await book(world, session, { guests: 2 }), await book(world, session, { guests: 2 })];
    const party = await book(world, session, { guests: 3 });
    await release(leaves);
    const smaller = { id: session.id, session: { ...session, capacity: 2 }, updateMask: ['capacity'] };
    await world.sessions.updateSession(smaller, world.staff);
    await release(stays);
    expect(await world.sessions.getSession({ id: session.id }, world.staff)).toMatchObject({
      ...{ noAvailabilityReason: null, remainingCapacity: 2, numWaitlisted: 1 },
    });
    expect(await statusOf(await book(world, session, { guests: 2 }))).toBe('confirmed');
    expect(await listOf(session)).toEqual(waiting([party]));
  });

  test('by a release goes to the one who waits longest, whose order hears of it once', async () => {
    const session = await fullClass(1);
    const first = await book(world, session);
    const [second, third] = [await book(world, session), await book(world, session)];
    await release(first);
    await promoteWaiting(db);
    expect([await statusOf(second), await listOf(session)]).toEqual(['confirmed', waiting([third])]);
    expect(await sql.eventsOf(second.item.itemId)).toEqual(['lido.availability.booking.promoted']);
    await promoteWaiting(db);
    expect(await placesOf(session)).toBe(1);
  });

  test('by a hold that lapsed, or by a larger capacity, is given away likewise', async () => {
    const session = await fullClass(1);
    const { item } = await holdFor(world, placesIn(session));
    const [second, third] = [await book(world, session), await book(world, session)];
    await sql.run(`update session_seats set expires_at = lido_now() - interval '1 second' where booking_id = $1`, [
      item.itemId,
    ]);
    await promoteWaiting(db);
    expect([await statusOf(second), await listOf(session)]).toEqual(['confirmed', waiting([third])]);
    await world.sessions.updateSession(
      { id: session.id, session: { ...session, capacity: 2 }, updateMask: ['capacity'] },
      world.staff,
    );
    await promoteWaiting(db);
    expect([await statusOf(third), await listOf(session)]).toEqual(['confirmed', []]);
  });

  test('is not given to a smaller party behind a larger one, nor to somebody who has just come', async () => {
    const session = await fullClass(3);
    const [one, two] = [await book(world, session), await book(world, session, { guests: 2 })];
    const large = await book(world, session, { guests: 2 });
    const small = await book(world, session);
    await release(one);
    await promoteWaiting(db);
    expect(await listOf(session)).toEqual(waiting([large, small]));
    const newcomer = await holdFor(world, placesIn(session));
    expect(newcomer.held.items[0]?.bookingSummary?.status).toBe('waitlisted');
    await release(two);
    await promoteWaiting(db);
    expect(await listOf(session)).toEqual([]);
    expect(await placesOf(session)).toBe(3);
  });

  test('passes over a party with a guest who is elsewhere by now, who goes on waiting', async () => {
    const session = await fullClass(1);
    const first = await book(world, session);
    const busy = await book(world, session, { guestIds: ['busy guest'] });
    const next = await book(world, session);
    await book(world, await fullClass(5), { guestIds: ['busy guest'] });
    await release(first);
    await promoteWaiting(db);
    expect([await statusOf(next), await listOf(session)]).toEqual(['confirmed', waiting([busy])]);
  });

  test('takes the guests\u2019 time with it', async () => {
    const session = await fullClass(1);
    const first = await book(world, session);
    await book(world, session, { guestIds: ['promoted guest'] });
    await release(first);
    await promoteWaiting(db);
    await expect(holdFor(world, placesIn(await fullClass(5), { guestIds: ['promoted guest'] }))).rejects.toMatchObject({
      reason: 'already_taken',
    });
  });
});

describe('the waiting list', () => {
  test('can be left: by removing the item, or by staff, who tell the order', async () => {
    const session = await fullClass(1);
    await book(world, session);
    const [second, third, fourth] = [
      ...[await book(world, session), await book(world, session), await book(world, session)],
    ] as [Booked, Booked, Booked];
    await release(second);
    const leave = (id: string, caller = world.staff) =>
      world.sessions.leaveSessionWaitlist({ parentId: session.id, id }, caller);
    await expect(leave(third.item.itemId, world.stranger)).rejects.toMatchObject({ kind: 'not_found' });
    await leave(third.item.itemId);
    await expect(leave(third.item.itemId)).rejects.toMatchObject({ kind: 'not_found' });
    expect(await sql.eventsOf(third.item.itemId)).toEqual(['lido.availability.booking.cancelled']);
    expect(await listOf(session)).toEqual(waiting([fourth]));
    await expect(listOf(session, world.stranger)).rejects.toMatchObject({ kind: 'not_found' });
  });

  test('ends with its session', async () => {
    const session = await fullClass(1);
    await book(world, session);
    const second = await book(world, session);
    await world.sessions.deleteSession({ id: session.id }, world.staff);
    expect(await listOf(session)).toEqual([]);
    expect(await sql.eventsOf(second.item.itemId)).toEqual(['lido.availability.booking.cancelled']);
  });

  test('of a session of ten that forty clients want at once: ten get in, thirty wait in order, and are promoted in that order', async () => {
    const session = await fullClass(10);
    const booked = await Promise.all(
      Array.from({ length: 40 }, async (_, index): Promise<Booked> => {
        const { order, item } = await holdFor(world, placesIn(session, { guestIds: [`crowd ${index}`] }));
        await world.bookings.confirm({ orderId: order, skipRules: false, itemIds: [item.itemId] }, world.staff);
        return { order, item };
      }),
    );
    const list = await listOf(session);
    expect([await placesOf(session), list.length]).toEqual([10, 30]);
    const inside = booked.filter(({ item }) => !list.includes(item.itemId));
    await Promise.all(inside.slice(0, 4).map(release));
    await Promise.all([promoteWaiting(db), promoteWaiting(db)]);
    expect([await placesOf(session), await listOf(session)]).toEqual([10, list.slice(4)]);
    await Promise.all(inside.slice(4).map(release));
    await promoteWaiting(db);
    expect([await placesOf(session), await listOf(session)]).toEqual([10, list.slice(10)]);
  });
});

describe('a session type', () => {
  test('limits how often one customer books a session, waiting included; guests without an account are not counted', async () => {
    const session = await fullClass(2, { maxBookingsPerMember: 2 });
    const asMember = (item: HoldItem, order?: string) => holdFor(world, item, order, { customerId: 'keen member' });
    const first = await asMember(placesIn(session));
    await asMember(placesIn(session));
    await expect(asMember(placesIn(session))).rejects.toMatchObject({
      fields: { session_id: [expect.stringContaining('2 times')] },
    });
    await expect(asMember(first.item, first.order)).resolves.toBeDefined();
    await expect(holdFor(world, placesIn(session))).resolves.toBeDefined();
  });

  test.each([20, 2])('limits one customer also where they ask many times at once, with %i places', async (capacity) => {
    const session = await fullClass(capacity, { maxBookingsPerMember: 2 });
    if (capacity === 2) await book(world, session, { guests: 2 });
    const customerId = `hasty member of ${capacity}`;
    const asked = await Promise.allSettled(
      Array.from({ length: 8 }, () => holdFor(world, placesIn(session), undefined, { customerId })),
    );
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    for (const { reason } of asked.filter((one) => one.status === 'rejected'))
      expect(reason).toMatchObject({ fields: { session_id: [expect.stringContaining('2 times')] } });
  });

  test('limits one customer also within one request', async () => {
    const session = await fullClass(20, { maxBookingsPerMember: 1 });
    const order = { orderId: 'twice at once', siteId: world.siteId, customerId: 'double member', holdMinutes: 10 };
    const items = [placesIn(session), placesIn(session)];
    const asked = world.bookings.hold({ ...order, items, skipRules: false, isOnline: true }, world.staff);
    await expect(asked).rejects.toMatchObject({ fields: { session_id: [expect.stringContaining('once only')] } });
  });
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Session } from '@lido/proto/lido/availability/v1/session.ts';
import type { GetSessionAvailabilityRequest } from '@lido/proto/lido/availability/v1/shop.ts';
import { inLondon } from '../../../test/support/london.ts';
import { book, dayAhead, holdFor, offerClass, openSql, placesIn, schedule } from './classes.ts';
import { orderId } from './offers.ts';
import { startWorld, type World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const search = async (
  { id, sessionTypeId }: Session,
  asked: Partial<GetSessionAvailabilityRequest> = {},
): Promise<Session | undefined> => {
  const request = { siteId: world.siteId, sessionTypeId, ...asked };
  return (await world.shop.getSessionAvailability(request, world.anybody)).data.find((one) => one.id === id);
};
const classOf = async (capacity: number, extra: object = {}) =>
  schedule(world, (await offerClass(world, extra)).id, { capacity });
const laterClass = async (capacity: number) =>
  schedule(world, (await offerClass(world)).id, { capacity, startTime: inLondon(dayAhead(10), '15:00') });
const taken = { reason: 'already_taken' };

describe('the sessions of a search', () => {
  test('are all there are, in order, however many', async () => {
    const { id, sessionTypeId } = await classOf(5);
    const sql = await openSql(world);
    await sql.run(
      `insert into sessions select (jsonb_populate_record(s, jsonb_build_object('id', s.id || '-' || n,
         'start_time', s.start_time + n * interval '5 minutes', 'end_time', s.end_time + n * interval '5 minutes'))).*
       from sessions s, generate_series(1, 1500) n where s.id = $1`,
      [id],
    );
    await sql.end();
    const asked = { siteId: world.siteId, sessionTypeId };
    const { data } = await world.shop.getSessionAvailability(asked, world.anybody);
    const ids = [id, ...Array.from({ length: 1_500 }, (_, index) => `${id}-${index + 1}`)];
    expect(data.map((session) => session.id)).toEqual(ids);
    const dateTo = dayAhead(14);
    const ofRange = await world.shop.getSessionAvailability(
      { ...asked, dateFrom: dayAhead(10), dateTo },
      world.anybody,
    );
    expect(ofRange.data.length).toBeGreaterThan(1_000);
    expect(ofRange.data).toEqual(data.filter(({ startTime }) => startTime.slice(0, 10) <= dateTo));
  });

  test('are those until an end where only that is said', async () => {
    const session = await classOf(5);
    const until = (day: string) => [{ dateTo: day }, { dateTimeTo: inLondon(day, '12:00') }];
    for (const asked of until(dayAhead(9))) expect(await search(session, asked)).toBeUndefined();
    for (const asked of until(dayAhead(10))) expect(await search(session, asked)).toMatchObject({ id: session.id });
  });

  test('are judged for the guests of the basket, or for the one who is named', async () => {
    const session = await classOf(1);
    const basketId = orderId();
    const elsewhere = await laterClass(5);
    await holdFor(world, placesIn(elsewhere, { guests: 2, guestIds: ['kim of two', 'lou of two'] }), basketId);
    expect(await search(session, { basketId })).toMatchObject({ noAvailabilityReason: 'session_full' });
    expect(await search(session, { basketId, guestId: 'kim of two' })).toMatchObject({ noAvailabilityReason: null });
    expect(await search(session, { basketId, quantity: 1 })).toMatchObject({ noAvailabilityReason: null });
  });

  test('are judged for as few as there can be where nobody is known, and for no more or fewer than may come', async () => {
    const session = await classOf(1, { minGuests: 2, maxGuests: 3 });
    expect(await search(session)).toMatchObject({ noAvailabilityReason: 'session_full' });
    for (const quantity of [1, 4])
      await expect(search(session, { quantity })).rejects.toMatchObject({
        fields: { quantity: ['This is for 2 to 3 guests.'] },
      });
    const dates = { offeringType: 'session', offeringId: session.sessionTypeId, practitionerId: [] };
    const day = { dateFrom: dayAhead(10), dateTo: dayAhead(10) };
    const { data } = await world.shop.getOfferingDatesAvailability({ ...dates, ...day }, world.anybody);
    expect(data).toMatchObject([{ hasAvailability: false }]);
  });

  test('are judged for as many of the basket’s guests as may come, since nobody said a number', async () => {
    const session = await classOf(2, { minGuests: 2, maxGuests: 2 });
    const elsewhere = await laterClass(5);
    for (const guestIds of [['one of many'], ['one of three', 'two of three', 'three of three']]) {
      const basketId = orderId();
      await holdFor(world, placesIn(elsewhere, { guests: guestIds.length, guestIds }), basketId);
      expect(await search(session, { basketId })).toMatchObject({ noAvailabilityReason: null });
    }
  });

  test('are not offered to a guest who is elsewhere, as holding them is refused', async () => {
    const session = await classOf(5);
    const other = await classOf(5);
    const { order: basketId } = await book(world, other, { guestIds: ['busy kim'] });
    const elsewhere = {
      ...{ isValid: false, noAvailabilityReason: 'guest_unavailable' },
      noAvailabilityMessage: 'A guest already has another booking at this time.',
    };
    expect(await search(session, { guestId: 'busy kim' })).toMatchObject(elsewhere);
    expect(await search(session, { basketId })).toMatchObject(elsewhere);
    await expect(holdFor(world, placesIn(session, { guestIds: ['busy kim'] }), basketId)).rejects.toMatchObject(taken);
    expect(await search(session, { basketId, guestId: 'free lou' })).toMatchObject({ isValid: true });
  });

  test('take more of a basket that is among those they have, as long as there are places', async () => {
    const session = await classOf(2, { maxBasketsPerSession: 1 });
    const { order: basketId } = await book(world, session, { guestIds: ['first of one'] });
    expect(await search(session)).toMatchObject({ noAvailabilityReason: 'session_full' });
    const asked = { basketId, guestId: 'second of one' };
    expect(await search(session, asked)).toMatchObject({ noAvailabilityReason: null, remainingCapacity: 1 });
    await holdFor(world, placesIn(session, { guestIds: ['second of one'] }), basketId);
    expect(await search(session, { basketId, guestId: 'third of one' })).toMatchObject({
      noAvailabilityReason: 'session_full',
    });
    await expect(holdFor(world, placesIn(session), basketId)).rejects.toMatchObject(taken);
  });

  test('have no places left for whom they are full or closed, and for whom others wait', async () => {
    const waited = await classOf(3, { waitlistEnabled: true });
    await book(world, waited);
    expect(await search(waited, { quantity: 2 })).toMatchObject({ noAvailabilityReason: null, remainingCapacity: 2 });
    const full = { noAvailabilityReason: 'session_full', remainingCapacity: 0 };
    expect(await search(waited, { quantity: 3 })).toMatchObject(full);
    await book(world, waited, { guests: 3 });
    expect(await search(waited)).toMatchObject({ ...full, numWaitlisted: 1 });
    const ofMembers = await classOf(3, { membersOnly: true });
    expect(await search(ofMembers)).toMatchObject({ noAvailabilityReason: 'members_only', remainingCapacity: 0 });
    const forStaff = await world.sessions.getSession({ id: ofMembers.id }, world.staff);
    expect(forStaff).toMatchObject({ noAvailabilityReason: 'members_only', remainingCapacity: 3 });
  });
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HoldItem } from '@lido/proto/lido/availability/internal/v1/booking.ts';
import {
  AreaAvailabilityServiceService,
  type GetAreaBookingAvailabilityRequest,
} from '@lido/proto/lido/availability/v1/area_availability.ts';
import { AreaBookingTypeServiceService } from '@lido/proto/lido/availability/v1/area_booking_type.ts';
import { type Database, openDatabase } from '@lido/runtime/db/database.ts';
import { startTelemetry } from '@lido/runtime/telemetry/telemetry.ts';
import { addDays, localDateOf } from '@lido/runtime/time/zone.ts';
import { inLondon } from '../../../test/support/london.ts';
import { hire, offer } from '../../../test/support/offerings.ts';
import { dig, offerAreas, priceByMinute } from '../../../test/support/areas.ts';
import { itemAt, orderId } from './offers.ts';
import { startWorld, type World } from './world.ts';

const telemetry = startTelemetry({ service: 'test', logLevel: 'silent' });
const date = addDays(localDateOf(Date.now(), 'Europe/London'), 10);
const at = (time: string): string => inLondon(date, time);
let world: World;
let db: Database;

beforeAll(async () => {
  world = await startWorld();
  db = await openDatabase({ url: world.database, entities: [], migrations: [], telemetry });
});
afterAll(async () => {
  await db.stop();
  await world.stop();
});

const search = async (bookingTypeId: string, extra: Partial<GetAreaBookingAvailabilityRequest> = {}) =>
  world.peer(AreaAvailabilityServiceService).getAreaBookingAvailability(
    {
      ...{ bookingTypeId, excludeBookings: [], excludeBasketItems: [] },
      ...{ dateTimeFrom: at('12:00'), dateTimeTo: at('13:00'), ...extra },
    },
    world.anybody,
  );
const slotAt = async (bookingTypeId: string, time: string, extra: Partial<GetAreaBookingAvailabilityRequest> = {}) =>
  (await search(bookingTypeId, extra)).data.find(({ startTime }) => startTime === at(time));
const stay = (typeId: string, time: string, extra: Partial<HoldItem> = {}): HoldItem =>
  itemAt(typeId, at(time), { offeringType: 'area_booking', ...extra });
const hold = (order: string, items: HoldItem[], extra: { skipRules?: boolean } = {}) =>
  world.bookings.hold(
    {
      ...{ orderId: order, siteId: world.siteId, customerId: null, items, holdMinutes: 10 },
      ...{ skipRules: false, isOnline: false, ...extra },
    },
    world.staff,
  );
const areasOf = async (held: ReturnType<typeof hold>) =>
  (await held).items.flatMap(({ bookingSummary }) => bookingSummary?.areaIds ?? []);

describe('a search for areas', () => {
  test('lists every start of the whole day with its durations, areas, places and price, closed ones with their reason', async () => {
    const areaIds = await dig(world, 8, 4);
    const type = await offerAreas(world, areaIds, { endBuffer: 15 });
    const { data, meta } = await search(type.id);
    expect(data).toHaveLength(48);
    expect(data.find(({ startTime }) => startTime === at('10:00'))).toEqual({
      ...{ startTime: at('10:00'), endTime: at('11:00'), duration: 60, durations: [60, 120, 180], endBuffer: 15 },
      areas: [
        { id: areaIds[1], name: 'Tub for 4' },
        { id: areaIds[0], name: 'Tub for 8' },
      ],
      ...{ quantityAvailable: 8, totalQuantity: 8, price: 3_000, currency: 'gbp' },
      ...{ noAvailabilityReason: null, noAvailabilityMessage: null },
    });
    expect(data.find(({ startTime }) => startTime === at('18:30'))?.durations).toEqual([60]);
    expect(data[0]).toMatchObject({ quantityAvailable: 0, noAvailabilityReason: 'site_closed', durations: [] });
    expect(meta).toMatchObject({ maxAdvanceBookingsInterval: null, dataVersion: expect.any(Number) });
  });

  test('answers only the duration asked for, at the price of the rule that covers it', async () => {
    const type = await offerAreas(world, await dig(world, 4));
    const rule = priceByMinute(70, { maxDuration: 60 });
    const parent = { parentId: type.id };
    await world.peer(AreaBookingTypeServiceService).createAreaBookingTypePriceRule({ ...parent, rule }, world.staff);
    expect(await slotAt(type.id, '10:00', { duration: 60 })).toMatchObject({
      duration: 60,
      durations: [],
      price: 4_200,
    });
    expect(await slotAt(type.id, '10:00', { duration: 120 })).toMatchObject({ endTime: at('12:00'), price: 6_000 });
    await expect(search(type.id, { duration: 90 })).rejects.toMatchObject({
      fields: { duration: ['The duration must be one of 60, 120, 180 minutes.'] },
    });
  });

  test('finds only areas that hold the guests, and refuses more or fewer than the type is for', async () => {
    const [, large] = await dig(world, 2, 6);
    const type = await offerAreas(world, [large ?? '', ...(await dig(world, 2))], { minGuests: 2, maxGuests: 6 });
    expect((await slotAt(type.id, '10:00', { quantity: 5 }))?.areas.map(({ id }) => id)).toEqual([large]);
    expect((await slotAt(type.id, '10:00'))?.areas).toHaveLength(2);
    await expect(search(type.id, { quantity: 7 })).rejects.toMatchObject({
      fields: { quantity: [expect.any(String)] },
    });
  });

  test('does not count bookings and items that it leaves out, nor lets a named guest be at two places', async () => {
    const type = await offerAreas(world, await dig(world, 1));
    const item = stay(type.id, '10:00', { guestIds: ['bather'] });
    const order = orderId();
    await hold(order, [item]);
    const other = await offerAreas(world, await dig(world, 4));
    expect(await slotAt(type.id, '10:30')).toMatchObject({ noAvailabilityReason: 'no_areas_available' });
    expect(await slotAt(type.id, '10:30', { excludeBasketItems: [item.itemId] })).toMatchObject({
      quantityAvailable: 1,
    });
    expect(await slotAt(type.id, '10:30', { excludeBookings: [item.itemId] })).toMatchObject({ quantityAvailable: 1 });
    expect(await slotAt(other.id, '10:30', { guestId: 'bather' })).toMatchObject({
      noAvailabilityReason: 'guest_unavailable',
    });
    expect(await slotAt(other.id, '10:30', { basketId: order })).toMatchObject({
      noAvailabilityReason: 'guest_unavailable',
    });
  });

  test('by dates says which can be booked, between which starts', async () => {
    const type = await offerAreas(world, await dig(world, 4));
    const until = addDays(date, 1);
    const rule = { id: '', weekdays: [], dateFrom: until, isAvailable: false };
    await world
      .peer(AreaBookingTypeServiceService)
      .createAreaBookingTypeAvailabilityRule({ parentId: type.id, rule }, world.staff);
    const dates = { dateFrom: date, dateTo: until, practitionerId: [] };
    const { data } = await world.shop.getOfferingDatesAvailability(
      { offeringType: 'area_booking', offeringId: type.id, ...dates },
      world.anybody,
    );
    const bounds = { bookableFrom: at('08:00'), bookableTo: at('19:00'), canEnquire: false };
    expect(data).toEqual([
      { date, hasAvailability: true, ...bounds },
      { date: until, hasAvailability: false, canEnquire: false, bookableFrom: null, bookableTo: null },
    ]);
  });

  test('of what is not offered online answers shoppers as of what is not there', async () => {
    const type = await offerAreas(world, await dig(world, 4), { offeredOnline: false });
    await expect(search(type.id)).rejects.toMatchObject({ kind: 'not_found' });
    await expect(search('nothing')).rejects.toMatchObject({ kind: 'not_found' });
    await expect(search(type.id, { siteId: 'nowhere' })).rejects.toMatchObject({ kind: 'not_found' });
  });

  test('is on the shop list with its durations, prices and availability of a date', async () => {
    const type = await offerAreas(world, await dig(world, 4));
    const { data } = await world.shop.listShopOfferings({ siteId: world.siteId, categoryId: [], date }, world.anybody);
    expect(data.find(({ id }) => id === type.id)).toMatchObject({
      ...{ type: 'area_booking', durations: [60, 120, 180], duration: 60 },
      ...{ priceFrom: 3_000, priceTo: 9_000, hasAvailability: true },
    });
  });
});

describe('holding an area', () => {
  test('takes the smallest that fits, shows it, and gives it back', async () => {
    const [large = '', small = ''] = await dig(world, 6, 2);
    const type = await offerAreas(world, [large, small]);
    const order = orderId();
    const { items } = await hold(order, [stay(type.id, '10:00', { guests: 2, durationMinutes: 120 })]);
    expect(items[0]).toMatchObject({
      priceMinor: 6_000,
      bookingSummary: {
        ...{ startTime: at('10:00'), endTime: at('12:00'), status: 'reserved' },
        ...{ areaIds: [small], areas: [{ id: small, name: 'Tub for 2' }] },
      },
    });
    expect(await areasOf(hold(orderId(), [stay(type.id, '11:00', { guests: 1 })]))).toEqual([large]);
    await world.bookings.release({ orderId: order, itemIds: [] }, world.staff);
    expect(await areasOf(hold(orderId(), [stay(type.id, '11:00', { guests: 2 })]))).toEqual([small]);
  });

  test('counts the peak, not the sum: stays one after the other fit beside a long one', async () => {
    const type = await offerAreas(world, await dig(world, 4));
    await hold(orderId(), [stay(type.id, '10:00', { guests: 2 })]);
    await hold(orderId(), [stay(type.id, '11:00', { guests: 2 })]);
    await hold(orderId(), [stay(type.id, '10:00', { guests: 2, durationMinutes: 120 })]);
    const refused = hold(orderId(), [stay(type.id, '10:30', { guests: 1 })]);
    await expect(refused).rejects.toMatchObject({
      reason: 'already_taken',
      metadata: {
        blocked_by: ['no_areas_available'],
        alternatives: [expect.anything(), expect.anything(), expect.anything()],
      },
    });
  });

  test('keeps it for the buffer too', async () => {
    const type = await offerAreas(world, await dig(world, 1), { endBuffer: 30 });
    await hold(orderId(), [stay(type.id, '10:00')]);
    await expect(hold(orderId(), [stay(type.id, '11:00')])).rejects.toMatchObject({ reason: 'already_taken' });
    await expect(hold(orderId(), [stay(type.id, '11:30')])).resolves.toBeDefined();
  });

  test('takes only so many baskets at a time, one basket as often as it likes, and joins nobody who booked it alone', async () => {
    const areaIds = await dig(world, 8);
    const alone = await offerAreas(world, areaIds, { maxBaskets: 1 });
    const shared = await offerAreas(world, areaIds);
    const order = orderId();
    await hold(order, [stay(alone.id, '10:00')]);
    await hold(order, [stay(alone.id, '10:30')]);
    await expect(hold(orderId(), [stay(alone.id, '11:00')])).rejects.toMatchObject({ reason: 'already_taken' });
    await expect(hold(orderId(), [stay(shared.id, '11:00')])).rejects.toMatchObject({ reason: 'already_taken' });
    await expect(hold(orderId(), [stay(shared.id, '11:30')])).resolves.toBeDefined();
    await expect(hold(orderId(), [stay(alone.id, '12:00')])).rejects.toMatchObject({ reason: 'already_taken' });
  });

  test('moves an item that is held, and confirms it where it is', async () => {
    const type = await offerAreas(world, await dig(world, 1));
    const [order, item] = [orderId(), stay(type.id, '10:00')];
    await hold(order, [item]);
    await hold(order, [{ ...item, startTime: at('10:30') }]);
    expect(await slotAt(type.id, '09:30', { duration: 60 })).toMatchObject({ quantityAvailable: 1 });
    const { items } = await world.bookings.confirm({ orderId: order, skipRules: false, itemIds: [] }, world.staff);
    expect(items[0]?.bookingSummary).toMatchObject({ startTime: at('10:30'), status: 'confirmed' });
    expect(await slotAt(type.id, '11:00')).toMatchObject({ noAvailabilityReason: 'no_areas_available' });
  });

  test('refuses what is not a start, a duration or within the hours of the type, naming the field', async () => {
    const type = await offerAreas(world, await dig(world, 4));
    const refused = { kind: 'invalid', fields: { time: [expect.any(String)] } };
    await expect(hold(orderId(), [stay(type.id, '10:10')])).rejects.toMatchObject(refused);
    await expect(hold(orderId(), [stay(type.id, '07:00')])).rejects.toMatchObject(refused);
    await expect(hold(orderId(), [stay(type.id, '10:00', { durationMinutes: 90 })])).rejects.toMatchObject({
      fields: { duration: [expect.any(String)] },
    });
  });

  test('by staff who skip the rules may be at any time, but never beyond what the area holds', async () => {
    const type = await offerAreas(world, await dig(world, 2));
    const early = { guests: 2, durationMinutes: 45 };
    await hold(orderId(), [stay(type.id, '05:10', early)], { skipRules: true });
    await expect(hold(orderId(), [stay(type.id, '05:30', early)], { skipRules: true })).rejects.toMatchObject({
      metadata: { blocked_by: ['no_areas_available'] },
    });
  });

  test('together with others in other areas is planned for all of them at once, by the rules and past them', async () => {
    const [small = '', large = ''] = await dig(world, 3, 4);
    const anywhere = await offerAreas(world, [small, large]);
    const onlySmall = await offerAreas(world, [small]);
    for (const [skipRules, time] of [
      [false, '10:00'],
      [true, '05:10'],
    ] as const) {
      const visit = [stay(anywhere.id, time, { guests: 3 }), stay(onlySmall.id, time, { guests: 3 })];
      expect(await areasOf(hold(orderId(), visit, { skipRules }))).toEqual([large, small]);
    }
    const parties = [2, 2, 3].map((guests) => stay(anywhere.id, '14:00', { guests }));
    expect(await areasOf(hold(orderId(), parties))).toEqual([large, large, small]);
  });

  test('together with more than fit is refused with times for what does not, at which it fits beside the rest', async () => {
    const type = await offerAreas(world, await dig(world, 2, 2));
    const parties = [
      stay(type.id, '10:00', { guests: 2 }),
      stay(type.id, '10:30', { guests: 2 }),
      stay(type.id, '10:00'),
    ];
    await expect(hold(orderId(), parties)).rejects.toMatchObject({
      reason: 'already_taken',
      metadata: {
        blocked_by: ['no_areas_available'],
        alternatives: ['09:30', '09:00', '11:00'].map((time) => ({ start_time: at(time) })),
      },
    });
    const twice = ['10:00', '10:30'].map((time) => stay(type.id, time, { guestIds: ['kim'] }));
    await expect(hold(orderId(), twice)).rejects.toMatchObject({ metadata: { blocked_by: ['guest_unavailable'] } });
  });

  test('together with others is all or nothing, each with those before it', async () => {
    const type = await offerAreas(world, await dig(world, 1, 1));
    const massage = await offer(world, { practitionerIds: await hire(world, 1), roomIds: [] });
    const order = orderId();
    const visit = [stay(type.id, '10:00'), stay(type.id, '10:00'), itemAt(massage.id, at('12:00'))];
    expect(new Set(await areasOf(hold(order, visit))).size).toBe(2);
    const [refused, free] = [stay(type.id, '10:30'), itemAt(massage.id, at('14:00'))];
    await expect(hold(orderId(), [free, refused])).rejects.toMatchObject({ reason: 'already_taken' });
    await expect(hold(orderId(), [itemAt(massage.id, at('14:00'))])).resolves.toBeDefined();
  });
});

test('many clients at once never exceed what an area holds or how many baskets it takes, and as many as fit get in', async () => {
  const areaIds = await dig(world, 4, 4, 5);
  const type = await offerAreas(world, areaIds, { maxBaskets: 2 });
  const outcomes = await Promise.allSettled(
    Array.from({ length: 16 }, () => hold(orderId(), [stay(type.id, '15:00', { guests: 2 })])),
  );
  const refusals = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.reason] : []));
  expect(outcomes.length - refusals.length).toBe(6);
  expect(new Set(refusals)).toEqual(new Set(['already_taken']));
  const peaks = await db.fork().execute<{ guests: string; baskets: string }[]>(
    `select sum(c.guests) as guests, count(distinct c.order_id) as baskets from area_claims came
     join area_claims c on c.area_id = came.area_id and c.active and c.during @> lower(came.during)
     where came.active and came.area_id in (select jsonb_array_elements_text(?::jsonb)) group by came.id`,
    [JSON.stringify(areaIds)],
  );
  expect(Math.max(...peaks.map(({ guests }) => Number(guests)))).toBe(4);
  expect(Math.max(...peaks.map(({ baskets }) => Number(baskets)))).toBe(2);
});

test('clients who come and go at different times of a day never exceed an area at any instant', async () => {
  const areaIds = await dig(world, 5);
  const type = await offerAreas(world, areaIds, { maxBaskets: 3 });
  const times = ['09:00', '09:30', '10:00', '10:30', '11:00', '11:30', '12:00'];
  const live = async (client: number): Promise<number> => {
    let granted = 0;
    for (let round = 0; round < 4; round++) {
      const [order, time] = [orderId(), times[(client * 3 + round * 2) % times.length] ?? ''];
      const item = stay(type.id, time, {
        guests: 1 + ((client + round) % 2),
        durationMinutes: 60 * (1 + (client % 3)),
      });
      const held = await hold(order, [item]).catch((error: { reason: string }) => error.reason);
      if (typeof held === 'string') expect(held).toBe('already_taken');
      else granted++;
      if (typeof held !== 'string' && round % 2 === 0)
        await world.bookings.release({ orderId: order, itemIds: [] }, world.staff);
    }
    return granted;
  };
  const granted = await Promise.all(Array.from({ length: 12 }, (_, client) => live(client)));
  expect(granted.some((count) => count > 0)).toBe(true);
  const over = await db.fork().execute<unknown[]>(
    `select came.id from area_claims came
     join area_claims c on c.area_id = came.area_id and c.active and c.during @> lower(came.during)
     where came.active and came.area_id = ? group by came.id
     having sum(c.guests) > 5 or count(distinct c.order_id) > 3`,
    [areaIds[0]],
  );
  expect(over).toEqual([]);
});

import {
  type AddBasketItem,
  type Itinerary,
  ItineraryServiceService,
} from '@lido/proto/lido/availability/v1/itinerary.ts';
import { addDays } from '@lido/runtime/time/zone.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestCaller } from '../../../test/support/callers.ts';
import { inLondon } from '../../../test/support/london.ts';
import { build, hire, offer } from '../../../test/support/offerings.ts';
import { dig, offerAreas } from '../../../test/support/areas.ts';
import { dayAhead, offerClass, placesIn, schedule } from './classes.ts';
import { itemAt, orderId } from './offers.ts';
import { startWorld, type World } from './world.ts';

let world: World;
const date = dayAhead(10);

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const item = (offeringId: string, extra: Partial<AddBasketItem> = {}): AddBasketItem => ({
  ...{
    offeringType: 'appointment',
    offeringId,
    guests: [],
    itemConfiguration: null,
    guestIds: [],
    practitionerIds: [],
  },
  ...extra,
});
const rpc = () => world.peer(ItineraryServiceService);
const base = (items: AddBasketItem[]) => ({ siteId: world.siteId, date, items });
const find = (items: AddBasketItem[], extra: object = {}) =>
  rpc().findItineraries({ ...base(items), order: 'VISIT_ORDER_UNSPECIFIED' as const, ...extra }, world.anybody);
const timesOf = ({ items }: Itinerary) => items.map(({ startTime }) => startTime.slice(11, 16)).join(' ');

/** A massage by two and a facial by the first of them, an hour each. */
async function spa(): Promise<{ massage: string; facial: string; anna: string; ben: string }> {
  const [anna = '', ben = ''] = await hire(world, 2);
  const massage = await offer(world, { practitionerIds: [anna, ben], roomIds: [] });
  const facial = await offer(world, { practitionerIds: [anna], roomIds: [] });
  return { massage: massage.id, facial: facial.id, anna, ben };
}

describe('itineraries', () => {
  test('answer the best visits first, with the resources of each item and the price of all', async () => {
    const { massage, facial, anna, ben } = await spa();
    const { data, meta } = await find([item(massage, { guestIds: ['kim'] }), item(facial, { guestIds: ['lou'] })], {
      limit: 3,
    });
    expect(data.map(timesOf)).toEqual(['09:00 09:00', '09:30 09:30', '10:00 10:00']);
    expect(data[0]).toMatchObject({
      idleMinutes: 0,
      price: 16_000,
      items: [
        {
          itemIndex: 0,
          practitioners: [{ id: ben }],
          rooms: [],
          equipment: [],
          areas: [],
          sessionId: null,
          price: 8_000,
        },
        { itemIndex: 1, practitioners: [{ id: anna }] },
      ],
    });
    expect(meta?.truncated).toBe(false);
    expect(meta?.dataVersion).toBeGreaterThan(0);
  });

  test('keep the order of the list unless any will do, and the gaps that are asked', async () => {
    const { massage, facial } = await spa();
    const items = [item(massage), item(facial)];
    const gap = { minGap: 30, maxGap: 30, limit: 4 };
    expect((await find(items, gap)).data.map(timesOf)).toEqual([
      '09:00 10:30',
      '09:30 11:00',
      '10:00 11:30',
      '10:30 12:00',
    ]);
    const anyhow = await find(items, { ...gap, order: 'VISIT_ORDER_ANY' });
    expect(anyhow.data.map(timesOf).slice(0, 2)).toEqual(['09:00 10:30', '10:30 09:00']);
    expect(anyhow.data.map(({ idleMinutes }) => idleMinutes)).toEqual([30, 30, 30, 30]);
  });

  test('honour what an item asks: duration, quantity, practitioner, room and start', async () => {
    const [anna = '', ben = ''] = await hire(world, 2);
    const [blue = '', green = ''] = await build(world, 2);
    const type = await offer(
      world,
      { practitionerIds: [anna, ben], roomIds: [blue, green] },
      { durations: [60, 90], maxGuests: 2, allocateMultiCapacityRooms: true },
    );
    const wanted = item(type.id, {
      duration: 90,
      practitionerIds: [ben],
      itemConfiguration: { room_id: green },
      time: '11:00',
    });
    const [only, ...others] = (await find([wanted])).data;
    expect(others).toEqual([]);
    expect(only?.items[0]).toMatchObject({ practitioners: [{ id: ben }], rooms: [{ id: green }] });
    expect([only?.startTime.slice(11, 16), only?.endTime.slice(11, 16)]).toEqual(['11:00', '12:30']);
    const [couple] = (await find([item(type.id, { quantity: 2 })])).data;
    expect(couple?.items[0]).toMatchObject({ practitioners: [{ id: anna }, { id: ben }], price: 16_000 });
    expect(couple?.items[0]?.rooms).toHaveLength(2);
  });

  test('place sessions between appointments, as long as they have places for all their guests', async () => {
    const { massage } = await spa();
    const type = await offerClass(world);
    const session = await schedule(world, type.id, { startTime: inLondon(date, '11:00'), duration: 60, capacity: 2 });
    const yoga = item(type.id, { offeringType: 'session' });
    const { data } = await find([item(massage), yoga], { maxGap: 0 });
    expect(data.map(timesOf)).toEqual(['10:00 11:00']);
    expect(data[0]?.items[1]).toMatchObject({ sessionId: session.id, price: 1_500 });
    expect(
      (
        await find([
          { ...yoga, guestIds: ['kim', 'lou'] },
          { ...yoga, guestIds: ['max'] },
        ])
      ).data,
    ).toEqual([]);
    expect((await find([{ ...yoga, sessionId: session.id }])).data).toHaveLength(1);
    await expect(find([yoga, { ...yoga, sessionId: 'another' }])).rejects.toHaveProperty([
      'fields',
      'items.1.session_id',
    ]);
  });

  test('put every stay into an area that takes all of them, for the shortest or the asked duration, at the price of the booking', async () => {
    const { massage } = await spa();
    const [small = '', large = ''] = await dig(world, 2, 3);
    const anywhere = await offerAreas(world, [small, large]);
    const onlySmall = await offerAreas(world, [small]);
    const stay = (typeId: string, guestIds: string[], extra: Partial<AddBasketItem> = {}) =>
      item(typeId, { offeringType: 'area_booking', guestIds, ...extra });
    const soak = stay(anywhere.id, ['kim', 'kay'], { time: '10:00' });
    const dip = stay(onlySmall.id, ['lou', 'lee'], { duration: 120 });
    const [first] = (await find([soak, dip, item(massage, { guestIds: ['kim'] })])).data;
    expect(first && timesOf(first)).toBe('10:00 10:00 11:00');
    expect(first).toMatchObject({
      price: 17_000,
      items: [
        { areas: [{ id: large, name: 'Tub for 3' }], practitioners: [], rooms: [], sessionId: null, price: 3_000 },
        { areas: [{ id: small, name: 'Tub for 2' }], endTime: expect.stringContaining('12:00'), price: 6_000 },
        { areas: [], price: 8_000 },
      ],
    });
    const crowd = stay(anywhere.id, ['max', 'mia', 'moe'], { time: '10:00' });
    expect((await find([crowd, soak, dip])).data.map(timesOf)[0]).toBe('10:00 10:00 08:00');
    const inLarge = { ...soak, itemConfiguration: { area_ids: [large] } };
    expect((await find([crowd, inLarge])).data).toEqual([]);
    expect((await find([inLarge])).data[0]?.items[0]?.areas).toEqual([{ id: large, name: 'Tub for 3' }]);
  });

  test('count what others hold, but not what the basket itself holds', async () => {
    const [anna = ''] = await hire(world, 1);
    const type = await offer(world, { practitionerIds: [anna], roomIds: [] });
    const klass = await offerClass(world);
    const session = await schedule(world, klass.id, { startTime: inLondon(date, '14:00'), duration: 60, capacity: 1 });
    const basketId = orderId();
    const hold = (held: ReturnType<typeof itemAt>) =>
      world.bookings.hold(
        {
          ...{ orderId: basketId, siteId: world.siteId, customerId: null, items: [held] },
          holdMinutes: 10,
          skipRules: false,
          isOnline: true,
        },
        world.staff,
      );
    await hold(itemAt(type.id, inLondon(date, '10:00'), { guestIds: ['kim'] }));
    await hold(placesIn(session, { guestIds: ['kim'] }));
    const at = [item(type.id, { time: '10:00', guestIds: ['kim'] })];
    const yoga = [item(klass.id, { offeringType: 'session', guestIds: ['kim'] })];
    expect((await find(at)).data).toEqual([]);
    expect((await find(yoga)).data).toEqual([]);
    expect((await find(at, { basketId })).data).toHaveLength(1);
    expect((await find(yoga, { basketId })).data).toHaveLength(1);
    const several = await rpc().getMultipleItemAvailability({ ...base([...at, ...yoga]), basketId }, world.anybody);
    expect(several.data.map(timesOf)).toEqual(['10:00 14:00']);
  });

  test('are none on a date that has passed or is beyond the year ahead', async () => {
    const { massage } = await spa();
    for (const other of [dayAhead(-1), dayAhead(400)])
      expect((await find([item(massage)], { date: other })).data).toEqual([]);
  });

  test('refuse, by the item, what the site does not have', async () => {
    const { massage } = await spa();
    const refused = async (items: AddBasketItem[], extra: object = {}) => {
      const outcome = await find(items, extra).then(
        () => undefined,
        (error: unknown) => error as { kind: string; fields: Record<string, string[]> },
      );
      expect(outcome?.kind).toBe('invalid');
      return outcome?.fields;
    };
    const good = item(massage);
    expect(await refused([good, good, item('nothing')])).toEqual({
      'items.2.offering_id': ['There is no appointment nothing here.'],
    });
    expect(await refused([{ ...good, offeringType: 'boat' }])).toHaveProperty(['items.0.offering_type']);
    const pool = await offerAreas(world, await dig(world, 4));
    const soak = { ...good, offeringType: 'area_booking', offeringId: pool.id };
    expect(await refused([{ ...soak, offeringId: massage }])).toEqual({
      'items.0.offering_id': [`There is no area_booking ${massage} here.`],
    });
    expect(await refused([{ ...soak, duration: 90, itemConfiguration: { area_ids: ['lake'] } }])).toEqual({
      'items.0.duration': ['The duration must be one of 60, 120, 180 minutes.'],
      'items.0.area_ids': ['There is no area lake here.'],
    });
    expect(await refused([{ ...soak, quantity: 11 }])).toHaveProperty(['items.0.quantity']);
    expect(await refused([good, { ...good, quantity: 9 }])).toHaveProperty(['items.1.quantity']);
    expect(await refused([{ ...good, duration: 55 }])).toHaveProperty(['items.0.duration']);
    expect(await refused([{ ...good, practitionerIds: ['stranger'], roomId: 'elsewhere' }])).toEqual({
      'items.0.practitioner_ids': ['There is no practitioner stranger here.'],
      'items.0.room_id': ['There is no room elsewhere here.'],
    });
    expect(await refused([{ ...good, date: addDays(date, 1) }])).toHaveProperty(['items.0.date']);
    expect(await refused([{ ...good, time: 'noon' }])).toHaveProperty(['items.0.time']);
    expect(await refused([good], { siteId: 'nowhere' })).toHaveProperty('site_id');
    expect(await refused([good], { minGap: 60, maxGap: 30 })).toHaveProperty('max_gap');
  });

  test('are for members where the offering is, and online only what is offered there', async () => {
    const [anna = ''] = await hire(world, 1);
    const hidden = await offer(world, { practitionerIds: [anna], roomIds: [] }, { offeredOnline: false });
    const findAs = (caller: TestCaller) =>
      rpc().findItineraries({ ...base([item(hidden.id)]), order: 'VISIT_ORDER_ANY' }, caller);
    for (const caller of [world.anybody, world.stranger])
      await expect(findAs(caller)).rejects.toMatchObject({ kind: 'invalid' });
    expect((await findAs(world.staff)).data.length).toBeGreaterThan(0);
    const members = await offer(world, { practitionerIds: [anna], roomIds: [] }, { membersOnly: true });
    expect((await find([item(members.id)])).data).toEqual([]);
    const early = await offer(world, { practitionerIds: [anna], roomIds: [] }, { minAdvanceBookingsInterval: 'P11D' });
    expect((await find([item(early.id)])).data).toEqual([]);
  });
});

describe('several appointments of one guest', () => {
  test('are back to back, in the order of the list', async () => {
    const { massage, facial } = await spa();
    const { data } = await rpc().getMultipleAppointmentAvailability(
      { ...base([item(facial), item(massage)]), date: inLondon(date, '00:00') },
      world.anybody,
    );
    expect(data[0] && timesOf(data[0])).toBe('09:00 10:00');
    expect(data).toHaveLength(13);
    expect(new Set(data.map(({ idleMinutes }) => idleMinutes))).toEqual(new Set([0]));
  });

  test('are for one guest, and appointments', async () => {
    const { massage } = await spa();
    const ask = (items: AddBasketItem[]) => rpc().getMultipleAppointmentAvailability(base(items), world.anybody);
    await expect(
      ask([item(massage, { guestIds: ['kim'] }), item(massage, { guestIds: ['lou'] })]),
    ).rejects.toMatchObject({
      fields: { items: ['All appointments must be for one guest.'] },
    });
    await expect(ask([item(massage, { guestIds: ['kim', 'lou'] })])).rejects.toHaveProperty([
      'fields',
      'items.0.quantity',
    ]);
    const type = await offerClass(world);
    await expect(ask([item(type.id, { offeringType: 'session' })])).rejects.toHaveProperty([
      'fields',
      'items.0.offering_type',
    ]);
  });
});

test('several items are answered in any order with their currency', async () => {
  const { massage, facial } = await spa();
  const { data, currency } = await rpc().getMultipleItemAvailability(
    base([item(massage), item(facial)]),
    world.anybody,
  );
  expect(currency).toBe('gbp');
  expect(data.slice(0, 2).map(timesOf)).toEqual(['09:00 10:00', '10:00 09:00']);
});

describe('a grid of five minutes', () => {
  const pair = async () => {
    const resources = { practitionerIds: await hire(world, 1), roomIds: [] };
    const types = [await offer(world, resources, everyFive), await offer(world, resources, everyFive)];
    return types.map(({ id }) => item(id));
  };
  const everyFive = { startTimeInterval: 5 };

  test('has every start back to back, to the end of the day', async () => {
    const { data, meta } = await rpc().getMultipleAppointmentAvailability(base(await pair()), world.anybody);
    expect(data).toHaveLength(73);
    expect(data.at(-1) && timesOf(data.at(-1) as Itinerary)).toBe('15:00 16:00');
    expect(meta).toMatchObject({ truncated: false, dataVersion: expect.any(Number) });
  });

  test('has the shortest visits of all the day first in any order, and says that there are others', async () => {
    const [one, two] = await pair();
    const all = await rpc().getMultipleItemAvailability(base([one, two].flatMap((some) => some ?? [])), world.anybody);
    expect(all.data.slice(0, 146).every(({ idleMinutes }) => idleMinutes === 0)).toBe(true);
    expect(all.data.slice(144, 146).map(timesOf)).toEqual(['15:00 16:00', '16:00 15:00']);
    expect(all.data).toHaveLength(300);
    expect(all.meta?.truncated).toBe(true);
    const single = await rpc().getMultipleItemAvailability(base(one ? [one] : []), world.anybody);
    expect(single.data).toHaveLength(85);
    expect(single.meta?.truncated).toBe(false);
  });
});

describe('the dates of an appointment type', () => {
  const ask = (appointmentTypeId: string, extra: object = {}) =>
    world.shop.getAppointmentDatesAvailability({ appointmentTypeId, practitionerId: [], ...extra }, world.anybody);

  test('are a month from today, or the range that is asked, a day touched counting as a whole', async () => {
    const { massage } = await spa();
    const month = await ask(massage);
    expect(month.data).toHaveLength(31);
    expect(month.data[1]).toMatchObject({ date: dayAhead(1), hasAvailability: true });
    const range = { dateTimeFrom: inLondon(date, '12:00'), dateTimeTo: inLondon(addDays(date, 1), '08:00') };
    expect((await ask(massage, range)).data.map((day) => day.date)).toEqual([date, addDays(date, 1)]);
    expect((await ask(massage, { dateFrom: date, dateTo: date })).data).toHaveLength(1);
  });

  test('are those of a duration and of a practitioner', async () => {
    const { massage, ben } = await spa();
    const [stranger = ''] = await hire(world, 1);
    const has = async (extra: object) =>
      (await ask(massage, { dateFrom: date, dateTo: date, ...extra })).data[0]?.hasAvailability;
    expect(await has({ practitionerId: [ben], duration: 60 })).toBe(true);
    expect(await has({ practitionerId: [stranger] })).toBe(false);
    await expect(ask(massage, { duration: 45 })).rejects.toMatchObject({ kind: 'invalid' });
    await expect(ask('nothing')).rejects.toMatchObject({ kind: 'not_found' });
  });
});

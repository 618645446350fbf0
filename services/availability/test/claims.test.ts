import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addDays, localDateOf } from '@lido/runtime/time/zone.ts';
import { build, hire, offer } from '../../../test/support/offerings.ts';
import { itemAt, orderId } from './offers.ts';
import { startWorld, type World } from './world.ts';

let world: World;
const date = addDays(localDateOf(Date.now(), 'Europe/London'), 10);
const startAt = async (time: string, typeId: string): Promise<string> => {
  const { data } = await world.shop.listAppointmentSlots(
    { appointmentTypeId: typeId, date, siteId: world.siteId, ...anybody },
    world.anybody,
  );
  return data.find(({ startTime }) => startTime.includes(`T${time}`))?.startTime ?? '';
};
const anybody = { practitionerId: [], excludeAppointments: [], excludeBookings: [], excludeBasketItems: [] };
const hold = (id: string, items: ReturnType<typeof itemAt>[], holdMinutes = 10) =>
  world.bookings.hold(
    { orderId: id, siteId: world.siteId, customerId: null, items, holdMinutes, skipRules: false, isOnline: true },
    world.staff,
  );

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

describe('a hold', () => {
  test('takes the resources from the search, and release gives them back', async () => {
    const type = await offer(world, { practitionerIds: await hire(world, 1), roomIds: await build(world, 1) });
    const at = await startAt('10:00', type.id);
    const free = async () =>
      (
        await world.shop.getAppointmentAvailability(
          { siteId: world.siteId, appointmentTypeId: type.id, dateFrom: date, dateTo: date, ...anybody },
          world.anybody,
        )
      ).data;
    expect((await free()).map(({ startTime }) => startTime)).toContain(at);
    const order = orderId();
    const held = await hold(order, [itemAt(type.id, at)]);
    expect(held.items[0]).toMatchObject({
      priceMinor: 8_000,
      bookingSummary: { startTime: at, duration: 60, status: 'reserved' },
    });
    expect((await free()).map(({ startTime }) => startTime)).not.toContain(at);
    await world.bookings.release({ orderId: order, itemIds: [] }, world.staff);
    expect((await free()).map(({ startTime }) => startTime)).toContain(at);
  });

  test('for the last place is granted once, and the refusal names what blocks and what is free instead', async () => {
    const type = await offer(world, { practitionerIds: await hire(world, 1), roomIds: [] });
    const at = await startAt('11:00', type.id);
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => hold(orderId(), [itemAt(type.id, at)])));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') continue;
      expect(outcome.reason).toMatchObject({
        kind: 'state_conflict',
        reason: 'already_taken',
        metadata: { blocked_by: ['no_practitioners_available'] },
      });
      expect(outcome.reason.metadata.alternatives).toHaveLength(3);
    }
  });

  test('by sixteen clients who want anybody at one hour gives sixteen different people', async () => {
    const practitionerIds = await hire(world, 16);
    const type = await offer(world, { practitionerIds, roomIds: [] });
    const at = await startAt('12:00', type.id);
    const held = await Promise.all(practitionerIds.map(() => hold(orderId(), [itemAt(type.id, at)])));
    const people = held.flatMap(({ items }) => items[0]?.bookingSummary?.practitionerIds ?? []);
    expect(new Set(people).size).toBe(16);
  });

  test('of several items is all or nothing', async () => {
    const type = await offer(world, { practitionerIds: await hire(world, 1), roomIds: [] });
    const [ten, eleven] = [await startAt('10:00', type.id), await startAt('11:00', type.id)];
    await hold(orderId(), [itemAt(type.id, eleven)]);
    await expect(hold(orderId(), [itemAt(type.id, ten), itemAt(type.id, eleven)])).rejects.toMatchObject({
      reason: 'already_taken',
    });
    await expect(hold(orderId(), [itemAt(type.id, ten)])).resolves.toBeDefined();
  });

  test('of an item that is held already moves it, and frees where it was', async () => {
    const type = await offer(world, { practitionerIds: await hire(world, 1), roomIds: [] });
    const [ten, noon] = [await startAt('10:00', type.id), await startAt('12:00', type.id)];
    const order = orderId();
    const item = itemAt(type.id, ten);
    await hold(order, [item]);
    await hold(order, [{ ...item, startTime: noon }]);
    await expect(hold(orderId(), [itemAt(type.id, ten)])).resolves.toBeDefined();
    await expect(hold(orderId(), [itemAt(type.id, noon)])).rejects.toMatchObject({ reason: 'already_taken' });
  });

  test('of several items finds the one way to hold them all, whatever their order', async () => {
    const [anna = '', ben = ''] = await hire(world, 2);
    const massage = await offer(world, { practitionerIds: [anna, ben], roomIds: [] });
    const facial = await offer(world, { practitionerIds: [anna], roomIds: [] });
    for (const time of ['10:00', '11:00', '12:00', '13:00']) {
      const at = await startAt(time, massage.id);
      const { items } = await hold(orderId(), [itemAt(massage.id, at), itemAt(facial.id, at)]);
      expect(items.map(({ bookingSummary }) => bookingSummary?.practitionerIds)).toEqual([[ben], [anna]]);
    }
  });

  test('of two held items that change places needs nobody else to make room', async () => {
    const type = await offer(world, { practitionerIds: await hire(world, 1), roomIds: [] });
    const [ten, eleven] = [await startAt('10:00', type.id), await startAt('11:00', type.id)];
    const order = orderId();
    const [first, second] = [itemAt(type.id, ten), itemAt(type.id, eleven)];
    await hold(order, [first, second]);
    const { items } = await hold(order, [
      { ...first, startTime: eleven },
      { ...second, startTime: ten },
    ]);
    expect(items.map(({ bookingSummary }) => bookingSummary?.startTime)).toEqual([eleven, ten]);
  });

  test('keeps a guest from being in two places at once', async () => {
    const type = await offer(world, { practitionerIds: await hire(world, 2), roomIds: [] });
    const at = await startAt('10:00', type.id);
    const guestIds = ['guest-of-two-places'];
    await hold(orderId(), [itemAt(type.id, at, { guestIds })]);
    await expect(hold(orderId(), [itemAt(type.id, at, { guestIds })])).rejects.toMatchObject({
      metadata: { blocked_by: ['guest_unavailable'] },
    });
  });
});

describe('confirming', () => {
  test('makes holds lasting, and doing it twice is harmless', async () => {
    const type = await offer(world, { practitionerIds: await hire(world, 1), roomIds: await build(world, 1) });
    const order = orderId();
    await hold(order, [itemAt(type.id, await startAt('14:00', type.id))]);
    const first = await world.bookings.confirm({ orderId: order, skipRules: false, itemIds: [] }, world.staff);
    expect(first.items[0]).toMatchObject({ reservedUntil: null, bookingSummary: { status: 'confirmed' } });
    const second = await world.bookings.confirm({ orderId: order, skipRules: false, itemIds: [] }, world.staff);
    expect(second.items[0]?.bookingSummary).toMatchObject({
      id: first.items[0]?.bookingSummary?.id,
      status: 'confirmed',
    });
  });

  test('is all or nothing: with an item that holds nothing, nothing is confirmed', async () => {
    const type = await offer(world, { practitionerIds: await hire(world, 1), roomIds: [] });
    const order = orderId();
    const item = itemAt(type.id, await startAt('14:00', type.id));
    await hold(order, [item]);
    const refused = world.bookings.confirm(
      { orderId: order, skipRules: false, itemIds: [item.itemId, 'lost'] },
      world.staff,
    );
    await expect(refused).rejects.toMatchObject({ reason: 'hold_lapsed' });
    const { items } = await world.bookings.extendHolds(
      { orderId: order, holdMinutes: 5, skipRules: false, itemIds: [] },
      world.staff,
    );
    expect(items[0]?.bookingSummary?.status).toBe('reserved');
  });

  test('an order without holds answers no items', async () => {
    expect(await world.bookings.confirm({ orderId: orderId(), skipRules: false, itemIds: [] }, world.staff)).toEqual({
      items: [],
    });
  });
});

describe('a search', () => {
  test('explains each start that can not be booked with its first reason', async () => {
    const type = await offer(world, { practitionerIds: await hire(world, 1), roomIds: [] });
    const { data } = await world.shop.listAppointmentSlots(
      { appointmentTypeId: type.id, date, siteId: world.siteId, ...anybody },
      world.anybody,
    );
    const reasonAt = (time: string) =>
      data.find(({ startTime }) => startTime.includes(`T${time}`))?.noAvailabilityReason;
    expect(data).toHaveLength(48);
    expect([reasonAt('06:00'), reasonAt('08:00'), reasonAt('10:00'), reasonAt('17:30')]).toEqual([
      'site_closed',
      'no_practitioners_available',
      null,
      'no_practitioners_available',
    ]);
  });

  test('sees a change of a rota at once', async () => {
    const [id = ''] = await hire(world, 1);
    const type = await offer(world, { practitionerIds: [id], roomIds: [] });
    const search = async () =>
      (
        await world.shop.getAppointmentAvailability(
          { siteId: world.siteId, appointmentTypeId: type.id, dateFrom: date, dateTo: date, ...anybody },
          world.anybody,
        )
      ).data.length;
    expect(await search()).toBe(15);
    const { data } = await world.rotas.listPractitionerRotas({ siteId: [], practitionerId: [id] }, world.staff);
    await world.rotas.deletePractitionerRota({ id: data[0]?.id ?? '' }, world.staff);
    expect(await search()).toBe(0);
  });
});

describe('tenancy', () => {
  test("another organisation's ids are as missing as unknown ones", async () => {
    const type = await offer(world, { practitionerIds: [], roomIds: await build(world, 1) });
    await expect(world.types.getAppointmentType({ id: type.id }, world.stranger)).rejects.toMatchObject({
      kind: 'not_found',
    });
    await expect(world.types.getAppointmentType({ id: 'nothing' }, world.staff)).rejects.toMatchObject({
      kind: 'not_found',
    });
  });
});

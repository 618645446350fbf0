import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AddBasketItem, ItineraryServiceService } from '@lido/proto/lido/availability/v1/itinerary.ts';
import { dig, offerAreas } from '../../../test/support/areas.ts';
import { item, openBasket } from './builders.ts';
import { hourOf } from './offerings.ts';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

test('what an itinerary answers can be put into a basket as it stands, item by item, areas and people included', async () => {
  const grounds = { ...world, peer: world.availabilityPeer };
  const [small = '', large = ''] = await dig(grounds, 3, 4);
  const anywhere = await offerAreas(grounds, [small, large]);
  const onlySmall = await offerAreas(grounds, [small]);
  const start = hourOf(3, 10);
  const wanted: AddBasketItem[] = [
    { ...item({}), offeringType: 'area_booking', offeringId: anywhere.id, quantity: 3, time: start },
    { ...item({}), offeringType: 'area_booking', offeringId: onlySmall.id, quantity: 3, guestIds: ['a', 'b', 'c'] },
    { ...item({}), offeringType: 'appointment', offeringId: world.offerings.massageId },
  ];
  const { data } = await world
    .availabilityPeer(ItineraryServiceService)
    .findItineraries({ siteId: world.siteId, date: start, items: wanted, order: 'VISIT_ORDER_FIXED' }, world.staff);
  const [visit] = data;
  // The first could be in the small one, where the second has to be.
  expect(visit?.items.map(({ areas }) => areas.map(({ id }) => id))).toEqual([[large], [small], []]);
  const { id: basketId } = await openBasket(world);
  for (const [index, { offeringType, offeringId, quantity }] of wanted.entries()) {
    const found = visit?.items[index];
    const itemConfiguration = {
      area_ids: found?.areas.map(({ id }) => id),
      practitioner_ids: found?.practitioners.map(({ id }) => id),
    };
    const body = item({ offeringType, offeringId, quantity, time: found?.startTime, itemConfiguration });
    await world.baskets.createBasketItem({ basketId, item: body }, world.staff);
  }
  const { items } = await world.baskets.getBasket({ basketId }, world.staff);
  expect(items.map(({ bookingSummary }) => bookingSummary?.areaIds)).toEqual([[large], [small], []]);
  expect(items.map(({ bookingSummary }) => bookingSummary?.startTime)).toEqual(
    visit?.items.map(({ startTime }) => startTime),
  );
  expect(items.reduce((sum, { price }) => sum + price, 0)).toBe(visit?.price);
});

test('an area that is asked for is the one that is held, or none is', async () => {
  const grounds = { ...world, peer: world.availabilityPeer };
  const [small = '', large = ''] = await dig(grounds, 2, 4);
  const soak = await offerAreas(grounds, [small, large]);
  const add = async (areaIds: string[]) => {
    const { id: basketId } = await openBasket(world);
    const asked = { offeringType: 'area_booking', offeringId: soak.id, quantity: 2, time: hourOf(4, 10) };
    const itemConfiguration = { area_ids: areaIds };
    return world.baskets.createBasketItem({ basketId, item: item({ ...asked, itemConfiguration }) }, world.staff);
  };
  await expect(add([large])).resolves.toMatchObject({ items: [{ bookingSummary: { areaIds: [large] } }] });
  await expect(add([large])).resolves.toBeDefined();
  await expect(add([large])).rejects.toMatchObject({ reason: 'already_taken' });
  await expect(add([])).resolves.toMatchObject({ items: [{ bookingSummary: { areaIds: [small] } }] });
  await expect(add(['lake'])).rejects.toMatchObject({
    kind: 'invalid',
    fields: { area_ids: ['This offering has no area lake.'] },
  });
});

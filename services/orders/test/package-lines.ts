import type { Package } from '@lido/proto/lido/availability/v1/package_message.ts';
import type { PackageItemChoice } from '@lido/proto/lido/availability/v1/shop_offering.ts';
import { PackageServiceService } from '@lido/proto/lido/availability/v1/package.ts';
import type { Basket } from '@lido/proto/lido/orders/v1/basket.ts';
import type { OrderItemInput, PackageItemInput } from '@lido/proto/lido/orders/v1/order_item.ts';
import type { Caller } from '@lido/runtime/grpc/client.ts';
import { choiceOf, optionOf, pack as packAt } from '../../availability/test/package-rows.ts';
import { item, openBasket } from './builders.ts';
import type { World } from './world.ts';

/** A package at the world's site for 100.00 a guest. */
export function pack(world: World, choices: PackageItemChoice[], extra: Partial<Package> = {}): Promise<Package> {
  const { staff, siteId } = world;
  return packAt({ packages: world.availabilityPeer(PackageServiceService), staff, siteId }, choices, extra);
}

/** A day with a massage, which has to be chosen, and may have another or the class. */
export function spaDay(world: World, extra: Partial<Package> = {}): Promise<Package> {
  const { massageId, otherMassageId, sessionTypeId } = world.offerings;
  const massages = [optionOf(massageId), optionOf(otherMassageId, { priceChange: 1_500 })];
  const classes = { name: 'Class', offeringType: 'PACKAGE_ITEM_TYPE_SESSION', optional: true } as const;
  return pack(
    world,
    [choiceOf(massages, { name: 'Massage', minOptions: 1 }), choiceOf([optionOf(sessionTypeId)], classes)],
    extra,
  );
}

/** The body that adds a package. */
export function packageOn({ id }: Package, time: string, fields: Partial<OrderItemInput> = {}): OrderItemInput {
  return item({ offeringType: 'package', offeringId: id, date: time.slice(0, 10), ...fields });
}

/** The body that chooses the option of a choice, both by their places in the package. */
export function choose(
  { itemChoices }: Package,
  [choice, option]: [number, number],
  fields: Partial<PackageItemInput>,
) {
  const chosen = itemChoices[choice];
  return {
    ...{ practitionerIds: [], guestIds: [], itemConfiguration: null },
    ...{ choiceId: chosen?.id, optionId: chosen?.options[option]?.id, ...fields },
  };
}

/** A basket with a package on the day of a time. */
export async function basketWith(
  world: World,
  made: Package,
  time: string,
  { fields = {}, caller = world.staff }: { fields?: Partial<OrderItemInput>; caller?: Caller } = {},
) {
  const { id: basketId } = await openBasket(world, caller);
  const basket = await world.baskets.createBasketItem({ basketId, item: packageOn(made, time, fields) }, caller);
  const itemId = basket.items[0]?.id ?? '';
  return { basketId, itemId, basket };
}

/** The one line of a basket. */
export function lineOf({ items }: Basket): Basket['items'][number] {
  const [line] = items;
  if (!line) throw new Error('The basket has no line.');
  return line;
}

import type { PackageItem, PackageOrderItem } from '@lido/proto/lido/orders/v1/order_item.ts';
import { formatInstant } from '@lido/runtime/time/zone.ts';
import type { OrderItemRow } from '../items/order-item.entity.ts';
import { type Aggregate, chosenIn, type Money, packageDate } from '../orders/aggregate.ts';
import { isOpen } from '../orders/order.ts';
import { guestsOf, instantIn } from '../orders/part-messages.ts';
import type { PricedLine } from '../orders/pricing.ts';
import type { OrderPackageRow } from './order-package.entity.ts';
import { optionBudgets } from './package-line.ts';

/** What is chosen in a package as clients see it. */
export function toPackageItem(
  item: OrderItemRow,
  priced: PricedLine | undefined,
  { guests }: Pick<Aggregate, 'guests'>,
  zone: string,
): PackageItem {
  return {
    id: item.id,
    choiceId: item.packageChoiceId ?? '',
    optionId: item.packageOptionId ?? '',
    sharedBasketItemId: null,
    offeringType: item.offeringType,
    offeringId: item.offeringId,
    offeringName: item.offeringName,
    time: formatInstant(item.startTime.getTime(), zone),
    duration: item.durationMinutes,
    reservedUntil: instantIn(zone, item.reservedUntil),
    priceChange: item.packagePriceChangeMinor * item.quantity,
    guests: guestsOf(item.guestIds, guests, zone),
    practitioners: item.bookingSummary.practitioners,
    itemConfiguration: item.itemConfiguration,
    bookingSummary: item.bookingSummary,
    status: item.status,
    quantity: item.quantity,
    typeProductCode: item.productCode ?? null,
    totalCost: priced?.totalMinor ?? 0,
    netTotal: priced?.netMinor ?? 0,
    checkinId: item.checkinId ?? null,
  };
}

/** A package as staff, webhooks and events see it. What was cancelled in it stays visible and is worth nothing. */
export function toPackageOrderItem(
  line: OrderPackageRow,
  aggregate: Aggregate,
  { money, zone, nowMs }: { money: Money; zone: string; nowMs: number },
): PackageOrderItem {
  const { status } = aggregate.order;
  const guests = guestsOf(line.guestIds, aggregate.guests, zone);
  const priced = money.priced.get(line.id);
  const chosen = chosenIn(aggregate, line);
  const items = aggregate.items.filter(({ packageLineId }) => packageLineId === line.id);
  const lastMs = Math.max(...chosen.map(({ startTime }) => startTime.getTime()), 0);
  return {
    id: line.id,
    status: line.status,
    itemType: 'package',
    typeId: line.offeringId,
    typeName: line.offeringName,
    typeProductCode: line.productCode ?? null,
    guest: guests[0] ?? null,
    guests,
    totalCost: priced?.totalMinor ?? 0,
    netTotal: priced?.netMinor ?? 0,
    price: line.priceMinor,
    basePrice: null,
    discountAmount: line.discountMinor,
    date: packageDate(aggregate, line),
    quantity: line.quantity,
    addedByCustomer: line.addedByCustomer,
    soldBy: null,
    packageItems: items.map((item) => toPackageItem(item, money.priced.get(item.id), aggregate, zone)),
    discounts: [],
    isModifiable:
      priced !== undefined &&
      (chosen.length === 0 || lastMs > nowMs) &&
      (isOpen(status) || status === 'ORDER_STATUS_SUBMITTED'),
    optionBudgets: optionBudgets(line, chosen),
    inclusiveTaxAmount: priced?.taxMinor ?? 0,
    taxPercent: line.taxPercent,
    revenueCentre: line.revenueCentre ?? null,
    itemConfiguration: line.itemConfiguration,
    createdAt: formatInstant(line.createdAt.getTime(), zone),
    updatedAt: formatInstant(line.updatedAt.getTime(), zone),
  };
}

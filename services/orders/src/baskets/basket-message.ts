import type { Basket } from '@lido/proto/lido/orders/v1/basket.ts';
import type { BasketItem, Validity, ValidityError } from '@lido/proto/lido/orders/v1/order_item.ts';
import { formatInstant } from '@lido/runtime/time/zone.ts';
import { isWaiting } from '../items/held-item.ts';
import type { OrderItemRow } from '../items/order-item.entity.ts';
import {
  type Aggregate,
  chosenIn,
  isPackage,
  linesOf,
  liveItems,
  type Money,
  moneyOf,
  packageDate,
} from '../orders/aggregate.ts';
import { guestsOf, instantIn, toGuest, toPayment } from '../orders/part-messages.ts';
import type { OrderPackageRow } from '../packages/order-package.entity.ts';
import { optionBudgets } from '../packages/package-line.ts';
import { toPackageItem } from '../packages/package-message.ts';

/** An order as its booker sees it. `errors` is what a check has found; without it no validity is shown. */
export function toBasket(aggregate: Aggregate, zone: string, errors?: readonly ValidityError[]): Basket {
  const { order, guests, payments } = aggregate;
  const items = liveItems(aggregate);
  const money = moneyOf(aggregate);
  const { totals } = money;
  return {
    id: order.id,
    orderRef: order.orderRef,
    status: order.status,
    organisationId: order.organisationId,
    siteId: order.siteId,
    customerId: order.customerId ?? null,
    firstName: order.firstName ?? null,
    lastName: order.lastName ?? null,
    email: order.email ?? null,
    phone: order.phone ?? null,
    items: linesOf(aggregate).map((line) => toBasketItem(line, { aggregate, money, zone, errors })),
    guests: guests.map((guest) => toGuest(guest, zone)),
    totalCost: totals.totalMinor,
    discountTotal: totals.discountMinor,
    totalTax: totals.taxMinor,
    netTotal: totals.netMinor,
    submitPaymentAmount: money.dueAtSubmitMinor,
    submitAuthAmount: 0,
    outstandingPaymentAmount: Math.max(0, money.payments.unpaidMinor),
    totalPaidOrAuthed: money.payments.paidMinor + money.payments.chargeableMinor,
    totals: {
      netTotal: totals.netMinor,
      grossTotal: totals.totalMinor,
      tax: totals.taxMinor,
      paymentRequired: money.dueAtSubmitMinor,
      authRequired: 0,
      discounts: totals.discountMinor,
      appliedVouchers: 0,
    },
    payments: payments.map((payment) => toPayment(payment, zone)),
    currency: order.currency,
    itemsReservedUntil: instantIn(zone, firstLapse(items)),
    specialRequests: order.specialRequests ?? null,
    createdAt: formatInstant(order.createdAt.getTime(), zone),
    updatedAt: formatInstant(order.updatedAt.getTime(), zone),
    submittedAt: instantIn(zone, order.submittedAt),
    validity: errors ? validityOf(errors) : null,
  };
}

interface ItemSetting {
  aggregate: Aggregate;
  money: Money;
  zone: string;
  errors: readonly ValidityError[] | undefined;
}

function toBasketItem(
  item: OrderItemRow | OrderPackageRow,
  { aggregate, money, zone, errors }: ItemSetting,
): BasketItem {
  const guests = guestsOf(item.guestIds, aggregate.guests, zone);
  const priced = money.priced.get(item.id);
  return {
    id: item.id,
    offeringId: item.offeringId,
    offeringName: item.offeringName,
    guest: guests[0] ?? null,
    guests,
    price: item.priceMinor,
    discountTotal: item.discountMinor,
    totalCost: priced?.totalMinor ?? 0,
    taxPercent: item.taxPercent,
    taxAmount: priced?.taxMinor ?? 0,
    netTotal: priced?.netMinor ?? 0,
    currency: aggregate.order.currency,
    ...(isPackage(item) ? packageParts(item, { aggregate, money, zone }) : bookingParts(item, zone)),
    quantity: item.quantity,
    status: item.status,
    validity: errors ? validityOf(errors.filter(({ itemId }) => itemId === item.id)) : null,
    itemConfiguration: item.itemConfiguration,
  };
}

type KindField =
  | 'offeringType'
  | 'date'
  | 'time'
  | 'duration'
  | 'reservedUntil'
  | 'willBeWaitlisted'
  | 'bookingSummary'
  | 'packageItems'
  | 'optionBudgets';

function bookingParts(item: OrderItemRow, zone: string): Pick<BasketItem, KindField> {
  return {
    offeringType: item.offeringType,
    date: item.date,
    time: formatInstant(item.startTime.getTime(), zone),
    duration: item.durationMinutes,
    reservedUntil: instantIn(zone, item.reservedUntil),
    willBeWaitlisted: isWaiting(item),
    bookingSummary: item.bookingSummary,
    packageItems: [],
    optionBudgets: [],
  };
}

function packageParts(line: OrderPackageRow, setting: Omit<ItemSetting, 'errors'>): Pick<BasketItem, KindField> {
  const { aggregate, money, zone } = setting;
  const chosen = chosenIn(aggregate, line);
  const [first] = chosen.map(({ startTime }) => startTime).toSorted((a, b) => a.getTime() - b.getTime());
  return {
    offeringType: 'package',
    date: packageDate(aggregate, line),
    time: instantIn(zone, first),
    duration: null,
    reservedUntil: instantIn(zone, firstLapse(chosen)),
    willBeWaitlisted: false,
    bookingSummary: null,
    packageItems: chosen.map((item) => toPackageItem(item, money.priced.get(item.id), aggregate, zone)),
    optionBudgets: optionBudgets(line, chosen),
  };
}

function validityOf(errors: readonly ValidityError[]): Validity {
  return { valid: errors.length === 0, errors: [...errors] };
}

function firstLapse(items: readonly OrderItemRow[]): Date | null {
  const lapses = items.flatMap(({ reservedUntil }) => (reservedUntil ? [reservedUntil] : []));
  return lapses.toSorted((a, b) => a.getTime() - b.getTime())[0] ?? null;
}

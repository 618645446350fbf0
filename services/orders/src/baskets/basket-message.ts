import type { Basket } from '@lido/proto/lido/orders/v1/basket.ts';
import type { BasketItem, Validity, ValidityError } from '@lido/proto/lido/orders/v1/order_item.ts';
import { formatInstant } from '@lido/runtime/time/zone.ts';
import { isWaiting } from '../items/held-item.ts';
import type { OrderItemRow } from '../items/order-item.entity.ts';
import { type Aggregate, liveItems, moneyOf } from '../orders/aggregate.ts';
import { guestsOf, instantIn, toGuest, toPayment } from '../orders/part-messages.ts';
import type { PricedLine } from '../orders/pricing.ts';

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
    items: items.map((item, index) => toBasketItem(item, totals.lines[index], { aggregate, zone, errors })),
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
  zone: string;
  errors: readonly ValidityError[] | undefined;
}

function toBasketItem(
  item: OrderItemRow,
  priced: PricedLine | undefined,
  { aggregate, zone, errors }: ItemSetting,
): BasketItem {
  const guests = guestsOf(item.guestIds, aggregate.guests, zone);
  return {
    id: item.id,
    offeringType: item.offeringType,
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
    date: item.date,
    time: formatInstant(item.startTime.getTime(), zone),
    duration: item.durationMinutes,
    quantity: item.quantity,
    reservedUntil: instantIn(zone, item.reservedUntil),
    status: item.status,
    willBeWaitlisted: isWaiting(item),
    validity: errors ? validityOf(errors.filter(({ itemId }) => itemId === item.id)) : null,
    itemConfiguration: item.itemConfiguration,
    bookingSummary: item.bookingSummary,
  };
}

function validityOf(errors: readonly ValidityError[]): Validity {
  return { valid: errors.length === 0, errors: [...errors] };
}

function firstLapse(items: readonly OrderItemRow[]): Date | null {
  const lapses = items.flatMap(({ reservedUntil }) => (reservedUntil ? [reservedUntil] : []));
  return lapses.toSorted((a, b) => a.getTime() - b.getTime())[0] ?? null;
}

import type { Order } from '@lido/proto/lido/orders/v1/order.ts';
import type { BookingOrderItem, OrderItemStatus } from '@lido/proto/lido/orders/v1/order_item.ts';
import { formatInstant } from '@lido/runtime/time/zone.ts';
import type { OrderItemRow } from '../items/order-item.entity.ts';
import { toPackageOrderItem } from '../packages/package-message.ts';
import { type Aggregate, datesOf, type Money, moneyOf } from './aggregate.ts';
import { isOpen } from './order.ts';
import { guestsOf, instantIn, toGuest, toNote, toPayment } from './part-messages.ts';
import type { PricedLine } from './pricing.ts';

/** Where and when an order is looked at. */
export interface View {
  zone: string;
  nowMs: number;
}

/** An order as staff, webhooks and events see it. Cancelled items stay visible and are worth nothing. */
export function toOrder(aggregate: Aggregate, view: View): Order {
  const { order, guests, payments } = aggregate;
  const { zone } = view;
  const money = moneyOf(aggregate);
  const { totals } = money;
  const alone = aggregate.items.filter(({ packageLineId }) => !packageLineId);
  const dates = datesOf(aggregate);
  const [firstDate = null] = dates;
  const lastDate = dates.at(-1) ?? null;
  return {
    id: order.id,
    organisationId: order.organisationId,
    siteId: order.siteId,
    orderRef: order.orderRef,
    status: order.status,
    stage: order.stage,
    salesChannelId: order.salesChannelId ?? null,
    customerId: order.customerId ?? null,
    firstName: order.firstName ?? null,
    lastName: order.lastName ?? null,
    email: order.email ?? null,
    phone: order.phone ?? null,
    labelIds: order.labelIds,
    guests: guests.map((guest) => toGuest(guest, zone)),
    bookingItems: alone.map((item) => toBookingItem(item, money.priced.get(item.id), aggregate, view)),
    packageItems: aggregate.packages.map((line) => toPackageOrderItem(line, aggregate, { ...view, money })),
    bookingItemsStartDate: firstDate,
    bookingItemsEndDate: lastDate,
    bookingItemsSpanMultipleDays: firstDate !== lastDate,
    itemsStatus: itemsStatus([...aggregate.items, ...aggregate.packages]),
    currency: order.currency,
    totalCost: totals.totalMinor,
    totalTax: totals.taxMinor,
    netTotal: totals.netMinor,
    discountTotal: totals.discountMinor,
    ...moneyFields(money),
    payments: payments.map((payment) => toPayment(payment, zone)),
    specialRequests: order.specialRequests ?? null,
    isLocked: order.lockedAt != null,
    lockedAt: instantIn(zone, order.lockedAt),
    isCustomerRequired: true,
    externalRef: order.externalRef ?? null,
    integrationConfigId: order.integrationConfigId ?? null,
    createdAt: formatInstant(order.createdAt.getTime(), zone),
    updatedAt: formatInstant(order.updatedAt.getTime(), zone),
    submittedAt: instantIn(zone, order.submittedAt),
    submittedById: order.submittedById ?? null,
    cancelledAt: instantIn(zone, order.cancelledAt),
    settledAt: instantIn(zone, order.settledAt),
    orderNotes: aggregate.notes.map((note) => toNote(note, zone)),
  };
}

type MoneyField =
  | 'submitPaymentAmount'
  | 'submitAuthAmount'
  | 'outstandingPaymentAmount'
  | 'totalPaidOrAuthed'
  | 'totals'
  | 'paymentTotals'
  | 'taxes';

function moneyFields({ totals, payments, dueAtSubmitMinor }: Money): Pick<Order, MoneyField> {
  return {
    submitPaymentAmount: dueAtSubmitMinor,
    submitAuthAmount: 0,
    outstandingPaymentAmount: Math.max(0, payments.unpaidMinor),
    totalPaidOrAuthed: payments.paidMinor + payments.chargeableMinor,
    totals: { subtotal: totals.totalMinor, orderDiscount: 0, total: totals.totalMinor },
    paymentTotals: {
      paid: payments.paidMinor,
      pending: payments.pendingMinor,
      chargeable: payments.chargeableMinor,
      provided: payments.providedMinor,
      missing: payments.missingMinor,
      unpaid: payments.unpaidMinor,
    },
    taxes: totals.taxes.map(({ percentage, amountMinor }) => ({
      name: `${percentage} %`,
      percentage,
      amount: amountMinor,
      inclusive: true,
    })),
  };
}

function toBookingItem(
  item: OrderItemRow,
  priced: PricedLine | undefined,
  aggregate: Aggregate,
  view: View,
): BookingOrderItem {
  const { zone, nowMs } = view;
  const guests = guestsOf(item.guestIds, aggregate.guests, zone);
  const { status } = aggregate.order;
  return {
    id: item.id,
    status: item.status,
    itemType: item.offeringType,
    typeId: item.offeringId,
    typeName: item.offeringName,
    typeProductCode: item.productCode ?? null,
    bookingSummary: item.bookingSummary,
    guest: guests[0] ?? null,
    guests,
    bookingReservedUntil: instantIn(zone, item.reservedUntil),
    totalCost: priced?.totalMinor ?? 0,
    netTotal: priced?.netMinor ?? 0,
    price: item.priceMinor,
    discountAmount: item.discountMinor,
    date: item.date,
    startTime: formatInstant(item.startTime.getTime(), zone),
    duration: item.durationMinutes,
    quantity: item.quantity,
    addedByCustomer: item.addedByCustomer,
    isModifiable:
      priced !== undefined &&
      item.startTime.getTime() > nowMs &&
      (isOpen(status) || status === 'ORDER_STATUS_SUBMITTED'),
    inclusiveTaxAmount: priced?.taxMinor ?? 0,
    taxPercent: item.taxPercent,
    revenueCentre: item.revenueCentre ?? null,
    itemConfiguration: item.itemConfiguration,
    checkinId: item.checkinId ?? null,
    createdAt: formatInstant(item.createdAt.getTime(), zone),
    updatedAt: formatInstant(item.updatedAt.getTime(), zone),
  };
}

/** The state the items have in common, where they differ the one that asks for most attention. */
function itemsStatus(items: readonly Pick<OrderItemRow, 'status'>[]): OrderItemStatus {
  const present = new Set(items.map(({ status }) => status));
  return attention.find((status) => present.has(status)) ?? 'ORDER_ITEM_STATUS_UNSPECIFIED';
}

const attention: readonly OrderItemStatus[] = [
  'ORDER_ITEM_STATUS_WAITLISTED',
  'ORDER_ITEM_STATUS_RESERVED',
  'ORDER_ITEM_STATUS_CONFIRMED',
  'ORDER_ITEM_STATUS_CANCELLED',
];

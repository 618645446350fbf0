import type { OrderGuestRow } from '../guests/order-guest.entity.ts';
import { fullName } from '../guests/guest.ts';
import type { OrderItemRow } from '../items/order-item.entity.ts';
import type { OrderNoteRow } from '../notes/order-note.entity.ts';
import { paymentTotals, type PaymentTotals } from '../payments/ledger.ts';
import type { OrderPaymentRow } from '../payments/order-payment.entity.ts';
import type { SubmitFacts, SubmitPath } from '../submit/submit.ts';
import { isOpen } from './order.ts';
import type { OrderRow } from './order.entity.ts';
import { priceLines, type Totals } from './pricing.ts';

/** An order with all that belongs to it, each part in the order it is shown. Removed parts are not among them. */
export interface Aggregate {
  order: OrderRow;
  items: OrderItemRow[];
  guests: OrderGuestRow[];
  payments: OrderPaymentRow[];
  notes: OrderNoteRow[];
}

/** An order's money, worked out of its items and payments. */
export interface Money {
  totals: Totals;
  payments: PaymentTotals;
  /** What the booker's own submit needs: all of it, because no offering has a deposit of its own yet. 0 once submitted. */
  dueAtSubmitMinor: number;
}

/** The items that count: a cancelled one is worth nothing. */
export function liveItems({ items }: Pick<Aggregate, 'items'>): OrderItemRow[] {
  return items.filter(({ status }) => status !== 'ORDER_ITEM_STATUS_CANCELLED');
}

/** Adds up an order. */
export function moneyOf(aggregate: Aggregate): Money {
  const totals = priceLines(liveItems(aggregate));
  return {
    totals,
    payments: paymentTotals(totals.totalMinor, aggregate.payments),
    dueAtSubmitMinor: isOpen(aggregate.order.status) ? totals.totalMinor : 0,
  };
}

/** What the submit's rules look at. */
export function submitFacts(aggregate: Aggregate, path: SubmitPath): SubmitFacts {
  const { order, guests } = aggregate;
  const money = moneyOf(aggregate);
  return {
    path,
    itemCount: liveItems(aggregate).length,
    hasCustomer: order.customerId != null,
    hasContact: fullName(order) !== null || guests.some((guest) => guest.isLeadBooker && fullName(guest) !== null),
    dueMinor: money.dueAtSubmitMinor,
    providedMinor: money.payments.providedMinor,
    pendingMinor: money.payments.pendingMinor,
    currency: order.currency,
  };
}

/** The latest local date among the items that count: the day an order's revenue belongs to. */
export function revenueDateOf(aggregate: Aggregate): string | null {
  return (
    liveItems(aggregate)
      .map(({ date }) => date)
      .toSorted()
      .at(-1) ?? null
  );
}

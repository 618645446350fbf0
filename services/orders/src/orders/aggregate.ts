import type { OrderGuestRow } from '../guests/order-guest.entity.ts';
import { fullName } from '../guests/guest.ts';
import type { OrderItemRow } from '../items/order-item.entity.ts';
import type { OrderNoteRow } from '../notes/order-note.entity.ts';
import type { OrderPackageRow } from '../packages/order-package.entity.ts';
import { openChoices } from '../packages/package-line.ts';
import { paymentTotals, type PaymentTotals } from '../payments/ledger.ts';
import type { OrderPaymentRow } from '../payments/order-payment.entity.ts';
import type { SubmitFacts, SubmitPath } from '../submit/submit.ts';
import { isOpen } from './order.ts';
import type { OrderRow } from './order.entity.ts';
import { type PricedLine, priceLines, splitLine, type Totals } from './pricing.ts';

/** An order with all that belongs to it, each part in the order it is shown. Removed parts are not among them. */
export interface Aggregate {
  order: OrderRow;
  /** All that takes time, what is chosen in packages included. */
  items: OrderItemRow[];
  packages: OrderPackageRow[];
  guests: OrderGuestRow[];
  payments: OrderPaymentRow[];
  notes: OrderNoteRow[];
}

/** An order's money, worked out of its items and payments. */
export interface Money {
  totals: Totals;
  /** What each line costs, and each item that is chosen in a package of it: its part of the package. */
  priced: ReadonlyMap<string, PricedLine>;
  payments: PaymentTotals;
  /** What the booker's own submit needs: all of it, because no offering has a deposit of its own yet. 0 once submitted. */
  dueAtSubmitMinor: number;
}

/** The items that count: a cancelled one is worth nothing. */
export function liveItems({ items }: Pick<Aggregate, 'items'>): OrderItemRow[] {
  return items.filter(({ status }) => status !== 'ORDER_ITEM_STATUS_CANCELLED');
}

/** What is chosen in the line of a package and counts. */
export function chosenIn(aggregate: Pick<Aggregate, 'items'>, { id }: Pick<OrderPackageRow, 'id'>): OrderItemRow[] {
  return liveItems(aggregate).filter(({ packageLineId }) => packageLineId === id);
}

/** The packages that count. */
export function livePackages({ packages }: Pick<Aggregate, 'packages'>): OrderPackageRow[] {
  return packages.filter(({ status }) => status !== 'ORDER_ITEM_STATUS_CANCELLED');
}

/** What is sold: the items by themselves and the packages, in the order they were added. */
export function linesOf(aggregate: Pick<Aggregate, 'items' | 'packages'>): (OrderItemRow | OrderPackageRow)[] {
  const alone = liveItems(aggregate).filter(({ packageLineId }) => !packageLineId);
  return [...alone, ...livePackages(aggregate)].sort((a, b) => a.position - b.position);
}

/** Whether a line is a package. */
export function isPackage(line: OrderItemRow | OrderPackageRow): line is OrderPackageRow {
  return 'choices' in line;
}

/** The position of what is added next. */
export function nextPosition({ items, packages }: Pick<Aggregate, 'items' | 'packages'>): number {
  return Math.max(0, ...[...items, ...packages].map(({ position }) => position)) + 1;
}

/** The local day of a package's first start, else the one it was asked for. */
export function packageDate(aggregate: Pick<Aggregate, 'items'>, line: OrderPackageRow): string {
  const [first = line.date] = chosenIn(aggregate, line)
    .map(({ date }) => date)
    .toSorted();
  return first;
}

/** The local days of all that counts, the first one first. */
export function datesOf(aggregate: Pick<Aggregate, 'items' | 'packages'>): string[] {
  const ofItems = liveItems(aggregate).map(({ date }) => date);
  return [...ofItems, ...livePackages(aggregate).map((line) => packageDate(aggregate, line))].sort();
}

/** Adds up an order. */
export function moneyOf(aggregate: Aggregate): Money {
  const lines = linesOf(aggregate);
  const totals = priceLines(lines);
  const priced = new Map(lines.map(({ id }, index) => [id, totals.lines[index] as PricedLine]));
  for (const line of livePackages(aggregate)) {
    const items = chosenIn(aggregate, line);
    const own = items.map(({ priceMinor }) => priceMinor);
    const parts = splitLine(priced.get(line.id) as PricedLine, own);
    for (const [index, { id }] of items.entries()) priced.set(id, parts[index] as PricedLine);
  }
  return {
    totals,
    priced,
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
    itemCount: linesOf(aggregate).length,
    openPackages: livePackages(aggregate).flatMap((line) => {
      const choices = openChoices(line, chosenIn(aggregate, line));
      return choices.length === 0 ? [] : [{ itemId: line.id, name: line.offeringName, choices }];
    }),
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
  return datesOf(aggregate).at(-1) ?? null;
}

import type { ValidityError } from '@lido/proto/lido/orders/v1/order_item.ts';
import { invalid, type Refusal } from '@lido/runtime/errors/refusal.ts';
import { formatMoney } from '@lido/runtime/money/format-money.ts';

/** `basket` is the booker's own submit; `order` is staff's, who may take the money later. */
export type SubmitPath = 'basket' | 'order';

/** What the rules of a submit look at. */
export interface SubmitFacts {
  path: SubmitPath;
  itemCount: number;
  /** Packages in which guests still have to choose, with the names of the choices. */
  openPackages: { itemId: string; name: string; choices: string[] }[];
  hasCustomer: boolean;
  /** A lead booker with a name, or contact details of the basket's own. */
  hasContact: boolean;
  /** What has to be provided for the basket's own submit. */
  dueMinor: number;
  /** Paid, promised or chargeable. */
  providedMinor: number;
  /** What of that may still be taken back: nobody has paid it. */
  pendingMinor: number;
  /** Of both amounts. */
  currency: string;
}

/** The field of a request each reason speaks of. */
const fields: Record<string, string> = {
  basket_empty: 'items',
  customer_required: 'customer',
  payment_missing: 'payments',
  payment_exceeds: 'payments',
};

/** Why an order can not be submitted as it is; empty when it can. Holds are availability's to judge. */
export function submitErrors(facts: SubmitFacts): ValidityError[] {
  const errors: ValidityError[] = [];
  if (facts.itemCount === 0) {
    errors.push({ code: 'basket_empty', message: 'There is nothing in this basket.', itemId: null });
  }
  if (!facts.hasCustomer && !facts.hasContact) {
    errors.push({ code: 'customer_required', message: 'Say who books: a customer, or a name.', itemId: null });
  }
  for (const { itemId, name, choices } of facts.openPackages) {
    const message = `Please choose in the package ${name}: ${choices.join(', ')}.`;
    errors.push({ code: 'package_incomplete', message, itemId });
  }
  const missingMinor = facts.dueMinor - facts.providedMinor;
  if (facts.path === 'basket' && missingMinor > 0) {
    const message = `Payments of ${formatMoney(missingMinor, facts.currency)} are missing.`;
    errors.push({ code: 'payment_missing', message, itemId: null });
  }
  const excessMinor = Math.min(-missingMinor, facts.pendingMinor);
  if (facts.path === 'basket' && excessMinor > 0) {
    const excess = formatMoney(excessMinor, facts.currency);
    const message = `The payments are ${excess} more than there is to pay. Please change or remove one.`;
    errors.push({ code: 'payment_exceeds', message, itemId: null });
  }
  return errors;
}

/** The refusal that names all of the reasons at once. */
export function refuseSubmit(errors: readonly ValidityError[]): Refusal {
  const byField = Map.groupBy(errors, ({ code }) => fields[code] ?? 'items');
  return invalid(
    Object.fromEntries([...byField].map(([field, found]) => [field, found.map(({ message }) => message)])),
  );
}

/** Whether each hold still is what the item says; a crash between a move and its saving leaves them apart. */
export function holdsDiffer(
  items: readonly { id: string; startMs: number }[],
  held: readonly { itemId: string; startMs: number }[],
): boolean {
  const starts = new Map(held.map(({ itemId, startMs }) => [itemId, startMs]));
  return items.some(({ id, startMs }) => starts.get(id) !== startMs);
}

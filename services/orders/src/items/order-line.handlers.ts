import type { OrderItemInput } from '@lido/proto/lido/orders/v1/order_item.ts';
import type { Aggregate } from '../orders/aggregate.ts';
import { addPackage, changePackage, removePackage } from '../packages/package-line.handlers.ts';
import type { OrderPackageRow } from '../packages/order-package.entity.ts';
import type { OrderItemRow } from './order-item.entity.ts';
import { addItem, changeItem, type ItemChange, requireItem, takeOut } from './order-item.handlers.ts';

/** Adds a line of whatever kind. */
export function addLine(
  aggregate: Aggregate,
  asked: { itemId: string; input: OrderItemInput },
  change: ItemChange,
): Promise<void> {
  return asked.input.offeringType === 'package'
    ? addPackage(aggregate, asked, change)
    : addItem(aggregate, asked, change);
}

/** Changes a line to what a request says of it, or leaves it as it was. */
export async function changeLine(
  aggregate: Aggregate,
  asked: { itemId: string; input: OrderItemInput; mask: readonly string[] },
  change: ItemChange,
): Promise<void> {
  const line = findPackageLine(aggregate, asked.itemId);
  if (line) await changePackage(aggregate, { ...asked, line }, change);
  else await changeItem(aggregate, asked, change);
}

/** Takes a line out of an order with all the time it has. */
export async function removeLine(aggregate: Aggregate, itemId: string, change: ItemChange): Promise<void> {
  const line = findPackageLine(aggregate, itemId);
  if (line) await removePackage(aggregate, line, change);
  else await takeOut(aggregate, [requireItem(aggregate, itemId)], change);
}

/** The line with an id, or its 404. */
export function requireLine(aggregate: Aggregate, id: string): OrderItemRow | OrderPackageRow {
  return findPackageLine(aggregate, id) ?? requireItem(aggregate, id);
}

function findPackageLine({ packages }: Aggregate, id: string): OrderPackageRow | undefined {
  return packages.find((line) => line.id === id);
}

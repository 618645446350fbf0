import type { RequiredEntityData } from '@mikro-orm/core';
import type { PackageDetails } from '@lido/proto/lido/availability/internal/v1/booking.ts';
import type { OrderItemInput } from '@lido/proto/lido/orders/v1/order_item.ts';
import { invalid } from '@lido/runtime/errors/refusal.ts';
import { unknownOffering } from '../bookings/bookings.client.ts';
import { cancelItem, touchItem } from '../items/held-item.ts';
import { readPackage, type WantedPackage } from '../items/item.ts';
import { addGuests, holdAgain, type ItemChange, takeOut } from '../items/order-item.handlers.ts';
import type { OrderItemRow } from '../items/order-item.entity.ts';
import { type Aggregate, chosenIn, nextPosition, packageDate } from '../orders/aggregate.ts';
import { isOpen } from '../orders/order.ts';
import { newColumns } from '../orders/order.repository.ts';
import { OrderPackageEntity, type OrderPackageRow } from './order-package.entity.ts';
import { partiesAfter } from './package-line.ts';

/** Adds a package to an order, with nothing chosen in it yet. */
export async function addPackage(
  aggregate: Aggregate,
  asked: { itemId: string; input: OrderItemInput },
  change: ItemChange,
): Promise<void> {
  const { order } = aggregate;
  const { writer, zone, hold } = change;
  const guestIds = aggregate.guests.map(({ id }) => id);
  const { wanted, newGuests } = readPackage(asked.input, { zone, guestIds });
  addGuests(aggregate, wanted, newGuests, writer);
  const line = writer.em.create(OrderPackageEntity, {
    ...newColumns(asked.itemId, order.organisationId, writer),
    ...wanted,
    orderId: order.id,
    position: nextPosition(aggregate),
    status: isOpen(order.status) ? 'ORDER_ITEM_STATUS_RESERVED' : 'ORDER_ITEM_STATUS_CONFIRMED',
    offeringName: '',
    choices: [],
    priceMinor: 0,
    discountMinor: 0,
    taxPercent: 0,
    addedByCustomer: hold.isOnline,
  } as unknown as RequiredEntityData<OrderPackageRow>);
  applyDetails(line, (await findDetails(aggregate, line, change)) ?? refuseUnknown());
  aggregate.packages.push(line);
}

/** Changes who a package is for, or, as long as nothing is chosen, its day. What is chosen follows its guests, all or none. */
export async function changePackage(
  aggregate: Aggregate,
  asked: { line: OrderPackageRow; input: OrderItemInput; mask: readonly string[] },
  change: ItemChange,
): Promise<void> {
  const { line, input, mask } = asked;
  const { writer, zone } = change;
  const current: WantedPackage = { ...line, date: packageDate(aggregate, line) };
  const guestIds = aggregate.guests.map(({ id }) => id);
  const { wanted, newGuests } = readPackage(input, { zone, guestIds, current, mask });
  const isEmpty = chosenIn(aggregate, line).length === 0;
  if (!isEmpty && wanted.offeringId !== line.offeringId)
    throw invalid({ offering_id: ['Please clear what is chosen before the package is changed.'] });
  if (!isEmpty && wanted.date !== current.date)
    throw invalid({ date: ['The day follows from what is chosen. Please change that, or clear it first.'] });
  addGuests(aggregate, wanted, newGuests, writer);
  const isOther = wanted.offeringId !== line.offeringId;
  Object.assign(line, {
    offeringId: wanted.offeringId,
    date: wanted.date,
    itemConfiguration: wanted.itemConfiguration,
  });
  if (isOther) applyDetails(line, (await findDetails(aggregate, line, change)) ?? refuseUnknown());
  const following = await followGuests(aggregate, line, wanted, change);
  await holdAgain(aggregate, following.staying, change);
  await endFollowing(aggregate, following, change);
}

/** What a change of a line's guests leads to for what is chosen in it. */
export interface Following {
  line: OrderPackageRow;
  /** To be held anew; all that is chosen where any of it has other guests. */
  staying: OrderItemRow[];
  /** What nobody has any more. */
  gone: OrderItemRow[];
}

/** Makes a line be for other guests, unless the package is not for so many, and with it what is chosen. */
export async function followGuests(
  aggregate: Aggregate,
  line: OrderPackageRow,
  { quantity, guestIds }: Pick<OrderPackageRow, 'quantity' | 'guestIds'>,
  change: ItemChange,
): Promise<Following> {
  const chosen = chosenIn(aggregate, line);
  const parties = partiesAfter({ quantity, guestIds }, line, chosen);
  Object.assign(line, { quantity, guestIds });
  applyDetails(line, await findDetails(aggregate, line, change));
  const staying = chosen.filter(({ id }) => parties.get(id));
  const hasChanged = staying.some((item) => {
    const party = parties.get(item.id);
    return party?.quantity !== item.quantity || party.guestIds.join() !== item.guestIds.join();
  });
  for (const item of staying) Object.assign(item, parties.get(item.id));
  return { line, staying: hasChanged ? staying : [], gone: chosen.filter(({ id }) => !parties.get(id)) };
}

/** Gives back what nobody has any more and prices the line anew, once all else is held. */
export async function endFollowing(aggregate: Aggregate, { line, gone }: Following, change: ItemChange): Promise<void> {
  await takeOut(aggregate, gone, change);
  await priceAgain(aggregate, line, change);
}

/** Takes a package out of an order with all that is chosen in it. */
export async function removePackage(aggregate: Aggregate, line: OrderPackageRow, change: ItemChange): Promise<void> {
  const { writer } = change;
  await takeOut(aggregate, chosenIn(aggregate, line), change);
  if (!isOpen(aggregate.order.status)) return cancelItem(line, writer);
  line.deletedAt = new Date(writer.nowMs);
  touchItem(line, writer);
  aggregate.packages = aggregate.packages.filter(({ id }) => id !== line.id);
}

/** Describes and prices a line as it stands now. One whose package is gone stays as it was sold. */
export async function priceAgain(aggregate: Aggregate, line: OrderPackageRow, change: ItemChange): Promise<void> {
  const asSold = { ...change, hold: { ...change.hold, skipRules: true, isOnline: false } };
  applyDetails(line, await findDetails(aggregate, line, asSold));
  touchItem(line, change.writer);
}

function findDetails(
  aggregate: Aggregate,
  line: OrderPackageRow,
  { bookings, hold }: ItemChange,
): Promise<PackageDetails | undefined> {
  const chosen = chosenIn(aggregate, line).map((item) => ({
    choiceId: item.packageChoiceId ?? '',
    optionId: item.packageOptionId ?? '',
    startTime: item.startTime.toISOString(),
    guests: item.quantity,
    ownPriceMinor: item.priceMinor,
  }));
  const asked = { packageId: line.offeringId, date: packageDate(aggregate, line), guests: line.quantity, chosen };
  return bookings.findPackage(aggregate.order, asked, hold);
}

function applyDetails(line: OrderPackageRow, details: PackageDetails | undefined): void {
  if (!details?.offering) return;
  const { offering, choices, priceMinor } = details;
  line.offeringName = offering.name;
  line.productCode = offering.productCode || null;
  line.revenueCentre = offering.revenueCentre ?? null;
  line.choices = choices;
  line.priceMinor = priceMinor ?? line.priceMinor;
  line.discountMinor = Math.min(line.discountMinor, line.priceMinor);
}

function refuseUnknown(): never {
  throw unknownOffering();
}

import type { HeldItem } from '@lido/proto/lido/availability/internal/v1/booking.ts';
import type { OrderItemStatus } from '@lido/proto/lido/orders/v1/order_item.ts';
import { localDateOf, parseInstant } from '@lido/runtime/time/zone.ts';
import type { WantedItem } from './item.ts';
import { isPackage } from '../orders/aggregate.ts';
import type { OrderPackageRow } from '../packages/order-package.entity.ts';
import type { OrderItemRow } from './order-item.entity.ts';

/**
 * Copies what availability holds for an item: when, with whom, and until when. An answer from before what the item shows already is
 * passed over.
 */
export function applyBooking(item: OrderItemRow, held: HeldItem, zone: string): void {
  const { bookingSummary } = held;
  if (held.revision < item.bookingRevision) return;
  if (bookingSummary === null) throw new Error(`Availability answered the item ${held.itemId} without a booking.`);
  const startMs = parseInstant(bookingSummary.startTime);
  if (startMs === undefined) throw new Error(`Availability answered the item ${held.itemId} without a start.`);
  item.bookingSummary = bookingSummary;
  item.bookingRevision = held.revision;
  item.startTime = new Date(startMs);
  item.date = localDateOf(startMs, zone);
  item.durationMinutes = bookingSummary.duration;
  const lapse = parseInstant(held.reservedUntil ?? '');
  item.reservedUntil = lapse === undefined ? null : new Date(lapse);
}

/** Copies a whole hold: the booking, and the offering's name and price as they are now. */
export function applyHold(item: OrderItemRow, held: HeldItem, zone: string): void {
  applyBooking(item, held, zone);
  item.priceMinor = held.priceMinor;
  item.discountMinor = Math.min(item.discountMinor, held.priceMinor);
  if (held.offering === null) return;
  item.offeringName = held.offering.name;
  item.productCode = held.offering.productCode || null;
  item.revenueCentre = held.offering.revenueCentre ?? null;
}

/** Whether an item waits for a place in a session, in a basket or on the waiting list. */
export function isWaiting({ bookingSummary }: Pick<OrderItemRow, 'bookingSummary'>): boolean {
  return bookingSummary.status === 'waitlisted';
}

/** Whether an item has been submitted: what availability has for it lasts. */
export function isBooked({ status }: Pick<OrderItemRow, 'status'>): boolean {
  return status === 'ORDER_ITEM_STATUS_CONFIRMED' || status === 'ORDER_ITEM_STATUS_WAITLISTED';
}

/** The status of an item that has been submitted, by what availability has for it. */
export function bookedStatus(item: Pick<OrderItemRow, 'bookingSummary'>): OrderItemStatus {
  return isWaiting(item) ? 'ORDER_ITEM_STATUS_WAITLISTED' : 'ORDER_ITEM_STATUS_CONFIRMED';
}

/**
 * Copies what a submit has confirmed. The price stays as it was, but for one who waited and has a place now. A promotion that was told
 * while the submit was under way stands: the submit's answer is older.
 */
export function applyConfirmed(item: OrderItemRow, held: HeldItem, zone: string): void {
  const wasPromoted = item.bookingSummary.status === 'confirmed' && held.bookingSummary?.status === 'waitlisted';
  if (wasPromoted) return;
  if (isWaiting(item)) applyHold(item, held, zone);
  else applyBooking(item, held, zone);
}

/** Who changes something, and when. */
interface Author {
  readonly nowMs: number;
  readonly actor: string;
}

/** Takes an item or a line out of what the order is worth; its time still has to be given back. */
export function cancelItem(item: OrderItemRow | OrderPackageRow, author: Author): void {
  item.status = 'ORDER_ITEM_STATUS_CANCELLED';
  if (!isPackage(item)) item.reservedUntil = null;
  touchItem(item, author);
}

/** Notes who has changed an item or a line, and when. */
export function touchItem(item: { updatedAt: Date; updatedBy: string }, { nowMs, actor }: Author): void {
  item.updatedAt = new Date(nowMs);
  item.updatedBy = actor;
}

/** Copies what an item asks for. */
export function applyWanted(item: OrderItemRow, wanted: WantedItem): void {
  item.offeringType = wanted.offeringType;
  item.offeringId = wanted.offeringId;
  item.quantity = wanted.quantity;
  item.guestIds = wanted.guestIds;
  item.practitionerIds = wanted.practitionerIds;
  item.roomId = wanted.roomId;
  item.sessionId = wanted.sessionId;
  item.itemConfiguration = wanted.itemConfiguration;
  item.packageLineId = wanted.inPackage?.lineId ?? null;
  item.packageChoiceId = wanted.inPackage?.choiceId ?? null;
  item.packageOptionId = wanted.inPackage?.optionId ?? null;
}

/** What an item asks for as it stands; changes start from it. */
export function wantedOf(item: OrderItemRow): WantedItem {
  return {
    offeringType: item.offeringType,
    offeringId: item.offeringId,
    startMs: item.startTime.getTime(),
    durationMinutes: item.durationMinutes,
    quantity: item.quantity,
    guestIds: item.guestIds,
    practitionerIds: item.practitionerIds,
    roomId: item.roomId ?? null,
    sessionId: item.sessionId ?? null,
    itemConfiguration: item.itemConfiguration,
    inPackage: inPackageOf(item),
  };
}

function inPackageOf({ packageLineId, packageChoiceId, packageOptionId }: OrderItemRow): WantedItem['inPackage'] {
  if (!packageLineId) return null;
  return { lineId: packageLineId, choiceId: packageChoiceId ?? '', optionId: packageOptionId ?? '' };
}

import type { HeldItem } from '@lido/proto/lido/availability/internal/v1/booking.ts';
import { localDateOf, parseInstant } from '@lido/runtime/time/zone.ts';
import type { WantedItem } from './item.ts';
import type { OrderItemRow } from './order-item.entity.ts';

/** Copies what availability holds for an item: when, with whom, and until when. */
export function applyBooking(item: OrderItemRow, held: HeldItem, zone: string): void {
  const { bookingSummary } = held;
  if (bookingSummary === null) throw new Error(`Availability answered the item ${held.itemId} without a booking.`);
  const startMs = parseInstant(bookingSummary.startTime);
  if (startMs === undefined) throw new Error(`Availability answered the item ${held.itemId} without a start.`);
  item.bookingSummary = bookingSummary;
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
  };
}

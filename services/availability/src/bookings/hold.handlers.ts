import type { HoldItem, HoldRequest, HoldResponse } from '@lido/proto/lido/availability/internal/v1/booking.ts';
import { invalid } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { randomInt } from 'node:crypto';
import { findOffering, toOfferingDetails } from '../offerings/offering.ts';
import { toHeldItem } from './held-item.ts';
import { holdAppointments } from './hold-appointments.repository.ts';
import { holdSession } from './hold-session.repository.ts';
import type { Booking } from './booking.repository.ts';
import type { HoldOrder, OfferedItem } from './hold-order.ts';
import type { BookingParts } from './parts.ts';

const holdMinutesDefault = 15;

/** Holds every item or none; an item that is held already moves. */
export function hold(parts: BookingParts) {
  return async (request: HoldRequest, call: Call): Promise<HoldResponse> => {
    const versioned = await parts.compiledSites.get(call.em, request.siteId, call);
    if (!versioned) throw invalid({ site_id: [`There is no site ${request.siteId}.`] });
    const minutes = request.holdMinutes || versioned.site.holdMinutes || holdMinutesDefault;
    const nowMs = call.clock.nowMs();
    const order: HoldOrder = {
      versioned,
      site: versioned.site,
      nowMs,
      orderId: request.orderId,
      customerId: request.customerId ?? null,
      expiresAtMs: nowMs + minutes * 60_000,
      skipRules: request.skipRules,
      isOnline: request.isOnline,
    };
    return { items: await holdItems(parts, order, request.items, call) };
  };
}

/** Holds items in the order of their kinds; sessions one by one, appointments all at once. */
export async function holdItems(
  parts: BookingParts,
  order: HoldOrder,
  items: HoldItem[],
  call: Call,
): Promise<HoldResponse['items']> {
  const offered = items.map((item) => offeredItem(order, item));
  const appointments = offered.filter(({ offering }) => offering.type === 'appointment');
  const sessions = offered.filter(({ offering }) => offering.type === 'session');
  if (sessions.length > 0 && offered.length > 1) {
    throw invalid({ items: ['A session is held by a request of its own.'] });
  }
  const bookings: Booking[] =
    appointments.length > 0
      ? await holdAppointments(parts, order, appointments, { call, rotateBy: randomInt(1_000) })
      : await Promise.all(sessions.map((session) => holdSession(parts, order, session, call)));
  return bookings.map((booking) => {
    const { offering } = offered.find(({ item }) => item.itemId === booking.itemId) ?? {};
    if (!offering) throw new Error(`The booking ${booking.id} was not asked for.`);
    return toHeldItem(booking, toOfferingDetails(offering, order.site.currency), order.site.timezone);
  });
}

function offeredItem(order: HoldOrder, item: HoldItem): OfferedItem {
  const offering = findOffering(order.versioned.offerings, item.offeringType, item.offeringId);
  const isSold = offering && (!order.isOnline || offering.row.offeredOnline);
  if (!isSold)
    throw invalid({
      offering_id: [`This site does not offer the ${item.offeringType || 'offering'} ${item.offeringId}.`],
    });
  const { minGuests, maxGuests } = offering.row;
  if (!order.skipRules && (item.guests < minGuests || item.guests > maxGuests)) {
    throw invalid({
      guest_ids: [`This is for ${minGuests === maxGuests ? minGuests : `${minGuests} to ${maxGuests}`} guests.`],
    });
  }
  return { item, offering };
}

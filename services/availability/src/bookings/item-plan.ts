import type { BoundedArea, ClaimOwner, TakenArea, TakenClaim, WantedClaim, WantedSeats } from '../claims/claim.ts';
import type { BookedRequest, BookedResources, Booking, BookingStatus } from './booking.ts';
import type { HoldOrder } from './hold-order.ts';

/** One way to hold one item of whatever kind: its booking, the claims, and the places it shares with others. */
export interface ItemPlan {
  item: BookedRequest;
  sessionId: string | null;
  startMs: number;
  endMs: number;
  /** For all guests of the item. */
  priceMinor: number;
  resources: BookedResources;
  wanted: WantedClaim[];
  seats: WantedSeats[];
  areas: BoundedArea[];
  /** Whether it takes nothing yet, and waits for a place. */
  isWaiting?: boolean;
}

/** Whose claims are whose, and who gives up what for them. */
export interface OwnedPlan {
  plan: ItemPlan;
  owner: ClaimOwner;
  orderId: string;
}

/** One way to hold everything that is asked for at once. */
export interface Holding {
  plans: OwnedPlan[];
  bookings: Booking[];
  taken: TakenClaim[];
  takenAreas: TakenArea[];
}

/** What an order's plans become: bookings, claims in their names, and what those who keep the site in memory need to know of them. */
export function holdingOf(order: HoldOrder, plans: ItemPlan[]): Holding {
  const bookings = plans.map((plan) => bookingOf(plan, order));
  const owned = plans.map((plan, index): OwnedPlan => {
    const { organisationId, siteId, id: bookingId, itemId, expiresAtMs } = bookings[index] as Booking;
    return { plan, owner: { organisationId, siteId, bookingId, itemId, expiresAtMs }, orderId: order.orderId };
  });
  return {
    plans: owned,
    bookings,
    taken: owned.flatMap(takenClaims),
    takenAreas: owned.flatMap(takenAreas),
  };
}

/** A booking is its item's for good, so it has the item's id: a hold finds the one before without looking for it. */
function bookingOf(plan: ItemPlan, order: HoldOrder): Booking {
  const { item } = plan;
  return {
    id: item.itemId,
    organisationId: order.site.organisationId,
    siteId: order.site.id,
    orderId: order.orderId,
    itemId: item.itemId,
    customerId: order.customerId,
    offeringType: item.offeringType,
    offeringId: item.offeringId,
    sessionId: plan.sessionId,
    startsAtMs: plan.startMs,
    endsAtMs: plan.endMs,
    guests: item.guests,
    status: statusOf(plan),
    expiresAtMs: item.isBooked ? null : order.expiresAtMs,
    priceMinor: plan.priceMinor,
    // A session that moves afterwards is still the one that was chosen.
    request: { ...item, sessionId: plan.sessionId, skipsRules: order.skipRules },
    resources: plan.resources,
    createdAtMs: order.nowMs,
    updatedAtMs: order.nowMs,
    revision: order.fromRevision ?? null,
  };
}

function statusOf({ item, isWaiting }: ItemPlan): BookingStatus {
  if (isWaiting) return item.isBooked ? 'waitlisted' : 'waiting';
  return item.isBooked ? 'confirmed' : 'held';
}

function takenClaims({ plan: { item, wanted }, owner, orderId }: OwnedPlan): TakenClaim[] {
  const { bookingId, itemId, expiresAtMs } = owner;
  const isAppointment = item.offeringType === 'appointment';
  return wanted.map((claim) => ({
    ...claim,
    bookingId,
    itemId,
    orderId,
    expiresAtMs,
    appointmentTypeId: isAppointment ? item.offeringId : null,
    durationMinutes: isAppointment ? item.durationMinutes : null,
  }));
}

function takenAreas({ plan: { areas }, owner, orderId }: OwnedPlan): TakenArea[] {
  const { bookingId, itemId, expiresAtMs } = owner;
  return areas.map(({ areaId, startsAtMs, endsAtMs, kind, guests, basketsMax }) => ({
    ...{ areaId, startsAtMs, endsAtMs, kind, guests, basketsMax },
    ...{ bookingId, itemId, orderId, expiresAtMs },
  }));
}

import type { HoldItem } from '@lido/proto/lido/availability/internal/v1/booking.ts';
import { invalid } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { localDateOf } from '@lido/runtime/time/zone.ts';
import type { ClaimOwner, TakenClaim } from '../claims/claim.ts';
import { activeMemberships } from '../offerings/memberships.client.ts';
import { priceAtStart } from '../offerings/price-at.ts';
import { daysOf } from '../solver/horizon.ts';
import type { AppointmentType, SiteModel } from '../solver/model.ts';
import type { VersionedSite } from '../sites/compiled-sites.repository.ts';
import type { Booking } from './booking.repository.ts';
import { type Holding, holdTime } from './hold-time.repository.ts';
import { alreadyTaken, type HoldOrder, type OfferedItem } from './hold-order.ts';
import type { BookingParts } from './parts.ts';
import { type AppointmentItem, type PlannedItem, planItems, startOf } from './plan-items.ts';

const attemptsMax = 24;
/** Reasons that say somebody holds it; all others say that it is not on offer then. */
const takenReasons = new Set([
  'no_practitioners_available',
  'no_rooms_available',
  'no_equipment_available',
  'guest_unavailable',
]);

/**
 * Holds appointments, all or none: the solver proposes from the cache, the claim function disposes, and the site's version proves that
 * nothing the solver relied on has changed in between. Who loses a race tries other combinations of the same start.
 */
export async function holdAppointments(
  parts: BookingParts,
  order: HoldOrder,
  items: OfferedItem[],
  { call, rotateBy }: { call: Call; rotateBy: number },
): Promise<Booking[]> {
  const memberships = await activeMemberships(parts, order, items, call);
  const movedIds = items.map(({ item }) => item.itemId);
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    // A copy keeps the version that this plan is made from, while others go on with the site itself.
    const site = { ...(attempt === 0 ? order.versioned : await siteNow(parts, order, call)) };
    const appointments = items.map(({ item }) =>
      appointmentItem(site, order, item, { nowMs: call.clock.nowMs(), memberships, movedIds }),
    );
    const plan = planItems(site.compiled, appointments, rotateBy + attempt);
    if ('refused' in plan) throw refusal(plan.refused, order.site.timezone);
    const holdings = plan.plans.map((items) => holdingOf(site, order, items));
    const bookings = await holdTime(parts.db.fork(), site, holdings);
    if (bookings) return bookings;
  }
  throw alreadyTaken('Too many guests want this time at this moment. Please try again.', [], [], order.site.timezone);
}

async function siteNow(parts: BookingParts, { site }: HoldOrder, call: Call): Promise<VersionedSite> {
  const versioned = await parts.compiledSites.get(call.em, site.id, call);
  if (!versioned) throw invalid({ site_id: [`There is no site ${site.id}.`] });
  return versioned;
}

function appointmentItem(
  site: VersionedSite,
  order: HoldOrder,
  item: HoldItem,
  { nowMs, memberships, movedIds }: { nowMs: number; memberships: { typeId: string }[]; movedIds: string[] },
): AppointmentItem {
  const type = site.compiled.types.get(item.offeringId);
  const startMs = startOf(item);
  if (!type) throw invalid({ offering_id: [`This site does not offer the appointment ${item.offeringId}.`] });
  if (startMs === undefined)
    throw invalid({ time: ['The time must be an instant with an offset, such as 2026-04-01T09:30:00+01:00.'] });
  const durationMinutes = item.durationMinutes || type.durationsMinutes[0] || 0;
  if (!type.durationsMinutes.includes(durationMinutes)) {
    throw invalid({ duration: [`The duration must be one of ${type.durationsMinutes.join(', ')} minutes.`] });
  }
  const date = localDateOf(startMs, order.site.timezone);
  if (!daysOf(site.compiled.horizon, date, date))
    throw invalid({ time: ['The time must be between today and a year ahead.'] });
  return {
    item: { ...item, durationMinutes },
    type,
    startMs,
    query: {
      appointmentTypeId: type.id,
      dateFrom: date,
      dateTo: date,
      nowMs,
      durationMinutes,
      guests: item.guests,
      practitionerIds: item.practitionerIds,
      ...(item.roomId && { roomId: item.roomId }),
      guestIds: item.guestIds,
      // What the items of one request hold already is given up in the same step.
      excludeItemIds: movedIds,
      memberships,
    },
  };
}

function holdingOf(site: VersionedSite, order: HoldOrder, items: PlannedItem[]): Holding {
  const bookings = items.map((item) => bookingOf(item, order, site.compiled.model));
  return {
    bookings,
    owned: items.map(({ wanted }, index) => ({ owner: ownerOf(bookings[index] as Booking), wanted })),
    taken: items.flatMap((item, index) => takenClaims(item, bookings[index] as Booking)),
  };
}

/** A booking is its item's for good, so it has the item's id: a hold finds the one before without looking for it. */
function bookingOf({ item, startMs, combination }: PlannedItem, order: HoldOrder, model: SiteModel): Booking {
  const type = model.appointmentTypes.find(({ id }) => id === item.offeringId) as AppointmentType;
  const { nowMs } = order;
  return {
    id: item.itemId,
    organisationId: order.site.organisationId,
    siteId: order.site.id,
    orderId: order.orderId,
    itemId: item.itemId,
    customerId: order.customerId,
    offeringType: item.offeringType,
    offeringId: item.offeringId,
    sessionId: null,
    startsAtMs: startMs,
    endsAtMs: combination.endMs,
    guests: item.guests,
    status: 'held',
    expiresAtMs: order.expiresAtMs,
    priceMinor: priceOf(type, model.zone, startMs, item) * item.guests,
    request: item,
    resources: {
      offeringName: type.name,
      practitioners: named(model.practitioners, combination.practitionerIds),
      room:
        named(
          model.rooms,
          combination.roomAssignments.map(({ roomId }) => roomId),
        )[0] ?? null,
      equipment: named(
        model.equipment,
        combination.equipment.map(({ equipmentId }) => equipmentId),
      ),
    },
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  };
}

function priceOf(type: AppointmentType, zone: string, startMs: number, item: HoldItem): number {
  const price = priceAtStart(type.priceRules, startMs, zone, item.durationMinutes);
  if (price === undefined) throw new Error(`The start ${startMs} of ${type.id} was offered without a price.`);
  return price;
}

function named(all: readonly { id: string; name: string }[], ids: readonly string[]): { id: string; name: string }[] {
  return ids.flatMap((id) => all.find((one) => one.id === id) ?? []).map(({ id, name }) => ({ id, name }));
}

function ownerOf(booking: Booking): ClaimOwner {
  const { organisationId, siteId, id: bookingId, itemId, expiresAtMs } = booking;
  return { organisationId, siteId, bookingId, itemId, expiresAtMs };
}

function takenClaims({ item, wanted }: PlannedItem, booking: Booking): TakenClaim[] {
  return wanted.map((claim) => ({
    ...claim,
    bookingId: booking.id,
    itemId: booking.itemId,
    orderId: booking.orderId,
    expiresAtMs: booking.expiresAtMs,
    appointmentTypeId: item.offeringId,
    durationMinutes: item.durationMinutes,
  }));
}

function refusal(refused: Extract<ReturnType<typeof planItems>, { refused: unknown }>['refused'], zone: string): Error {
  if (takenReasons.has(refused.reason))
    return alreadyTaken(refused.message, [refused.reason], refused.alternativesMs, zone);
  return invalid({ time: [refused.message] });
}

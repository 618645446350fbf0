import type { HoldItem } from '@lido/proto/lido/availability/internal/v1/booking.ts';
import { invalid, Refusal } from '@lido/runtime/errors/refusal.ts';
import { localDateOf } from '@lido/runtime/time/zone.ts';
import { priceAtStart } from '../offerings/price-at.ts';
import { combinationsDespiteRules } from '../solver/despite-rules.ts';
import { daysOf } from '../solver/horizon.ts';
import type { AppointmentType, SiteModel } from '../solver/model.ts';
import { holdDespiteRules } from '../solver/itineraries/hold-together.ts';
import { type NoAvailabilityReason, reasonMessage } from '../solver/reason.ts';
import type { VersionedSite } from '../sites/compiled-sites.repository.ts';
import { namedResources } from '../sites/named-resources.ts';
import type { BookedRequest } from './booking.ts';
import type { ItemPlan } from './item-plan.ts';
import { alreadyTaken, type HoldOrder, type OfferedItem } from './hold-order.ts';
import { type AppointmentItem, type PlannedItem, planItems, startOf, toPlannedItems } from './plan-items.ts';

/** What planning works with: the site as one version has it, and what the rules ask about the booker. */
export interface Planning {
  site: VersionedSite;
  order: HoldOrder;
  memberships: { typeId: string }[];
  rotateBy: number;
  /** Every item of the request: what they hold now is given up in the same step. */
  itemIds: string[];
}

/** Reasons that say somebody holds it; all others say that it is not on offer then. */
export const takenReasons: ReadonlySet<string> = new Set([
  'no_practitioners_available',
  'no_rooms_available',
  'no_equipment_available',
  'no_areas_available',
  'guest_unavailable',
]);

/** A way to hold appointments, in the rooms they are in where those are free. Refuses the first that can not be held. */
export function planAppointments(planning: Planning, items: OfferedItem[]): ItemPlan[] {
  try {
    return planIn(planning, items);
  } catch (error) {
    const isOfRooms = error instanceof Refusal && isBlockedBy(error, 'no_rooms_available');
    if (!isOfRooms || !items.some(({ item }) => item.assigned?.mayChangeRooms)) throw error;
    return planIn(planning, items.map(inAnyRoom));
  }
}

function isBlockedBy({ metadata }: Refusal, reason: NoAvailabilityReason): boolean {
  const blockedBy = metadata?.['blocked_by'];
  return Array.isArray(blockedBy) && blockedBy.includes(reason);
}

function inAnyRoom({ item, offering }: OfferedItem): OfferedItem {
  const { assigned } = item;
  return { offering, item: assigned?.mayChangeRooms ? { ...item, assigned: { ...assigned, roomIds: [] } } : item };
}

function planIn(planning: Planning, items: OfferedItem[]): ItemPlan[] {
  if (items.length === 0) return [];
  const appointments = items.map(({ item }) => appointmentItem(planning, item));
  const { site, order, rotateBy } = planning;
  const planned = order.skipRules
    ? planDespiteRules(planning, appointments)
    : planByRules(planning, planItems(site.compiled, appointments, rotateBy));
  return planned.map((one) => itemPlan(one, site.compiled.model));
}

function planByRules({ order }: Planning, plan: ReturnType<typeof planItems>): PlannedItem[] {
  if ('plan' in plan) return plan.plan;
  const { reason, message, alternativesMs } = plan.refused;
  if (takenReasons.has(reason)) throw alreadyTaken(message, [reason], alternativesMs, order.site.timezone);
  // The reason is there for who has to tell it from bad input.
  throw invalid({ time: [message] }, { metadata: { no_availability_reason: reason } });
}

/** Staff say when. One item alone may be held by any combination; several need ones that go together. */
function planDespiteRules({ site, order, rotateBy }: Planning, appointments: AppointmentItem[]): PlannedItem[] {
  const [only, ...others] = appointments;
  const options = { max: 1, rotateBy, takesOver: order.overrider !== null };
  const refuse = (reason: NoAvailabilityReason): Error =>
    alreadyTaken(reasonMessage(reason), [reason], [], order.site.timezone);
  if (!only) return [];
  if (others.length === 0) {
    const found = combinationsDespiteRules(site.compiled, only.query, only.startMs, options);
    if (typeof found === 'string') throw refuse(found);
    return toPlannedItems(appointments, found);
  }
  const held = holdDespiteRules(site.compiled, appointments, options);
  if ('failed' in held) throw refuse(held.reason);
  return toPlannedItems(appointments, held.plans[0] ?? []);
}

function appointmentItem({ site, order, memberships, itemIds }: Planning, item: BookedRequest): AppointmentItem {
  const type = site.compiled.types.get(item.offeringId);
  const startMs = startOf(item);
  if (!type) throw invalid({ offering_id: [`This site does not offer the appointment ${item.offeringId}.`] });
  if (startMs === undefined)
    throw invalid({ time: ['The time must be an instant with an offset, such as 2026-04-01T09:30:00+01:00.'] });
  const roomIds = item.assigned?.roomIds ?? (item.roomId ? [item.roomId] : []);
  const durationMinutes = item.durationMinutes || type.durationsMinutes[0] || 0;
  const date = localDateOf(startMs, order.site.timezone);
  if (!order.skipRules) checkRules(site, type, { durationMinutes, date });
  else if (durationMinutes % 5 !== 0) throw invalid({ duration: ['The duration must be a multiple of 5 minutes.'] });
  return {
    item: { ...item, durationMinutes },
    type,
    startMs,
    query: {
      appointmentTypeId: type.id,
      dateFrom: date,
      dateTo: date,
      nowMs: order.nowMs,
      durationMinutes,
      guests: item.guests,
      practitionerIds: item.assigned?.practitionerIds ?? item.practitionerIds,
      roomIds,
      guestIds: item.guestIds,
      excludeItemIds: itemIds,
      sharing: item.sharing,
      memberships,
    },
  };
}

function checkRules(
  { compiled }: VersionedSite,
  { durationsMinutes }: AppointmentType,
  { durationMinutes, date }: { durationMinutes: number; date: string },
): void {
  if (!durationsMinutes.includes(durationMinutes))
    throw invalid({ duration: [`The duration must be one of ${durationsMinutes.join(', ')} minutes.`] });
  if (!daysOf(compiled.horizon, date, date))
    throw invalid({ time: ['The time must be between today and a year ahead.'] });
}

function itemPlan({ item, startMs, combination, wanted }: PlannedItem, model: SiteModel): ItemPlan {
  const type = model.appointmentTypes.find(({ id }) => id === item.offeringId) as AppointmentType;
  const roomIds = combination.roomAssignments.map(({ roomId }) => roomId);
  const equipmentIds = combination.equipment.map(({ equipmentId }) => equipmentId);
  return {
    item,
    sessionId: null,
    startMs,
    endMs: combination.endMs,
    priceMinor: item.agreedPriceMinor ?? priceOf(type, item, startMs, model.zone),
    resources: {
      offeringName: type.name,
      practitioners: namedResources(model.practitioners, combination.practitionerIds),
      rooms: namedResources(model.rooms, roomIds),
      equipment: namedResources(model.equipment, equipmentIds),
    },
    wanted,
    seats: [],
    areas: [],
  };
}

/** Only who skips the rules can book a start without a price; they say what it costs. */
function priceOf(type: AppointmentType, item: HoldItem, startMs: number, zone: string): number {
  return (priceAtStart(type.priceRules, startMs, zone, item.durationMinutes) ?? 0) * item.guests;
}

import type { HoldItem } from '@lido/proto/lido/availability/internal/v1/booking.ts';
import { localDateOf, parseInstant } from '@lido/runtime/time/zone.ts';
import { claimKey, type WantedClaim } from '../claims/claim.ts';
import { type Combination, combinationsAt } from '../solver/combinations.ts';
import { applyClaim, type CompiledSite, removeClaim } from '../solver/compile-site.ts';
import { explainSlots } from '../solver/explain-slots.ts';
import { findSlots } from '../solver/find-slots.ts';
import type { AppointmentType, SlotQuery } from '../solver/model.ts';
import type { NoAvailabilityReason } from '../solver/reason.ts';

/** An appointment that is to be held, with all that its question to the solver needs. */
export interface AppointmentItem {
  item: HoldItem;
  type: AppointmentType;
  startMs: number;
  query: SlotQuery;
}

/** What an item will hold. */
export interface PlannedItem {
  item: HoldItem;
  startMs: number;
  combination: Combination;
  wanted: WantedClaim[];
}

/** Why an item can not be held at its start, and up to three other starts of that date that can. */
export interface RefusedItem {
  item: HoldItem;
  reason: NoAvailabilityReason | 'off_grid';
  message: string;
  alternativesMs: number[];
}

const alternativesMax = 3;

/** How many other combinations of the same start are tried before somebody is sent away. */
const plansMax = 8;

/**
 * Plans of what the appointments will hold, in the order they are to be tried; within a plan the items do not take from each other.
 * Answers the first item that can not be held instead, when there is one. `rotateBy` lets simultaneous callers choose differently.
 */
export function planItems(
  site: CompiledSite,
  items: AppointmentItem[],
  rotateBy: number,
): { plans: PlannedItem[][] } | { refused: RefusedItem } {
  const [only, ...others] = items;
  if (!only || others.length > 0) return planTogether(site, items, rotateBy);
  const combinations = combinationsAt(site, only.query, only.startMs, { max: plansMax, rotateBy });
  if (combinations.length === 0) return { refused: refusalOf(site, only) };
  return { plans: combinations.map((combination) => [planned(only, combination)]) };
}

/** Several items leave one plan: each is chosen with those before it held. The site is as before when this returns. */
function planTogether(
  site: CompiledSite,
  items: AppointmentItem[],
  rotateBy: number,
): { plans: PlannedItem[][] } | { refused: RefusedItem } {
  const plan: PlannedItem[] = [];
  const provisional: string[] = [];
  try {
    for (const appointment of items) {
      const [combination] = combinationsAt(site, appointment.query, appointment.startMs, { max: 1, rotateBy });
      if (!combination) return { refused: refusalOf(site, appointment) };
      const item = planned(appointment, combination);
      plan.push(item);
      for (const claim of item.wanted) provisional.push(holdProvisionally(site, appointment.item, claim));
    }
    return { plans: [plan] };
  } finally {
    for (const key of provisional) removeClaim(site, key);
  }
}

function planned(appointment: AppointmentItem, combination: Combination): PlannedItem {
  const { item, startMs } = appointment;
  return { item, startMs, combination, wanted: wantedClaims(appointment, combination) };
}

/** The start of an item in milliseconds; undefined for what is no instant with an offset. */
export function startOf(item: HoldItem): number | undefined {
  return parseInstant(item.startTime);
}

function wantedClaims({ item, startMs }: AppointmentItem, combination: Combination): WantedClaim[] {
  const { practitionerIds, roomAssignments, equipment, endMs, bufferEndMs } = combination;
  const claim = (kind: WantedClaim['kind'], resourceId: string, unit: number, endsAtMs: number): WantedClaim => ({
    kind,
    resourceId,
    unit,
    startsAtMs: startMs,
    endsAtMs,
  });
  return [
    ...practitionerIds.map((id) => claim('practitioner', id, 0, bufferEndMs)),
    ...roomAssignments.flatMap(({ roomId, units }) => units.map((unit) => claim('room', roomId, unit, bufferEndMs))),
    ...equipment.map(({ equipmentId, unit }) => claim('equipment', equipmentId, unit, bufferEndMs)),
    ...item.guestIds.map((id) => claim('guest', id, 0, endMs)),
  ];
}

function holdProvisionally(site: CompiledSite, item: HoldItem, claim: WantedClaim): string {
  const id = claimKey(`planned ${item.itemId}`, claim.resourceId, claim.unit);
  applyClaim(site, {
    id,
    resourceId: claim.resourceId,
    unit: claim.unit,
    fromMs: claim.startsAtMs,
    toMs: claim.endsAtMs,
    expiresAtMs: null,
    kind: claim.kind,
    bookingId: null,
    itemId: null,
    orderId: null,
    appointmentTypeId: item.offeringId,
    durationMinutes: item.durationMinutes,
  });
  return id;
}

function refusalOf(site: CompiledSite, { item, query, startMs }: AppointmentItem): RefusedItem {
  const date = localDateOf(startMs, site.model.zone);
  const day = { ...query, dateFrom: date, dateTo: date };
  const slot = explainSlots(site, day)
    .flatMap(({ slots }) => slots)
    .find((candidate) => candidate.startMs === startMs);
  const alternativesMs = findSlots(site, day)
    .flatMap(({ slots }) => slots.map((free) => free.startMs))
    .sort((a, b) => Math.abs(a - startMs) - Math.abs(b - startMs) || a - b)
    .slice(0, alternativesMax);
  return {
    item,
    reason: slot?.reason ?? 'off_grid',
    message: slot?.message ?? 'This offering does not start at this time. Please choose one of its start times.',
    alternativesMs,
  };
}

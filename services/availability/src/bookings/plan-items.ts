import type { HoldItem } from '@lido/proto/lido/availability/internal/v1/booking.ts';
import { parseInstant } from '@lido/runtime/time/zone.ts';
import type { WantedClaim } from '../claims/claim.ts';
import { guestClaims } from '../claims/guest-claims.ts';
import { type Combination, combinationsAt } from '../solver/combinations.ts';
import type { CompiledSite } from '../solver/compile-site.ts';
import { explainSlots, messageFor } from '../solver/explain-slots.ts';
import { type HeldTogether, holdTogether, otherStarts } from '../solver/itineraries/hold-together.ts';
import type { AppointmentType, SlotQuery } from '../solver/model.ts';
import type { BookedRequest } from './booking.ts';
import type { NoAvailabilityReason } from '../solver/reason.ts';

/** An appointment that is to be held, with all that its question to the solver needs, which is about the start's local date only. */
export interface AppointmentItem {
  item: BookedRequest;
  type: AppointmentType;
  startMs: number;
  query: SlotQuery;
}

/** What an item will hold. */
export interface PlannedItem {
  item: BookedRequest;
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

export const alternativesMax = 3;

/**
 * What the appointments will hold; the items do not take from each other. Answers the first item that can not be held beside those
 * before it instead, when there is one. `rotateBy` lets simultaneous callers choose differently.
 */
export function planItems(
  site: CompiledSite,
  items: AppointmentItem[],
  rotateBy: number,
): { plan: PlannedItem[] } | { refused: RefusedItem } {
  const held = holdCombined(site, items, rotateBy);
  if ('failed' in held) return { refused: refusalOf(site, items.slice(0, held.failed + 1), held.reason) };
  return { plan: toPlannedItems(items, held.plans[0] ?? []) };
}

/** What each appointment holds with its combination. */
export function toPlannedItems(items: AppointmentItem[], plan: readonly Combination[]): PlannedItem[] {
  return items.flatMap((item, index) => {
    const combination = plan[index];
    return combination ? [toPlanned(item, combination)] : [];
  });
}

/** One item alone may be held by any combination; several need ones that go together. */
function holdCombined(site: CompiledSite, items: AppointmentItem[], rotateBy: number): HeldTogether {
  const options = { max: 1, rotateBy };
  const [only, ...others] = items;
  if (!only || others.length > 0) return holdTogether(site, items, options);
  const plans = combinationsAt(site, only.query, only.startMs, options).map((combination) => [combination]);
  return plans.length > 0 ? { plans } : { failed: 0, reason: undefined };
}

/** What an appointment holds with one combination. */
function toPlanned(appointment: AppointmentItem, combination: Combination): PlannedItem {
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
    ...guestClaims(item.guestIds, { startMs, endMs }, item.sharing),
  ];
}

/** Why the last of some items can not be held beside the others, and when it could. */
function refusalOf(
  site: CompiledSite,
  items: AppointmentItem[],
  reasonTogether: NoAvailabilityReason | undefined,
): RefusedItem {
  const { item, query, startMs } = items.at(-1) as AppointmentItem;
  const slot = explainSlots(site, query)
    .flatMap(({ slots }) => slots)
    .find((candidate) => candidate.startMs === startMs);
  const reason = reasonTogether ?? slot?.reason ?? 'off_grid';
  return {
    item,
    reason,
    message:
      reason === 'off_grid'
        ? 'This offering does not start at this time. Please choose one of its start times.'
        : messageFor(query, reason),
    alternativesMs: otherStarts(site, items.slice(0, -1), { query, startMs }, alternativesMax),
  };
}

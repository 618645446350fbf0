import type { Combination } from '@lido/availability/solver/combinations.ts';
import type {
  AppointmentItem,
  AreaItem,
  ListedItem,
  ListedStart,
  Visit,
} from '@lido/availability/solver/itineraries/visit.ts';
import type { AreaClaim, Claim, SiteModel, SlotQuery } from '@lido/availability/solver/model.ts';
import { isCounted, lookAtStay } from './area-oracle.ts';
import { askOracle, candidateStarts, type FreeUnits, lookAt, stepMs } from './oracle.ts';

/*
 * Visits by trying everything: every list of starts, and for each every choice of people, rooms, pieces and areas. What a choice comes to
 * is judged by the oracles for single items, with all other items of the visit as claims.
 */

export interface OracleVisit {
  readonly starts: readonly number[];
  readonly lengthMs: number;
  readonly idleMs: number;
  readonly amountMinor: number;
}

/** An item at one of its starts. */
export type Chosen = ChosenAppointment | ChosenStay | ChosenListed;
interface ChosenStart {
  readonly startMs: number;
  readonly endMs: number;
  /** For all guests of the item. */
  readonly amountMinor: number;
}
export interface ChosenAppointment extends ChosenStart {
  readonly item: AppointmentItem;
}
export interface ChosenStay extends ChosenStart {
  readonly item: AreaItem;
  /** Areas that could take it alone. */
  readonly areaIds: readonly string[];
}
interface ChosenListed extends ChosenStart {
  readonly item: ListedItem;
  readonly start: ListedStart;
}

/** What an appointment holds of single units, people being units of themselves. */
interface Held {
  readonly kind: 'practitioner' | 'room' | 'equipment';
  readonly resourceId: string;
  readonly unit: number;
}

const minuteMs = 60_000;

/** Every visit that can be made, one for each list of starts, best first. */
export function askVisitOracle(site: SiteModel, visit: Visit): OracleVisit[] {
  const found = new Map<string, OracleVisit>();
  for (const chosen of product(visit.items.map((item) => startsOf(site, visit, item)))) {
    if (!isInTime(visit, chosen) || !hasPlaces(chosen)) continue;
    const stays = chosen.filter((entry): entry is ChosenStay => entry.item.kind === 'area');
    if (!canStayAll(site, visit.date, stays) || !canHoldAll(site, visit.date, chosen)) continue;
    const next = rankOf(chosen);
    const known = found.get(next.starts.join());
    if (known === undefined || compare(next, known) < 0) found.set(next.starts.join(), next);
  }
  return [...found.values()].sort(compare);
}

/** Everything an item can be by itself. */
export function startsOf(site: SiteModel, visit: Visit, item: Visit['items'][number]): Chosen[] {
  if (item.kind === 'listed')
    return item.starts.filter(({ places }) => places >= item.guests).map((start) => ({ item, ...start, start }));
  if (item.kind === 'area') {
    const query = stayQueryOf(item, visit.date);
    const type = site.areaBookingTypes.find(({ id }) => id === query.areaBookingTypeId);
    return candidateStarts(site.zone, query, type?.startTimeIntervalMinutes ?? 0)
      .map((startMs) => lookAtStay(site, query, startMs))
      .filter(({ reason }) => reason === null)
      .map(({ startMs, amountMinor, areaIds }) => {
        const endMs = startMs + query.durationMinutes * minuteMs;
        return { item, startMs, endMs, amountMinor: amountMinor ?? 0, areaIds };
      });
  }
  return askOracle(site, queryOf(item, visit.date))
    .filter(({ reason }) => reason === null)
    .map(({ startMs, amountMinor }) => {
      const endMs = startMs + item.query.durationMinutes * minuteMs;
      return { item, startMs, endMs, amountMinor: (amountMinor ?? 0) * item.query.guests };
    });
}

/** The question of an item as the solver asks it. */
export function queryOf({ query, guestIds }: AppointmentItem, date: string): SlotQuery {
  return { ...query, guestIds, dateFrom: date, dateTo: date };
}

const visitOrder = 'the visit';

/** The question of a stay as the solver asks it, the visit being one basket. */
export function stayQueryOf({ query, guestIds }: AreaItem, date: string) {
  return { ...query, guestIds, dateFrom: date, dateTo: date, orderId: visitOrder };
}

/** Whether some choice of areas takes all stays at once, each guest being at one place at a time. */
export function canStayAll(site: SiteModel, date: string, stays: readonly ChosenStay[]): boolean {
  return (
    areApart(stays) &&
    product(stays.map(({ areaIds }) => areaIds)).some((areaIds) => fitInto(site, date, stays, areaIds))
  );
}

function areApart(stays: readonly ChosenStay[]): boolean {
  return stays.every((a, index) =>
    stays
      .slice(index + 1)
      .every(
        (b) =>
          a.endMs <= b.startMs ||
          b.endMs <= a.startMs ||
          !a.item.guestIds.some((guestId) => b.item.guestIds.includes(guestId)),
      ),
  );
}

/** Whether areas never have more guests than they take, looked at every five minutes. */
function fitInto(site: SiteModel, date: string, stays: readonly ChosenStay[], areaIds: readonly string[]): boolean {
  return stays.every((entry, index) => {
    const area = site.areas.find(({ id }) => id === areaIds[index]);
    const there = [
      ...site.areaClaims.filter((claim) => isCounted(claim, stayQueryOf(entry.item, date))),
      ...stays.map((other, position) => areaClaimOf(site, other, areaIds[position] ?? '')),
    ].filter(({ areaId }) => areaId === area?.id);
    const { fromMs, toMs } = areaClaimOf(site, entry, '');
    for (let ms = fromMs; ms < toMs; ms += stepMs) {
      const present = there.filter((claim) => claim.fromMs < ms + stepMs && ms < claim.toMs);
      if (present.reduce((sum, { guests }) => sum + guests, 0) > (area?.capacity ?? 0)) return false;
    }
    return true;
  });
}

/** Whether stays can be in areas as they stand, judged one by one with the others as claims. */
export function areTaken(
  site: SiteModel,
  date: string,
  stays: readonly ChosenStay[],
  areaIds: readonly string[],
): boolean {
  return stays.every((entry, index) => {
    const others = stays.flatMap((other, position) =>
      position === index ? [] : [areaClaimOf(site, other, areaIds[position] ?? '')],
    );
    const rest = { ...site, areaClaims: [...site.areaClaims, ...others] };
    const verdict = lookAtStay(rest, stayQueryOf(entry.item, date), entry.startMs);
    return verdict.reason === null && verdict.areaIds.includes(areaIds[index] ?? '');
  });
}

function areaClaimOf(site: SiteModel, { item, startMs, endMs }: ChosenStay, areaId: string): AreaClaim {
  const type = site.areaBookingTypes.find(({ id }) => id === item.query.areaBookingTypeId);
  return {
    ...{ id: `visit ${startMs} ${areaId}`, areaId, kind: 'booking', guests: item.query.guests, expiresAtMs: null },
    ...{ fromMs: startMs, toMs: endMs + (type?.endBufferMinutes ?? 0) * minuteMs },
    ...{ basketsMax: type?.basketsMax ?? null, bookingId: 'visit', itemId: 'visit', orderId: visitOrder },
  };
}

/** Whether some choice of people, rooms and pieces holds all appointments at once, each guest being at one place at a time. */
export function canHoldAll(site: SiteModel, date: string, chosen: readonly Chosen[]): boolean {
  const appointments = chosen.filter((entry): entry is ChosenAppointment => entry.item.kind === 'appointment');
  const holdings = appointments.map((entry) => waysToHold(site, date, entry));
  const choose = (index: number, held: Held[][]): boolean => {
    if (index === appointments.length) return isHeld(site, date, appointments, held);
    return (holdings[index] ?? []).some((way) => {
      const clashes = held.some((other, earlier) => {
        const [a, b] = [withBuffer(site, appointments[earlier]), withBuffer(site, appointments[index])];
        return (
          a.startMs < b.endMs && b.startMs < a.endMs && other.some((unit) => way.some((mine) => isSame(mine, unit)))
        );
      });
      return !clashes && choose(index + 1, [...held, way]);
    });
  };
  return choose(0, []);
}

/** Whether combinations deliver the appointments as they stand, judged one by one with the others as claims. */
export function areDelivered(
  site: SiteModel,
  date: string,
  appointments: readonly ChosenAppointment[],
  combinations: readonly Combination[],
): boolean {
  const held = combinations.map(({ practitionerIds, roomAssignments, equipment }): Held[] => [
    ...practitionerIds.map((resourceId) => ({ kind: 'practitioner' as const, resourceId, unit: 0 })),
    ...roomAssignments.flatMap(({ roomId, units }) =>
      units.map((unit) => ({ kind: 'room' as const, resourceId: roomId, unit })),
    ),
    ...equipment.map(({ equipmentId, unit }) => ({ kind: 'equipment' as const, resourceId: equipmentId, unit })),
  ]);
  return isHeld(site, date, appointments, held);
}

function isHeld(
  site: SiteModel,
  date: string,
  appointments: readonly ChosenAppointment[],
  held: readonly (readonly Held[])[],
): boolean {
  return appointments.every((entry, index) => {
    const others = appointments.flatMap((other, position) =>
      position === index ? [] : claimsOf(site, other, held[position] ?? []),
    );
    const rest = { ...site, claims: [...site.claims, ...others] };
    const { reason } = lookAt(rest, queryOf(entry.item, date), entry.startMs);
    return reason === null && waysToHold(rest, date, entry).some((way) => isSameHolding(way, held[index] ?? []));
  });
}

function waysToHold(site: SiteModel, date: string, { item, startMs }: ChosenAppointment): Held[][] {
  const query = queryOf(item, date);
  const view = lookAt(site, query, startMs);
  const type = site.appointmentTypes.find(({ id }) => id === query.appointmentTypeId);
  const requested = query.practitionerIds ?? [];
  const people = subsets(view.practitionerIds, view.practitionersWanted)
    .filter(
      (team) =>
        team.filter((id) => requested.includes(id)).length === Math.min(requested.length, view.practitionersWanted),
    )
    .map((team) => team.map((resourceId): Held => ({ kind: 'practitioner', resourceId, unit: 0 })));
  const unitsOf = (kind: Held['kind'], { id, freeUnits }: FreeUnits) =>
    freeUnits.map((unit): Held => ({ kind, resourceId: id, unit }));
  const places = view.rooms.flatMap((room) => unitsOf('room', room));
  const rooms =
    type === undefined || type.roomIds.length === 0
      ? [[]]
      : type.allocateMultiCapacityRooms
        ? subsets(places, query.guests)
        : view.rooms
            .filter(({ unitCount, freeUnits }) => unitCount >= query.guests && freeUnits.length === unitCount)
            .map((room) => unitsOf('room', room));
  const pieces = product(view.equipment.map((pool) => unitsOf('equipment', pool)));
  return product([people, rooms, pieces]).map((parts) => parts.flat());
}

function claimsOf(site: SiteModel, entry: ChosenAppointment, held: readonly Held[]): Claim[] {
  const { item, startMs, endMs } = entry;
  const claim = (kind: string, resourceId: string, unit: number, toMs: number): Claim => ({
    id: `visit ${startMs} ${resourceId} ${unit}`,
    resourceId,
    unit,
    fromMs: startMs,
    toMs,
    expiresAtMs: null,
    kind,
    bookingId: null,
    itemId: null,
    orderId: null,
    appointmentTypeId: item.query.appointmentTypeId,
    durationMinutes: item.query.durationMinutes,
  });
  return [
    ...held.map(({ kind, resourceId, unit }) => claim(kind, resourceId, unit, withBuffer(site, entry).endMs)),
    ...item.guestIds.map((id) => claim('guest', id, 0, endMs)),
  ];
}

function withBuffer(site: SiteModel, entry: ChosenAppointment | undefined): { startMs: number; endMs: number } {
  const type = site.appointmentTypes.find(({ id }) => id === entry?.item.query.appointmentTypeId);
  return { startMs: entry?.startMs ?? 0, endMs: (entry?.endMs ?? 0) + (type?.endBufferMinutes ?? 0) * minuteMs };
}

function isInTime({ order, minGapMinutes, maxGapMinutes }: Visit, chosen: readonly Chosen[]): boolean {
  const guestIds = new Set(chosen.flatMap(({ item }) => item.guestIds));
  return [...guestIds].every((guestId) => {
    const own = chosen.filter(({ item }) => item.guestIds.includes(guestId));
    const inTime = own.toSorted((a, b) => a.startMs - b.startMs);
    if (order === 'fixed' && own.some((entry, index) => entry !== inTime[index])) return false;
    return inTime.every((entry, index) => {
      const next = inTime[index + 1];
      if (next === undefined) return true;
      const gapMinutes = (next.startMs - entry.endMs) / minuteMs;
      return gapMinutes >= minGapMinutes && gapMinutes <= (maxGapMinutes ?? Number.POSITIVE_INFINITY);
    });
  });
}

function hasPlaces(chosen: readonly Chosen[]): boolean {
  const listed = chosen.filter((entry): entry is ChosenListed => entry.item.kind === 'listed');
  return listed.every((at) => {
    const there = listed.filter(
      ({ start, startMs, endMs }) => start.placeId === at.start.placeId && startMs <= at.startMs && at.startMs < endMs,
    );
    const guests = there.reduce((sum, { item }) => sum + item.guests, 0);
    return there.every(({ start }) => guests <= start.places);
  });
}

function rankOf(chosen: readonly Chosen[]): OracleVisit {
  const starts = chosen.map(({ startMs }) => startMs);
  const guestIds = [...new Set(chosen.flatMap(({ item }) => item.guestIds))];
  let idleMs = 0;
  for (const guestId of guestIds) {
    const own = chosen.filter(({ item }) => item.guestIds.includes(guestId));
    const from = Math.min(...own.map(({ startMs }) => startMs));
    const to = Math.max(...own.map(({ endMs }) => endMs));
    idleMs += to - from - own.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);
  }
  const amountMinor = chosen.reduce((sum, entry) => sum + entry.amountMinor, 0);
  return { starts, lengthMs: Math.max(...chosen.map(({ endMs }) => endMs)) - Math.min(...starts), idleMs, amountMinor };
}

function compare(a: OracleVisit, b: OracleVisit): number {
  const start = ({ starts }: OracleVisit) => Math.min(...starts);
  const byRank = a.lengthMs - b.lengthMs || a.idleMs - b.idleMs || start(a) - start(b);
  const different = a.starts.findIndex((at, index) => at !== b.starts[index]);
  return byRank || (a.starts[different] ?? 0) - (b.starts[different] ?? 0);
}

function isSame(a: Held, b: Held): boolean {
  return a.resourceId === b.resourceId && a.unit === b.unit;
}

function isSameHolding(a: readonly Held[], b: readonly Held[]): boolean {
  return a.length === b.length && a.every((unit) => b.some((other) => isSame(unit, other)));
}

function product<T>(lists: readonly (readonly T[])[]): T[][] {
  return lists.reduce<T[][]>((rows, list) => rows.flatMap((row) => list.map((value) => [...row, value])), [[]]);
}

function subsets<T>(all: readonly T[], size: number): T[][] {
  if (size === 0) return [[]];
  return all.flatMap((first, index) => subsets(all.slice(index + 1), size - 1).map((rest) => [first, ...rest]));
}

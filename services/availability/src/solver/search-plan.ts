import { minutesPerBucket } from '@lido/runtime/time/local-day.ts';
import { clearRange, setRange } from './bitset.ts';
import { type Asker, type BookingRules, bookingWindows, isPermitted } from './booking-window.ts';
import { type ClaimedTime, claimTime } from './claimed-time.ts';
import {
  claimsOwnedBy,
  type CompiledSite,
  type EquipmentResource,
  freeExpiredHolds,
  gridStarts,
  lanesOf,
  openStarts,
  type PractitionerResource,
  type Resource,
  type RoomResource,
  startGroup,
  typeStarts,
} from './compile-site.ts';
import { distinct, listedPractitioners, listedRooms, practitionersNeeded, restrictedStarts } from './eligibility.ts';
import { bitFrom, bitOf, daysOf, type HorizonDay, maxSpanMinutes } from './horizon.ts';
import { type Demand, type Lane, type Shape, startsOf } from './kernel.ts';
import type { AppointmentType, Claim, SlotQuery } from './model.ts';
import { leavesFree } from './guest-sharing.ts';
import type { NoAvailabilityReason } from './reason.ts';
import { readStarts } from './start-group.ts';

/** A resource as one query sees it: without the claims the query excludes. */
export interface Candidate<R extends Resource = Resource> {
  readonly resource: R;
  readonly claimed: ClaimedTime;
  readonly allowed?: Lane['allowed'];
}

/** One condition of a bookable start: a start whose bit is clear fails it. */
export interface Layer {
  readonly reason: NoAvailabilityReason;
  /** Bit 0 is bit 0 of the plan's `fromWord`. */
  readonly bits: Uint32Array;
}

/** Everything one query needs, worked out once: the candidates of each kind and the conditions in the order of their reasons. */
export interface SearchPlan {
  readonly site: CompiledSite;
  readonly query: SlotQuery;
  readonly type: AppointmentType;
  readonly shape: Shape;
  readonly days: readonly HorizonDay[];
  readonly fromWord: number;
  readonly toWord: number;
  readonly needed: Needs;
  /** Starts on the wall clock grid of the days asked for. */
  readonly grid: Uint32Array;
  readonly layers: readonly Layer[];
}

/** The resources a booking takes, of which kind and from which candidates. */
export interface Needs {
  readonly practitioners: {
    readonly count: number;
    readonly requestedIds: readonly string[];
    readonly candidates: readonly Candidate<PractitionerResource>[];
  };
  readonly rooms: {
    readonly mode: 'none' | 'exclusive' | 'shared';
    readonly candidates: readonly Candidate<RoomResource>[];
  };
  readonly equipment: readonly { readonly id: string; readonly candidate: Candidate<EquipmentResource> | undefined }[];
  readonly guests: readonly Candidate[];
}

/** The words of a site's bitsets that a search reads. */
export interface Window {
  readonly site: CompiledSite;
  readonly fromWord: number;
  readonly toWord: number;
}

/** Plans a search; lapsed holds are freed first. Refuses, with a RangeError, what the compiled site cannot answer. */
export function planSearch(site: CompiledSite, query: SlotQuery): SearchPlan {
  freeExpiredHolds(site, query.nowMs);
  const type = site.types.get(query.appointmentTypeId);
  if (type === undefined) throw new RangeError(`The site has no appointment type ${query.appointmentTypeId}.`);
  const days = daysOf(site.horizon, query.dateFrom, query.dateTo);
  if (days === undefined) throw new RangeError(`${query.dateFrom} to ${query.dateTo} is outside the compiled days.`);
  const shape = shapeOf(type, query.durationMinutes);
  const fromBit = days[0]?.fromBit ?? 0;
  const toBit = days.at(-1)?.toBit ?? 0;
  const window = { site, fromWord: fromBit >>> 5, toWord: Math.ceil(toBit / 32) };
  const needed = needsOf(site, type, query);
  const grid = gridStarts(site, type.startTimeIntervalMinutes).slice(window.fromWord, window.toWord);
  clearRange(grid, 0, fromBit & 31);
  clearRange(grid, toBit - window.fromWord * 32, grid.length * 32);
  const layers = [
    ...windowLayers(window, type, query),
    ...offeringLayers(window, type, query, shape),
    ...resourceLayers(window, { within: openStarts(site, shape.durationBuckets), type, query, shape, needed }),
    { reason: 'no_price' as const, bits: view(window, typeStarts(site, type, shape.durationBuckets).priced) },
  ];
  return { ...window, query, type, shape, days, needed, grid, layers };
}

/** The conditions of when an offering of any kind may be booked at all. */
export function windowLayers(window: Window, type: BookingRules, query: Asker): Layer[] {
  const { horizon } = window.site;
  const windows = bookingWindows(type, query, horizon.zone);
  const firstEarliest = bitFrom(horizon, Math.min(...windows.map(({ earliestMs }) => earliestMs)));
  const notTooFar = range(window, Number.NEGATIVE_INFINITY, firstEarliest);
  for (const { earliestMs, latestMs } of windows) {
    const base = window.fromWord * 32;
    setRange(notTooFar, bitFrom(horizon, earliestMs) - base, bitOf(horizon, latestMs) + 1 - base);
  }
  return [
    { reason: 'time_passed', bits: range(window, bitFrom(horizon, query.nowMs), Number.POSITIVE_INFINITY) },
    { reason: 'not_yet_bookable', bits: notTooFar },
    { reason: 'no_longer_bookable', bits: range(window, firstEarliest, Number.POSITIVE_INFINITY) },
  ];
}

function offeringLayers(window: Window, type: AppointmentType, query: SlotQuery, shape: Shape): Layer[] {
  const isOffered =
    type.minGuests <= query.guests &&
    query.guests <= type.maxGuests &&
    type.durationsMinutes.includes(query.durationMinutes);
  return [
    { reason: 'members_only', bits: isPermitted(type, query) ? everything(window) : nothing(window) },
    { reason: 'site_closed', bits: view(window, openStarts(window.site, shape.durationBuckets)) },
    {
      reason: 'offering_unavailable',
      bits: isOffered ? view(window, typeStarts(window.site, type, shape.durationBuckets).available) : nothing(window),
    },
  ];
}

interface Request {
  /** Starts inside the opening hours: the only ones whose resources matter, since all others are refused before. */
  readonly within: Uint32Array;
  readonly type: AppointmentType;
  readonly query: SlotQuery;
  readonly shape: Shape;
  readonly needed: Needs;
}

function resourceLayers(window: Window, request: Request): Layer[] {
  const { within, query, shape, needed } = request;
  const layers: Layer[] = [
    ...practitionerDemands(request).map((wanted) => layerOf(window, 'no_practitioners_available', wanted)),
    ...roomDemands(request).map((wanted) => layerOf(window, 'no_rooms_available', wanted)),
    ...needed.equipment.map(({ id, candidate }) =>
      layerOf(window, 'no_equipment_available', {
        key: `equipment ${id} ${shapeKey(shape)}`,
        candidates: candidate === undefined ? [] : [candidate],
        demand: () => ({ lanes: candidate === undefined ? [] : lanes(candidate, 'units'), atLeast: 1, shape, within }),
      }),
    ),
  ];
  if (needed.guests.length > 0) {
    const guestLanes = needed.guests.flatMap((guest) => lanes(guest, 'whole'));
    // Guests need not stay for the buffer.
    const guestShape = { durationBuckets: buckets(query.durationMinutes, 1), bufferBuckets: 0 };
    const demand = { lanes: guestLanes, atLeast: guestLanes.length, shape: guestShape, within };
    layers.push({ reason: 'guest_unavailable', bits: startsOf(demand, window.fromWord, window.toWord) });
  }
  return layers;
}

/** A demand with the candidates behind it, and the key under which its starts are kept; no key when they are particular to the query. */
interface Wanted {
  readonly key: string | undefined;
  readonly candidates: readonly Candidate[];
  /** Laid out only when its starts are not kept yet. */
  readonly demand: () => Demand;
}

function practitionerDemands({ within, type, query, shape, needed }: Request): Wanted[] {
  const { count, requestedIds, candidates } = needed.practitioners;
  if (count === 0 && requestedIds.length === 0) return [];
  const demand = (atLeast: number, from: readonly Candidate[]) => () => ({
    lanes: from.flatMap((candidate) => lanes(candidate, 'whole')),
    atLeast,
    shape,
    within,
  });
  const key = `practitioners ${type.id} ${query.guests} ${shapeKey(shape)}`;
  const isWholeList = requestedIds.length <= count;
  const requested = candidates.filter(({ resource }) => requestedIds.includes(resource.id));
  const all = { key: isWholeList ? key : undefined, candidates, demand: demand(Math.max(count, 1), candidates) };
  if (requestedIds.length === 0 || !isWholeList) return [all];
  return [{ key: undefined, candidates: requested, demand: demand(requestedIds.length, requested) }, all];
}

function roomDemands({ within, type, query, shape, needed }: Request): Wanted[] {
  const { mode, candidates } = needed.rooms;
  if (mode === 'none') return [];
  const use = mode === 'shared' ? 'units' : 'whole';
  return [
    {
      key: query.roomIds?.length ? undefined : `rooms ${type.id} ${query.guests} ${shapeKey(shape)}`,
      candidates,
      demand: () => ({
        lanes: candidates.flatMap((candidate) => lanes(candidate, use)),
        atLeast: mode === 'shared' ? query.guests : 1,
        shape,
        within,
      }),
    },
  ];
}

function layerOf(window: Window, reason: NoAvailabilityReason, { key, candidates, demand }: Wanted): Layer {
  const { site, fromWord, toWord } = window;
  const excludesClaims = candidates.some(({ resource, claimed }) => claimed !== resource.claimed);
  if (key === undefined || excludesClaims) return { reason, bits: startsOf(demand(), fromWord, toWord) };
  const resources = candidates.map(({ resource }) => resource);
  return {
    reason,
    bits: readStarts(
      startGroup(site, key, () => ({ demand: demand(), resources })),
      fromWord,
      toWord,
    ),
  };
}

/** A booking's length in buckets. */
export function shapeOf(type: AppointmentType, durationMinutes: number): Shape {
  return { durationBuckets: buckets(durationMinutes, 1), bufferBuckets: buckets(type.endBufferMinutes, 0) };
}

/** The resources that a query needs, and who of them it may have. */
export function needsOf(site: CompiledSite, type: AppointmentType, query: SlotQuery): Needs {
  const see = claimedWithout(site, query);
  const count = practitionersNeeded(type, query.guests);
  const requestedIds = distinct(query.practitionerIds ?? []);
  const practitioners = listedPractitioners(site, type)
    .filter(({ id }) => requestedIds.length <= count || requestedIds.includes(id))
    .map((resource) => {
      const claimed = see(resource);
      const allowed = restrictedStarts(site, resource, claimed, { type, durationMinutes: query.durationMinutes });
      return allowed === undefined ? { resource, claimed } : { resource, claimed, allowed };
    });
  const namedIds = query.roomIds?.length ? query.roomIds : undefined;
  const mode = type.roomIds.length === 0 && !namedIds ? 'none' : roomMode(type);
  const rooms = listedRooms(site, type)
    .filter(({ id, room }) => namedIds?.includes(id) !== false && (mode === 'shared' || room.capacity >= query.guests))
    .map((resource) => ({ resource, claimed: see(resource) }));
  return {
    practitioners: { count, requestedIds, candidates: practitioners },
    rooms: { mode, candidates: rooms },
    equipment: distinct(type.equipmentIds).map((id) => {
      const resource = site.equipment.get(id);
      return { id, candidate: resource === undefined ? undefined : { resource, claimed: see(resource) } };
    }),
    guests: distinct(query.guestIds ?? []).flatMap((id) => {
      const resource = site.guests.get(id);
      return resource === undefined ? [] : [{ resource, claimed: see(resource) }];
    }),
  };
}

function roomMode(type: AppointmentType): 'exclusive' | 'shared' {
  return type.allocateMultiCapacityRooms ? 'shared' : 'exclusive';
}

/** Whose claims a query leaves out. */
type Exclusions = Pick<SlotQuery, 'excludeBookingIds' | 'excludeItemIds' | 'excludeOrderIds' | 'sharing'>;

/** What is claimed of a resource beside the claims that a query leaves out. */
export function claimedWithout(site: CompiledSite, exclusions: Exclusions): (resource: Resource) => ClaimedTime {
  return seeWithout(excludedClaims(site, exclusions), site);
}

function excludedClaims(site: CompiledSite, query: Exclusions): ReadonlySet<Claim> {
  const excluded = new Set<Claim>();
  const exclude = (ids: readonly string[] | undefined, field: 'bookingId' | 'itemId' | 'orderId') => {
    for (const id of ids ?? [])
      for (const claim of claimsOwnedBy(site, id)) if (claim[field] === id) excluded.add(claim);
  };
  exclude(query.excludeBookingIds, 'bookingId');
  exclude(query.excludeItemIds, 'itemId');
  exclude(query.excludeOrderIds, 'orderId');
  for (const claim of claimsOwnedBy(site, query.sharing?.lineId ?? ''))
    if (leavesFree(claim, query.sharing)) excluded.add(claim);
  return excluded;
}

function seeWithout(excluded: ReadonlySet<Claim>, site: CompiledSite): (resource: Resource) => ClaimedTime {
  const touched = new Set([...excluded].map(({ resourceId }) => resourceId));
  return ({ id, claimed }) => {
    if (!touched.has(id)) return claimed;
    const others = claimed.claims.filter((claim) => !excluded.has(claim));
    return claimTime(site.horizon, claimed.units.length, others);
  };
}

/** One lane per unit of a candidate, or one for the candidate as a whole. */
export function lanes({ resource, claimed, allowed }: Candidate, use: 'units' | 'whole'): Lane[] {
  const all = lanesOf(resource, claimed, use);
  return allowed === undefined ? all : all.map((lane) => ({ ...lane, allowed }));
}

/** A length in buckets of five minutes, at least so many; refuses what is off the grid or too long with a RangeError. */
export function buckets(minutes: number, atLeast: number): number {
  const count = minutes / minutesPerBucket;
  if (!Number.isInteger(count) || count < atLeast || minutes > maxSpanMinutes) {
    throw new RangeError(`${minutes} minutes is not a multiple of ${minutesPerBucket} up to ${maxSpanMinutes}.`);
  }
  return count;
}

function shapeKey({ durationBuckets, bufferBuckets }: Shape): string {
  return `${durationBuckets}+${bufferBuckets}`;
}

/** The words of a bitset that a search reads. */
export function view({ fromWord, toWord }: Window, bits: Uint32Array): Uint32Array {
  return bits.subarray(fromWord, toWord);
}

function range(window: Window, fromBit: number, toBit: number): Uint32Array {
  const bits = nothing(window);
  setRange(bits, fromBit - window.fromWord * 32, toBit - window.fromWord * 32);
  return bits;
}

/** No bit of a window. */
export function nothing({ fromWord, toWord }: Window): Uint32Array {
  return new Uint32Array(toWord - fromWord);
}

/** Every bit of a window. */
export function everything(window: Window): Uint32Array {
  return nothing(window).fill(0xffffffff);
}

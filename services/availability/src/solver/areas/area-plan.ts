import { clearRange, hasBit } from '../bitset.ts';
import { isPermitted } from '../booking-window.ts';
import { type CompiledSite, freeExpiredHolds, gridStarts, openStarts, typeStarts } from '../compile-site.ts';
import { distinct } from '../eligibility.ts';
import { daysOf, type HorizonDay, maxSpanMinutes } from '../horizon.ts';
import { type Shape, startsOf } from '../kernel.ts';
import {
  buckets,
  claimedWithout,
  everything,
  type Layer,
  nothing,
  view,
  type Window,
  windowLayers,
} from '../search-plan.ts';
import type { AreaBookingType, AreaClaim } from '../model.ts';
import { type AreaQuery, durationsOf } from './area-model.ts';
import { fullBits, type Occupancy, occupancyOf } from './area-occupancy.ts';
import type { AreaResource } from './compile-areas.ts';

/** An area as one query sees it; index 0 of its bits is bit 0 of the plan's `fromWord`. */
export interface AreaLane {
  readonly resource: AreaResource;
  readonly work: Uint32Array;
  /** Where it can not take the party that asks as well. */
  readonly busy: Uint32Array;
  readonly occupancy: Occupancy;
}

/** A duration and its conditions in the order of their reasons. */
export interface DurationPlan {
  readonly durationMinutes: number;
  readonly shape: Shape;
  readonly layers: readonly Layer[];
}

/** Everything one query about areas needs, worked out once. */
export interface AreaPlan extends Window {
  readonly query: AreaQuery;
  readonly type: AreaBookingType;
  readonly days: readonly HorizonDay[];
  /** Starts on the wall clock grid of the days asked for. */
  readonly grid: Uint32Array;
  /** The areas that may be taken, the smallest first. */
  readonly lanes: readonly AreaLane[];
  /** Shortest first. */
  readonly durations: readonly DurationPlan[];
}

/** Plans a search; lapsed holds are freed first. Refuses, with a RangeError, what the compiled site can not answer. */
export function planAreas(site: CompiledSite, query: AreaQuery): AreaPlan {
  freeExpiredHolds(site, query.nowMs);
  const type = site.areas.types.get(query.areaBookingTypeId);
  if (type === undefined) throw new RangeError(`The site has no area booking type ${query.areaBookingTypeId}.`);
  const days = daysOf(site.horizon, query.dateFrom, query.dateTo);
  if (days === undefined) throw new RangeError(`${query.dateFrom} to ${query.dateTo} is outside the compiled days.`);
  const fromBit = days[0]?.fromBit ?? 0;
  const toBit = days.at(-1)?.toBit ?? 0;
  const window: Window = { site, fromWord: fromBit >>> 5, toWord: Math.ceil(toBit / 32) };
  const grid = view(window, gridStarts(site, type.startTimeIntervalMinutes)).slice();
  clearRange(grid, 0, fromBit & 31);
  clearRange(grid, toBit - window.fromWord * 32, grid.length * 32);
  const lanes = lanesOf(window, type, query);
  const { durationMinutes } = query;
  const common = [
    ...windowLayers(window, type, query),
    { reason: 'members_only' as const, bits: isPermitted(type, query) ? everything(window) : nothing(window) },
  ];
  const durations = (durationMinutes === undefined ? durationsOf(type) : [durationMinutes]).map((minutes) => {
    const shape = { durationBuckets: buckets(minutes, 1), bufferBuckets: buckets(type.endBufferMinutes, 0) };
    const layers = [...common, ...durationLayers(window, { type, query, lanes, shape })];
    return { durationMinutes: minutes, shape, layers };
  });
  return { ...window, query, type, days, grid, lanes, durations };
}

/** The places left in an area for a booking of a shape that starts at an index of the plan's bits; 0 when it can not be taken. */
export function placesLeft(lane: AreaLane, index: number, { durationBuckets, bufferBuckets }: Shape): number {
  if (!isUsable(lane, index, durationBuckets)) return 0;
  const end = index + durationBuckets + bufferBuckets;
  let peak = 0;
  for (let at = index; at < end; at++) {
    if (hasBit(lane.busy, at)) return 0;
    peak = Math.max(peak, lane.occupancy.guests[at] ?? 0);
  }
  return lane.resource.area.capacity - peak;
}

/** Whether an area is open throughout. */
export function isUsable({ work }: AreaLane, index: number, durationBuckets: number): boolean {
  for (let at = index; at < index + durationBuckets; at++) if (!hasBit(work, at)) return false;
  return true;
}

interface DurationRequest {
  readonly type: AreaBookingType;
  readonly query: AreaQuery;
  readonly lanes: readonly AreaLane[];
  readonly shape: Shape;
}

function durationLayers(window: Window, { type, query, lanes, shape }: DurationRequest): Layer[] {
  const { durationBuckets } = shape;
  const within = view(window, openStarts(window.site, durationBuckets));
  const own = typeStarts(window.site, type, durationBuckets);
  const isOffered =
    type.minGuests <= query.guests && query.guests <= type.maxGuests && durationsOf(type).includes(durationBuckets * 5);
  const demand = { lanes, atLeast: 1, shape, within };
  return [
    { reason: 'site_closed', bits: within },
    { reason: 'offering_unavailable', bits: isOffered ? view(window, own.available) : nothing(window) },
    { reason: 'no_areas_available', bits: startsOf(demand, 0, within.length) },
    ...guestLayers(window, query, shape),
    { reason: 'no_price', bits: view(window, own.priced) },
  ];
}

/** Guests need not stay for the buffer. */
function guestLayers(window: Window, query: AreaQuery, { durationBuckets }: Shape): Layer[] {
  const { site, fromWord, toWord } = window;
  const see = claimedWithout(site, query);
  const lanes = distinct(query.guestIds ?? []).flatMap((id) => {
    const guest = site.guests.get(id);
    return guest === undefined ? [] : [{ work: guest.work, busy: see(guest).any }];
  });
  if (lanes.length === 0) return [];
  const demand = { lanes, atLeast: lanes.length, shape: { durationBuckets, bufferBuckets: 0 } };
  return [{ reason: 'guest_unavailable', bits: startsOf(demand, fromWord, toWord) }];
}

function lanesOf({ site, fromWord, toWord }: Window, type: AreaBookingType, query: AreaQuery): AreaLane[] {
  const spareWords = Math.ceil((2 * maxSpanMinutes) / 5 / 32) + 1;
  const untilWord = Math.min(toWord + spareWords, site.horizon.wordCount);
  const stretch = { horizon: site.horizon, fromBit: fromWord * 32, toBit: untilWord * 32 };
  return listedAreas(site, type, query).map((resource) => {
    const occupancy = occupancyOf(stretch, countedClaims(resource, query), query.orderId);
    return {
      resource,
      work: resource.work.subarray(fromWord, untilWord),
      busy: fullBits(occupancy, resource.area.capacity, { guests: query.guests, basketsMax: type.basketsMax }),
      occupancy,
    };
  });
}

/** The areas of a type that a query may have, the smallest first and then in the site's order. */
export function listedAreas(site: CompiledSite, type: AreaBookingType, query: AreaQuery): AreaResource[] {
  const asked = query.areaIds ?? type.areaIds;
  return [...site.areas.resources.values()]
    .filter(({ area }) => type.areaIds.includes(area.id) && asked.includes(area.id))
    .sort((a, b) => a.area.capacity - b.area.capacity);
}

/** The claims of an area that count for a query. */
export function countedClaims({ claims }: Pick<AreaResource, 'claims'>, query: AreaQuery): AreaClaim[] {
  return [...claims.values()].filter((claim) => counts(claim, query));
}

function counts({ bookingId, itemId, orderId, expiresAtMs }: AreaClaim, query: AreaQuery): boolean {
  if (expiresAtMs !== null && expiresAtMs <= query.nowMs) return false;
  const isExcluded =
    query.excludeBookingIds?.includes(bookingId) === true ||
    query.excludeItemIds?.includes(itemId) === true ||
    query.excludeOrderIds?.includes(orderId) === true;
  return !isExcluded;
}

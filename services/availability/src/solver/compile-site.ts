import { minutesPerBucket } from '@lido/runtime/time/local-day.ts';
import { type CompiledAreas, compileAreas } from './areas/compile-areas.ts';
import { erode } from './bitset.ts';
import { addClaim, type ClaimedTime, claimRange, claimTime, dropClaim } from './claimed-time.ts';
import { emptyBits, type Horizon, layOutHorizon, openWallTime, startGrid } from './horizon.ts';
import type { Lane } from './kernel.ts';
import type { AppointmentType, Claim, EquipmentPool, Practitioner, Room, SiteModel } from './model.ts';
import { applyRule, openingBits, ruledBits, workingBits } from './open-time.ts';
import { pricesDuration } from './price.ts';
import { createStartGroup, markStale, type StartGroup } from './start-group.ts';

/** A resource on the grid: when it works, and what is claimed of it. */
export interface Resource {
  readonly id: string;
  readonly work: Uint32Array;
  readonly claimed: ClaimedTime;
  /** Cached unions that a change of this resource makes stale. */
  readonly groups: Set<StartGroup>;
}

export interface PractitionerResource extends Resource {
  readonly practitioner: Practitioner;
}

export interface RoomResource extends Resource {
  readonly room: Room;
}

export interface EquipmentResource extends Resource {
  readonly pool: EquipmentPool;
}

/** The parts of a start's answer that depend only on the type and the duration. */
export interface TypeStarts {
  /** Starts whose whole duration lies in the type's own availability. */
  readonly available: Uint32Array;
  /** Starts that have a price. */
  readonly priced: Uint32Array;
}

/** What an offering's own starts depend on. */
export type RuledOffering = Pick<AppointmentType, 'id' | 'availabilityRules' | 'priceRules'>;

/** A site ready to be searched. Only the functions of this file change it. */
export interface CompiledSite {
  readonly model: SiteModel;
  readonly horizon: Horizon;
  readonly practitioners: ReadonlyMap<string, PractitionerResource>;
  readonly rooms: ReadonlyMap<string, RoomResource>;
  readonly equipment: ReadonlyMap<string, EquipmentResource>;
  /** Guests appear with their first claim. */
  readonly guests: Map<string, Resource>;
  readonly types: ReadonlyMap<string, AppointmentType>;
  readonly areas: CompiledAreas;
  readonly opening: Uint32Array;
  /** All time, and none: the bitsets of what is not bounded. */
  readonly always: Uint32Array;
  readonly never: Uint32Array;
  readonly claims: Map<string, Claim>;
  /** Claims by the ids of their booking, item and order. */
  readonly owned: Map<string, readonly Claim[]>;
  readonly holds: Set<Claim>;
  readonly caches: SiteCaches;
}

/** What searches keep; every map is emptied when it grows past its bound. */
interface SiteCaches {
  readonly grids: Map<number, Uint32Array>;
  readonly openStarts: Map<number, Uint32Array>;
  readonly typeStarts: Map<string, TypeStarts>;
  readonly groups: Map<string, StartGroup>;
}

const cacheLimit = 512;

/** Compiles a site for `dayCount` (1 to 366) local days from `firstDate`. */
export function compileSite(model: SiteModel, firstDate: string, dayCount: number): CompiledSite {
  const horizon = layOutHorizon(model.zone, firstDate, dayCount);
  const claimsOf = Map.groupBy(model.claims, ({ resourceId }) => resourceId);
  const opening = openingBits(horizon, model.openingHours, model.openingExceptions);
  const always = emptyBits(horizon).fill(0xffffffff);
  const resource = (id: string, work: Uint32Array, unitCount: number): Resource => {
    const claimed = claimTime(horizon, unitCount, claimsOf.get(id) ?? []);
    claimsOf.delete(id);
    return { id, work, claimed, groups: new Set() };
  };
  const practitioners = byId(
    model.practitioners.map((practitioner) => ({
      ...resource(practitioner.id, workingBits(horizon, practitioner), 1),
      practitioner,
    })),
  );
  const rooms = byId(
    model.rooms.map((room) => ({
      ...resource(room.id, ruledBits(horizon, room.availabilityRules, opening), room.capacity),
      room,
    })),
  );
  const equipment = byId(model.equipment.map((pool) => ({ ...resource(pool.id, always, pool.quantity), pool })));
  const guests = byId([...claimsOf.keys()].map((id) => resource(id, always, 1)));
  return {
    model,
    horizon,
    practitioners,
    rooms,
    equipment,
    guests,
    types: byId(model.appointmentTypes),
    areas: compileAreas(horizon, opening, model),
    opening,
    always,
    never: emptyBits(horizon),
    claims: byId(model.claims),
    owned: ownedClaims(model.claims),
    holds: new Set(model.claims.filter(({ expiresAtMs }) => expiresAtMs !== null)),
    caches: { grids: new Map(), openStarts: new Map(), typeStarts: new Map(), groups: new Map() },
  };
}

/** Adds a claim, or replaces the one with its id (a renewed, confirmed or moved hold). */
export function applyClaim(site: CompiledSite, claim: Claim): void {
  removeClaim(site, claim.id);
  const resource = resourceOf(site, claim.resourceId) ?? addGuest(site, claim.resourceId);
  site.claims.set(claim.id, claim);
  addOwned(site.owned, claim);
  if (claim.expiresAtMs !== null) site.holds.add(claim);
  addClaim(site.horizon, resource.claimed, claim);
  markChanged(site, resource, claim);
}

/** Removes a claim; an unknown id changes nothing. */
export function removeClaim(site: CompiledSite, claimId: string): void {
  const claim = site.claims.get(claimId);
  if (claim === undefined) return;
  site.claims.delete(claimId);
  removeOwned(site.owned, claim);
  site.holds.delete(claim);
  const resource = resourceOf(site, claim.resourceId);
  if (resource === undefined) return;
  dropClaim(site.horizon, resource.claimed, claim);
  markChanged(site, resource, claim);
}

/** Removes the holds that lapsed by `nowMs`; every search does so before it reads. */
export function freeExpiredHolds(site: CompiledSite, nowMs: number): void {
  for (const { id, expiresAtMs } of site.holds) {
    if (expiresAtMs !== null && expiresAtMs <= nowMs) removeClaim(site, id);
  }
}

/** The claims of a booking, an item, an order, or of those that share a line's guests. */
export function claimsOwnedBy(site: CompiledSite, ownerId: string): Iterable<Claim> {
  return site.owned.get(ownerId) ?? [];
}

/** Starts on the wall clock grid of an interval. */
export function gridStarts(site: CompiledSite, intervalMinutes: number): Uint32Array {
  return remember(site.caches.grids, intervalMinutes, () => startGrid(site.horizon, intervalMinutes));
}

/** Starts whose whole duration lies in the site's opening hours. */
export function openStarts(site: CompiledSite, durationBuckets: number): Uint32Array {
  return remember(site.caches.openStarts, durationBuckets, () => eroded(site.opening, durationBuckets));
}

/** The starts that an offering itself allows for a duration in buckets of five minutes. */
export function typeStarts(site: CompiledSite, type: RuledOffering, durationBuckets: number): TypeStarts {
  const durationMinutes = durationBuckets * minutesPerBucket;
  return remember(site.caches.typeStarts, `${type.id} ${durationBuckets}`, () => ({
    available: eroded(ruledBits(site.horizon, type.availabilityRules, site.always, durationMinutes), durationBuckets),
    priced: pricedStarts(site.horizon, type, durationMinutes),
  }));
}

/** The cached group of a demand; `key` must name everything the demand depends on besides the site's own state. */
export function startGroup(
  site: CompiledSite,
  key: string,
  create: () => { readonly demand: StartGroup['demand']; readonly resources: Iterable<Resource> },
): StartGroup {
  const known = site.caches.groups.get(key);
  if (known !== undefined) return known;
  if (site.caches.groups.size >= cacheLimit) forgetGroups(site);
  const { demand, resources } = create();
  const group = createStartGroup(demand, site.horizon.wordCount);
  site.caches.groups.set(key, group);
  for (const resource of resources) resource.groups.add(group);
  return group;
}

/** One lane per unit of a resource, or one for the resource as a whole. */
export function lanesOf(resource: Resource, claimed: ClaimedTime, use: 'units' | 'whole'): Lane[] {
  const { work } = resource;
  return use === 'whole' ? [{ work, busy: claimed.any }] : claimed.units.map((busy) => ({ work, busy }));
}

function markChanged(site: CompiledSite, resource: Resource, claim: Claim): void {
  if (resource.groups.size === 0) return;
  const [from, to] = claimRange(site.horizon, claim);
  // A daily maximum of a practitioner spreads a claim's effect over its whole local date.
  const day = site.horizon.days.find(({ fromBit, toBit }) => fromBit <= from && from < toBit);
  const hasDailyLimit = site.practitioners.get(resource.id)?.practitioner.restrictions.length ?? 0;
  const [first, last] = hasDailyLimit > 0 && day ? [day.fromBit, Math.max(to, day.toBit)] : [from, to];
  for (const group of resource.groups) markStale(group, first, last);
}

function ownedClaims(claims: readonly Claim[]): Map<string, Claim[]> {
  const owned = new Map<string, Claim[]>();
  for (const claim of claims) {
    for (const owner of ownersOf(claim)) {
      const others = owned.get(owner);
      if (others === undefined) owned.set(owner, [claim]);
      else others.push(claim);
    }
  }
  return owned;
}

function addOwned(owned: Map<string, readonly Claim[]>, claim: Claim): void {
  for (const owner of ownersOf(claim)) owned.set(owner, [...(owned.get(owner) ?? []), claim]);
}

function removeOwned(owned: Map<string, readonly Claim[]>, claim: Claim): void {
  for (const owner of ownersOf(claim)) {
    const others = (owned.get(owner) ?? []).filter((other) => other !== claim);
    if (others.length > 0) owned.set(owner, others);
    else owned.delete(owner);
  }
}

function ownersOf({ bookingId, itemId, orderId, sharedBy = null }: Claim): string[] {
  return [bookingId, itemId, orderId, sharedBy].filter((id) => id !== null);
}

function resourceOf(site: CompiledSite, id: string): Resource | undefined {
  return site.practitioners.get(id) ?? site.rooms.get(id) ?? site.equipment.get(id) ?? site.guests.get(id);
}

function addGuest(site: CompiledSite, id: string): Resource {
  const guest = { id, work: site.always, claimed: claimTime(site.horizon, 1, []), groups: new Set<StartGroup>() };
  site.guests.set(id, guest);
  return guest;
}

function forgetGroups(site: CompiledSite): void {
  site.caches.groups.clear();
  for (const resources of [site.practitioners, site.rooms, site.equipment]) {
    for (const resource of resources.values()) resource.groups.clear();
  }
}

function pricedStarts(horizon: Horizon, type: RuledOffering, durationMinutes: number): Uint32Array {
  const bits = emptyBits(horizon);
  const nextBucket = (minute: number) => Math.ceil(minute / 5) * 5;
  for (const rule of type.priceRules) {
    if (!pricesDuration(rule, durationMinutes)) continue;
    applyRule(horizon, rule, (day, from, to) => openWallTime(bits, day, nextBucket(from), nextBucket(to)));
  }
  return bits;
}

function eroded(bits: Uint32Array, length: number): Uint32Array {
  const copy = bits.slice();
  erode(copy, length);
  return copy;
}

function remember<K, V>(cache: Map<K, V>, key: K, create: () => V): V {
  const known = cache.get(key);
  if (known !== undefined) return known;
  if (cache.size >= cacheLimit) cache.clear();
  const created = create();
  cache.set(key, created);
  return created;
}

function byId<T extends { readonly id: string }>(items: readonly T[]): Map<string, T> {
  return new Map(items.map((item) => [item.id, item]));
}

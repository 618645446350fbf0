import { setTimeout } from 'node:timers/promises';
import type { Site } from '@lido/proto/lido/customers/v1/site.ts';
import type { Database } from '@lido/runtime/db/database.ts';
import type { Caller } from '@lido/runtime/grpc/client.ts';
import type { Clock } from '@lido/runtime/service/clock.ts';
import type { Sites } from '@lido/runtime/tenancy/sites.repository.ts';
import { addDays, localDateOf, startOfDay } from '@lido/runtime/time/zone.ts';
import { claimKey } from '../claims/claim.ts';
import { applyAreaClaim, areaClaimsOf, findAreaClaim, removeAreaClaim } from '../solver/areas/compile-areas.ts';
import { applyClaim, type CompiledSite, compileSite, removeClaim } from '../solver/compile-site.ts';
import { maxHorizonDays } from '../solver/horizon.ts';
import type { Offering } from '../offerings/offering.ts';
import { loadSite, type SiteSnapshot } from './load-site.repository.ts';
import { inCompany } from '@lido/runtime/service/in-company.ts';
import {
  changesSince,
  currentVersions,
  isSame,
  noVersion,
  type SiteChange,
  type SiteVersion,
  type VersionedChange,
} from './site-version.repository.ts';

/** A site, its live offerings and those that are only booked still, and its compiled time as of one version. */
export interface VersionedSite extends SiteVersion {
  site: Site;
  offerings: ReadonlyMap<string, Offering>;
  former: ReadonlyMap<string, Offering>;
  compiled: CompiledSite;
}

/** The sites of this process, each as fresh as the database was when it was asked for. */
export interface CompiledSites {
  /** Undefined when there is no such site. Throws unavailable when nobody can say. */
  get(siteId: string, caller: Caller): Promise<VersionedSite | undefined>;
  /** A site as this process has just seen it, without looking again: for who proves what they do with it. */
  known(siteId: string): VersionedSite | undefined;
  /** The site at which an order is known to have claims, without looking. */
  siteOfOrder(orderId: string): string | undefined;
  /** Takes over a change that this process has made itself of the version before it, so that nobody needs to read it. */
  follow(siteId: string, before: SiteVersion, made: VersionedChange): void;
}

/** Under load a read of the version is shared by all who ask within this time of the last; alone nobody waits for it. */
const restMs = 2;
/** For so long after it was seen a site is likely to be still the same. */
const knownMs = 1_000;
const changesMax = 200;
const sitesMax = 500;

interface CachedSite extends VersionedSite {
  /** The local day it begins with, `[dayFromMs, dayToMs)`; on another day it is compiled anew. */
  dayFromMs: number;
  dayToMs: number;
  /** When it was last looked at, or followed a change of this process. */
  seenMs: number;
  /** The claims' keys by booking, so that a change touches its own claims only. */
  keys: Map<string, string[]>;
}

/**
 * Keeps bitsets as a cache of the database. Every read compares versions first: changes of claims are applied one by one,
 * a change of the model or a new day reads the site again. So no answer is older than its question, at one short query for all who ask at once.
 */
export function compiledSites(db: Database, clock: Clock, sites: Sites): CompiledSites {
  const cache = new Map<string, CachedSite>();
  const loading = new Map<string, Promise<CachedSite | undefined>>();
  const versionOf = inCompany((siteIds: string[]) => currentVersions(db.fork(), siteIds), {
    rest: () => setTimeout(restMs, undefined, { ref: false }),
  });

  const load = (siteId: string): Promise<CachedSite | undefined> => {
    const running = loading.get(siteId);
    if (running) return running;
    const started = loadSite(db.fork(), siteId, clock.nowMs()).then((snapshot) => {
      if (!snapshot) return undefined;
      const loaded = compile(snapshot, clock.nowMs());
      if (cache.size >= sitesMax) cache.delete(cache.keys().next().value ?? '');
      cache.set(siteId, loaded);
      return loaded;
    });
    loading.set(siteId, started);
    return started.finally(() => loading.delete(siteId));
  };

  return {
    get: async (siteId, caller) => {
      for (;;) {
        const current = (await versionOf(siteId)) ?? noVersion;
        const cached = cache.get(siteId);
        if (cached && isOfToday(cached, clock.nowMs()) && (await catchUp(db, cached, current))) {
          cached.seenMs = clock.nowMs();
          return cached;
        }
        const loaded = await load(siteId);
        // A load that somebody else began may have read an older version; it is then not enough for this reader.
        if (loaded && loaded.version >= current.version && isOfToday(loaded, clock.nowMs())) return loaded;
        if (!loaded && !(await sites.find(db.fork(), siteId, caller))) return undefined;
      }
    },
    known: (siteId) => {
      const cached = cache.get(siteId);
      if (!cached || !isOfToday(cached, clock.nowMs())) return undefined;
      return clock.nowMs() - cached.seenMs < knownMs ? cached : undefined;
    },
    siteOfOrder: (orderId) => {
      for (const [siteId, { compiled }] of cache) if (compiled.owned.has(orderId)) return siteId;
      return undefined;
    },
    follow: (siteId, before, made) => {
      const cached = cache.get(siteId);
      if (!cached || !isSame(cached, before)) return;
      advance(cached, made);
      cached.seenMs = clock.nowMs();
    },
  };
}

function compile({ model, ...snapshot }: SiteSnapshot, nowMs: number): CachedSite {
  const firstDate = localDateOf(nowMs, model.zone);
  const compiled = compileSite(model, firstDate, maxHorizonDays);
  return {
    ...snapshot,
    compiled,
    seenMs: nowMs,
    keys: keysByBooking(compiled),
    dayFromMs: startOfDay(firstDate, model.zone),
    dayToMs: startOfDay(addDays(firstDate, 1), model.zone),
  };
}

function isOfToday({ dayFromMs, dayToMs }: CachedSite, nowMs: number): boolean {
  return dayFromMs <= nowMs && nowMs < dayToMs;
}

/** Brings a cached site to a version by the changes since its own. False where that can not be done, or its own was undone. */
async function catchUp(db: Database, cached: CachedSite, current: SiteVersion): Promise<boolean> {
  if (isSame(cached, current)) return true;
  if (current.version - cached.version > changesMax) return false;
  const { version: from, stamp } = cached;
  // Another request may be ahead of what this one has read; that its version still stands is looked up all the same.
  const changes = await changesSince(
    db.fork(),
    cached.site.id,
    { version: from, stamp },
    Math.max(from, current.version),
  );
  if (!changes || changes.some(({ change }) => change.kind === 'model')) return false;
  // And it may have applied the same changes meanwhile.
  for (const change of changes.slice(cached.version - from)) advance(cached, change);
  return true;
}

function advance(cached: CachedSite, { change, version, stamp }: VersionedChange): void {
  applyChange(cached, change);
  Object.assign(cached, { version, stamp });
}

function keysByBooking(compiled: CompiledSite): Map<string, string[]> {
  const keys = new Map<string, string[]>();
  for (const { id, bookingId } of compiled.claims.values()) if (bookingId !== null) addKey(keys, bookingId, id);
  for (const { id, bookingId } of areaClaimsOf(compiled.areas)) addKey(keys, bookingId, id);
  return keys;
}

function addKey(keys: Map<string, string[]>, bookingId: string, key: string): void {
  const known = keys.get(bookingId);
  if (known) known.push(key);
  else keys.set(bookingId, [key]);
}

function applyChange(cached: CachedSite, change: SiteChange): void {
  const { compiled, keys } = cached;
  if (change.kind === 'claims') {
    for (const bookingId of change.released) {
      for (const key of keys.get(bookingId) ?? []) {
        removeClaim(compiled, key);
        removeAreaClaim(compiled.areas, key);
      }
      keys.delete(bookingId);
    }
    for (const { startsAtMs, endsAtMs, ...claim } of change.taken) {
      const id = claimKey(claim.bookingId, claim.resourceId, claim.unit);
      applyClaim(compiled, { ...claim, id, fromMs: startsAtMs, toMs: endsAtMs });
      addKey(keys, claim.bookingId, id);
    }
    for (const { startsAtMs, endsAtMs, ...claim } of change.takenAreas ?? []) {
      const id = claimKey(claim.bookingId, claim.areaId, 0);
      applyAreaClaim(compiled.areas, { ...claim, id, fromMs: startsAtMs, toMs: endsAtMs });
      addKey(keys, claim.bookingId, id);
    }
  }
  if (change.kind === 'expiry') {
    for (const key of change.bookingIds.flatMap((bookingId) => keys.get(bookingId) ?? [])) {
      const claim = compiled.claims.get(key);
      if (claim) applyClaim(compiled, { ...claim, expiresAtMs: change.expiresAtMs });
      const inArea = findAreaClaim(compiled.areas, key);
      if (inArea) applyAreaClaim(compiled.areas, { ...inArea, expiresAtMs: change.expiresAtMs });
    }
  }
}

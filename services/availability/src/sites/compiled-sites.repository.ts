import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { Site } from '@lido/proto/lido/customers/v1/site.ts';
import type { Database } from '@lido/runtime/db/database.ts';
import type { Clock } from '@lido/runtime/service/clock.ts';
import { localDateOf } from '@lido/runtime/time/zone.ts';
import { claimKey } from '../claims/claim.ts';
import { applyClaim, type CompiledSite, compileSite, removeClaim } from '../solver/compile-site.ts';
import { maxHorizonDays } from '../solver/horizon.ts';
import { loadSite } from './load-site.repository.ts';
import { changesSince, currentVersion, type SiteChange } from './site-version.repository.ts';

/** A site compiled as of one version. */
export interface VersionedSite {
  version: number;
  compiled: CompiledSite;
}

/** The sites of this process, each as fresh as the database was when it was asked for. */
export interface CompiledSites {
  get(em: SqlEntityManager, site: Site): Promise<VersionedSite>;
}

const changesMax = 200;
const sitesMax = 500;

interface CachedSite extends VersionedSite {
  firstDate: string;
  /** The claims' keys by booking, so that a change touches its own claims only. */
  keys: Map<string, string[]>;
}

/**
 * Keeps bitsets as a cache of the database. Every read compares versions first: changes of claims are applied one by one,
 * a change of the model or a new day reads the site again. So no answer is older than its question.
 */
export function compiledSites(db: Database, clock: Clock): CompiledSites {
  const cache = new Map<string, CachedSite>();
  const loading = new Map<string, Promise<CachedSite>>();

  const load = (site: Site, firstDate: string): Promise<CachedSite> => {
    const key = `${site.id} ${firstDate}`;
    const running = loading.get(key);
    if (running) return running;
    const started = loadSite(db.fork(), site).then(({ version, model }) => {
      const compiled = compileSite(model, firstDate, maxHorizonDays);
      const loaded = { version, firstDate, compiled, keys: keysByBooking(compiled) };
      if (cache.size >= sitesMax) cache.delete(cache.keys().next().value ?? '');
      cache.set(site.id, loaded);
      return loaded;
    });
    loading.set(key, started);
    return started.finally(() => loading.delete(key));
  };

  const catchUp = async (em: SqlEntityManager, cached: CachedSite, version: number): Promise<boolean> => {
    if (version - cached.version > changesMax) return false;
    const from = cached.version;
    const changes = await changesSince(em, cached.compiled.model.id, from, version);
    if (!changes || changes.some(({ kind }) => kind === 'model')) return false;
    // Another request may have applied the same changes while this one read them.
    for (const change of changes.slice(cached.version - from)) applyChange(cached, change);
    return true;
  };

  return {
    get: async (em, site) => {
      const firstDate = localDateOf(clock.nowMs(), site.timezone);
      const version = await currentVersion(em, site.id);
      for (;;) {
        const cached = cache.get(site.id);
        const isToday = cached?.firstDate === firstDate;
        if (isToday && (cached.version >= version || (await catchUp(em, cached, version)))) return cached;
        // A load that somebody else began may have read an older version; it is then not enough for this reader.
        const loaded = await load(site, firstDate);
        if (loaded.version >= version) return loaded;
      }
    },
  };
}

function keysByBooking(compiled: CompiledSite): Map<string, string[]> {
  const keys = new Map<string, string[]>();
  for (const { id, bookingId } of compiled.claims.values()) if (bookingId !== null) addKey(keys, bookingId, id);
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
      for (const key of keys.get(bookingId) ?? []) removeClaim(compiled, key);
      keys.delete(bookingId);
    }
    for (const { startsAtMs, endsAtMs, ...claim } of change.taken) {
      const id = claimKey(claim.bookingId, claim.resourceId, claim.unit);
      applyClaim(compiled, { ...claim, id, fromMs: startsAtMs, toMs: endsAtMs });
      addKey(keys, claim.bookingId, id);
    }
  }
  if (change.kind === 'expiry') {
    for (const key of change.bookingIds.flatMap((bookingId) => keys.get(bookingId) ?? [])) {
      const claim = compiled.claims.get(key);
      if (claim) applyClaim(compiled, { ...claim, expiresAtMs: change.expiresAtMs });
    }
  }
  cached.version++;
}

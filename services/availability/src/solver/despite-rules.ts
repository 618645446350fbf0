import { type Combination, combine } from './combinations.ts';
import { type CompiledSite, freeExpiredHolds, type Resource } from './compile-site.ts';
import type { FreeResources } from './free-resources.ts';
import { bitOf } from './horizon.ts';
import type { Claim, SlotQuery } from './model.ts';
import type { NoAvailabilityReason } from './reason.ts';
import type { Shape } from './kernel.ts';
import { type Candidate, claimedWithout, type Needs, needsOf, shapeOf } from './search-plan.ts';

/**
 * Combinations for a start whatever the rules say: opening hours, rotas, prices, guests and the grid are skipped, what others hold is
 * not. Requested practitioners and rooms need not be listed by the type. `takesOver` counts what was requested as free, for who may
 * take it from others. Answers the first kind of resource that is lacking instead, when there is one.
 */
export function combinationsDespiteRules(
  site: CompiledSite,
  query: SlotQuery,
  startMs: number,
  options: { readonly max: number; readonly rotateBy?: number; readonly takesOver?: boolean },
): Combination[] | NoAvailabilityReason {
  const found = freeDespiteRules(site, query, startMs, options.takesOver ?? false);
  if (typeof found === 'string') return found;
  const { needed, free, shape, endMs, bufferEndMs } = found;
  const plan = { site, query, needed, shape };
  return combine(plan, free, bitOf(site.horizon, startMs), { rotateBy: 0, ...options }).map((combination) => ({
    ...combination,
    endMs,
    bufferEndMs,
  }));
}

/** What a start needs and what of it nobody else holds then. */
export interface FreeDespiteRules {
  readonly needed: Needs;
  readonly free: FreeResources;
  readonly shape: Shape;
  readonly endMs: number;
  readonly bufferEndMs: number;
}

/** The same before anything is chosen. */
export function freeDespiteRules(
  site: CompiledSite,
  query: SlotQuery,
  startMs: number,
  takesOver: boolean,
): FreeDespiteRules | NoAvailabilityReason {
  freeExpiredHolds(site, query.nowMs);
  const type = site.types.get(query.appointmentTypeId);
  if (type === undefined) throw new RangeError(`The site has no appointment type ${query.appointmentTypeId}.`);
  const endMs = startMs + query.durationMinutes * 60_000;
  const bufferEndMs = endMs + type.endBufferMinutes * 60_000;
  const needed = withRequested(site, needsOf(site, type, query), query);
  const during = { fromMs: startMs, toMs: bufferEndMs };
  const isTaken = ({ resource, claimed }: Candidate, unit?: number): boolean =>
    !(takesOver && isRequested(query, resource)) &&
    claimed.claims.some((claim) => touches(claim, during) && (unit === undefined || claim.unit === unit));
  const free = freeOf(needed, isTaken);
  const lacking = firstLacking(needed, free, query);
  if (lacking) return lacking;
  if (
    needed.guests.some(({ claimed }) =>
      claimed.claims.some((claim) => touches(claim, { fromMs: startMs, toMs: endMs })),
    )
  )
    return 'guest_unavailable';
  return { needed, free, shape: shapeOf(type, query.durationMinutes), endMs, bufferEndMs };
}

/** The needs with what was asked for by name among the candidates, before the others. */
function withRequested(site: CompiledSite, needed: Needs, query: SlotQuery): Needs {
  const see = claimedWithout(site, query);
  const first = <R extends Resource>(
    candidates: readonly Candidate<R>[],
    ids: readonly string[],
    all: ReadonlyMap<string, R>,
  ) => {
    const unlisted = ids.flatMap((id) => {
      const resource = candidates.some((candidate) => candidate.resource.id === id) ? undefined : all.get(id);
      return resource === undefined ? [] : [{ resource, claimed: see(resource) }];
    });
    const isFirst = ({ resource }: Candidate): boolean => ids.includes(resource.id);
    return [...unlisted, ...candidates.filter(isFirst), ...candidates.filter((candidate) => !isFirst(candidate))];
  };
  const { practitioners, rooms } = needed;
  return {
    ...needed,
    practitioners: {
      ...practitioners,
      candidates: first(practitioners.candidates, practitioners.requestedIds, site.practitioners),
    },
    rooms: { ...rooms, candidates: first(rooms.candidates, query.roomIds ?? [], site.rooms) },
  };
}

function freeOf(needed: Needs, isTaken: (candidate: Candidate, unit?: number) => boolean): FreeResources {
  const unitsOf = (candidate: Candidate): number[] =>
    candidate.claimed.units.flatMap((_, unit) => (isTaken(candidate, unit) ? [] : [unit]));
  const isShared = needed.rooms.mode === 'shared';
  return {
    practitioners: needed.practitioners.candidates
      .filter((candidate) => !isTaken(candidate))
      .map(({ resource }) => resource),
    rooms: needed.rooms.candidates
      .map((candidate) => ({ resource: candidate.resource, units: unitsOf(candidate) }))
      .filter(
        ({ resource, units }) => units.length > 0 && (isShared || units.length === resource.claimed.units.length),
      ),
    equipment: needed.equipment.map(({ id, candidate }) => ({
      equipmentId: id,
      units: candidate === undefined ? [] : unitsOf(candidate),
    })),
  };
}

function firstLacking(needed: Needs, free: FreeResources, query: SlotQuery): NoAvailabilityReason | undefined {
  const { count, requestedIds } = needed.practitioners;
  const lacksRequested =
    requestedIds.length <= count && requestedIds.some((id) => !free.practitioners.some((one) => one.id === id));
  if (free.practitioners.length < count || (count > 0 && lacksRequested)) return 'no_practitioners_available';
  const places = free.rooms.reduce((sum, { units }) => sum + units.length, 0);
  const enough = { none: true, exclusive: free.rooms.length > 0, shared: places >= query.guests }[needed.rooms.mode];
  if (!enough) return 'no_rooms_available';
  return free.equipment.some(({ units }) => units.length === 0) ? 'no_equipment_available' : undefined;
}

function isRequested({ practitionerIds = [], roomIds = [] }: SlotQuery, { id }: Resource): boolean {
  return practitionerIds.includes(id) || roomIds.includes(id);
}

function touches(claim: Claim, { fromMs, toMs }: { fromMs: number; toMs: number }): boolean {
  return claim.fromMs < toMs && fromMs < claim.toMs;
}

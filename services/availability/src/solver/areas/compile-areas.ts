import type { Horizon } from '../horizon.ts';
import { ruledBits } from '../open-time.ts';
import type { Area, AreaBookingType, AreaClaim, AreaModels } from '../model.ts';

/** An area on the grid: when it can be used, and who is in it. */
export interface AreaResource {
  readonly area: Area;
  readonly work: Uint32Array;
  readonly claims: Map<string, AreaClaim>;
}

/** A site's areas ready to be searched. Only the functions of this file change them. */
export interface CompiledAreas {
  /** In the site's order. */
  readonly resources: ReadonlyMap<string, AreaResource>;
  readonly types: ReadonlyMap<string, AreaBookingType>;
  /** The area of each claim by the claim's id. */
  readonly areaIdOf: Map<string, string>;
}

/** Compiles areas over a horizon; one without a rule of its own that opens follows the site's opening hours. */
export function compileAreas(horizon: Horizon, opening: Uint32Array, models: AreaModels): CompiledAreas {
  const resources = models.areas.map(
    (area): AreaResource => ({
      area,
      work: ruledBits(horizon, area.availabilityRules, opening),
      claims: new Map(),
    }),
  );
  const areas: CompiledAreas = {
    resources: new Map(resources.map((resource) => [resource.area.id, resource])),
    types: new Map(models.areaBookingTypes.map((type) => [type.id, type])),
    areaIdOf: new Map(),
  };
  for (const claim of models.areaClaims) applyAreaClaim(areas, claim);
  return areas;
}

/** Adds a claim, or replaces the one with its id. One of an area that is no more changes nothing. */
export function applyAreaClaim(areas: CompiledAreas, claim: AreaClaim): void {
  removeAreaClaim(areas, claim.id);
  const resource = areas.resources.get(claim.areaId);
  if (resource === undefined) return;
  resource.claims.set(claim.id, claim);
  areas.areaIdOf.set(claim.id, claim.areaId);
}

/** Removes a claim; an unknown id changes nothing. */
export function removeAreaClaim(areas: CompiledAreas, claimId: string): void {
  findClaims(areas, claimId)?.delete(claimId);
  areas.areaIdOf.delete(claimId);
}

/** Every claim of every area. */
export function areaClaimsOf({ resources }: CompiledAreas): AreaClaim[] {
  return [...resources.values()].flatMap(({ claims }) => [...claims.values()]);
}

/** A claim by its id. */
export function findAreaClaim(areas: CompiledAreas, claimId: string): AreaClaim | undefined {
  return findClaims(areas, claimId)?.get(claimId);
}

function findClaims({ resources, areaIdOf }: CompiledAreas, claimId: string): Map<string, AreaClaim> | undefined {
  return resources.get(areaIdOf.get(claimId) ?? '')?.claims;
}

import type { FilterQuery } from '@mikro-orm/core';
import type { BaseRow } from '../db/base.ts';
import { forbidden, notFound } from '../errors/refusal.ts';
import type { Call } from '../grpc/call.ts';
import { may, mayAnywhere, mayInBrand, visibleBrands, visibleSites } from '../grpc/principal.ts';
import type { Scope } from './spec.ts';

/** Who asks for what: all of a call that a scope looks at. */
type Asking = Pick<Call, 'principal' | 'access'>;

/** Which tier of tenants a scope is about. */
type Tier = Pick<Scope<unknown>, 'of'>;

/** Rows of one site each, named by their `siteId` column. */
export function siteScope<Row extends BaseRow & { siteId: string }>(): Scope<Row> {
  return {
    of: 'site',
    sites: (row) => [row.siteId],
    where: (siteIds) => ({ siteId: { $in: siteIds } }) as unknown as FilterQuery<Row>,
  };
}

/** Rows that serve several sites, named by their `siteIds` column. */
export function sitesScope<Row extends BaseRow & { siteIds: string[] }>(): Scope<Row> {
  return {
    of: 'site',
    sites: (row) => row.siteIds,
    where: (siteIds) => ({ siteIds: { $overlap: siteIds } }) as unknown as FilterQuery<Row>,
  };
}

/** Rows of one brand each, named by their `brandId` column. */
export function brandScope<Row extends BaseRow & { brandId: string }>(): Scope<Row> {
  return {
    of: 'brand',
    brand: (row) => row.brandId,
    where: (brandIds) => ({ brandId: { $in: brandIds } }) as unknown as FilterQuery<Row>,
  };
}

/** The condition that keeps a load to what the caller can see at all. */
export function visible<Row extends BaseRow>(scope: Scope<Row>, call: Asking): FilterQuery<Row> {
  return within(scope, call, visiblePlaces(scope, call));
}

/**
 * The condition of a list: the sites or brands asked for, or all where the caller holds the rpc's permission.
 * One they can not see is not found; one they see without the permission is forbidden.
 */
export function listable<Row extends BaseRow>(
  scope: Scope<Row>,
  call: Asking,
  siteIds: string[] | undefined,
  brandIds?: string[],
): FilterQuery<Row> {
  requireAsked(call, siteIds, brandIds);
  const asked = scope.of === 'brand' ? brandIds : siteIds;
  return within(scope, call, asked ?? permittedPlaces(scope, call));
}

/** The sites asked for, or all where the caller holds the rpc's permission, with the refusals of a list. */
export function permittedSites(call: Asking, siteIds: string[] | undefined): string[] {
  requireAsked(call, siteIds);
  return siteIds ?? permittedPlaces({ of: 'site' }, call) ?? [];
}

function requireAsked(call: Asking, siteIds: string[] | undefined, brandIds?: string[]): void {
  const { permission } = call.access;
  for (const siteId of siteIds ?? []) requireSite(call, siteId);
  for (const brandId of brandIds ?? []) requireBrand(call, brandId);
  if (permission !== '' && !mayAnywhere(call.principal, permission)) throw forbidden(permission);
}

/** Refuses unless the caller sees the site and holds the rpc's permission there. */
export function requireSite(call: Asking, siteId: string): void {
  const { principal, access } = call;
  if (visibleSites(principal)?.includes(siteId) === false) throw notFound(siteId);
  if (access.permission !== '' && !may(principal, access.permission, siteId)) throw forbidden(access.permission);
}

/** Refuses unless the caller works for the brand and holds the rpc's permission at one of its sites. */
export function requireBrand(call: Asking, brandId: string): void {
  const { principal, access } = call;
  if (visibleBrands(principal)?.includes(brandId) === false) throw notFound(brandId);
  if (access.permission !== '' && !mayInBrand(principal, access.permission, brandId))
    throw forbidden(access.permission);
}

/**
 * Refuses unless the caller holds the rpc's permission on the row. A row of several sites needs it at every one of
 * them to be changed, at any to be read.
 */
export function requirePermission<Row extends BaseRow>(
  scope: Scope<Row>,
  row: Row,
  call: Asking,
  use: 'read' | 'write',
): void {
  const { permission } = call.access;
  if (permission !== '' && !holds(scope, row, call, use)) throw forbidden(permission);
}

function holds<Row extends BaseRow>(scope: Scope<Row>, row: Row, call: Asking, use: 'read' | 'write'): boolean {
  const { principal, access } = call;
  if (scope.of === 'organisation') return mayAnywhere(principal, access.permission);
  if (scope.of === 'brand') return mayInBrand(principal, access.permission, scope.brand(row));
  const holdsAt = (siteId: string) => may(principal, access.permission, siteId);
  return use === 'write' ? scope.sites(row).every(holdsAt) : scope.sites(row).some(holdsAt);
}

/** The sites or brands of the scope that the caller sees; undefined means all. */
function visiblePlaces({ of }: Tier, { principal }: Asking): string[] | undefined {
  if (of === 'organisation') return undefined;
  return of === 'brand' ? visibleBrands(principal) : visibleSites(principal);
}

/** Those of them where the caller holds the rpc's permission. */
function permittedPlaces(scope: Tier, call: Asking): string[] | undefined {
  const { permission } = call.access;
  const places = visiblePlaces(scope, call);
  if (permission === '') return places;
  const holdsAt = scope.of === 'brand' ? mayInBrand : may;
  return places?.filter((place) => holdsAt(call.principal, permission, place));
}

/** The caller's organisation, narrowed to the places unless they are undefined. */
function within<Row>(scope: Scope<Row>, { principal }: Asking, places: string[] | undefined): FilterQuery<Row> {
  const organisation = { organisationId: principal.organisationId } as FilterQuery<Row>;
  if (scope.of === 'organisation' || places === undefined) return organisation;
  return { $and: [organisation, scope.where(places)] } as FilterQuery<Row>;
}

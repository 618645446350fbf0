import type { FilterQuery } from '@mikro-orm/core';
import type { BaseRow } from '../db/base.ts';
import { forbidden, notFound } from '../errors/refusal.ts';
import type { Call } from '../grpc/call.ts';
import { may, mayAnywhere, visibleSites } from '../grpc/principal.ts';
import type { Scope } from './spec.ts';

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

/** The condition that keeps a load to what the caller can see at all. */
export function visible<Row extends BaseRow>(scope: Scope<Row>, call: Call): FilterQuery<Row> {
  const organisation = { organisationId: call.principal.organisationId } as FilterQuery<Row>;
  const siteIds = visibleSites(call.principal);
  return scope.of === 'site' && siteIds
    ? ({ $and: [organisation, scope.where(siteIds)] } as FilterQuery<Row>)
    : organisation;
}

/**
 * The condition of a list: the sites asked for, or all where the caller holds the rpc's permission.
 * A site they can not see is not found; one they see without the permission is forbidden.
 */
export function listable<Row extends BaseRow>(
  scope: Scope<Row>,
  call: Call,
  siteIds: string[] | undefined,
): FilterQuery<Row> {
  const { principal, access } = call;
  const organisation = { organisationId: principal.organisationId } as FilterQuery<Row>;
  if (siteIds !== undefined) for (const siteId of siteIds) requireSite(call, siteId);
  if (access.permission !== '' && !mayAnywhere(principal, access.permission)) throw forbidden(access.permission);
  if (scope.of === 'organisation') return organisation;
  const allowed = siteIds ?? (access.permission === '' ? visibleSites(principal) : permittedSites(call));
  return allowed ? ({ $and: [organisation, scope.where(allowed)] } as FilterQuery<Row>) : organisation;
}

/** Refuses unless the caller sees the site and holds the rpc's permission there. */
export function requireSite(call: Call, siteId: string): void {
  const { principal, access } = call;
  const siteIds = visibleSites(principal);
  if (siteIds && !siteIds.includes(siteId)) throw notFound(siteId);
  if (access.permission !== '' && !may(principal, access.permission, siteId)) throw forbidden(access.permission);
}

/** Refuses unless the caller holds the rpc's permission on the row: at every one of its sites to change it, at any to read it. */
export function requirePermission<Row extends BaseRow>(
  scope: Scope<Row>,
  row: Row,
  call: Call,
  use: 'read' | 'write',
): void {
  const { principal, access } = call;
  if (access.permission === '') return;
  const permission = access.permission;
  const holds = (siteId: string) => may(principal, permission, siteId);
  const isAllowed =
    scope.of === 'organisation'
      ? mayAnywhere(principal, permission)
      : use === 'write'
        ? scope.sites(row).every(holds)
        : scope.sites(row).some(holds);
  if (!isAllowed) throw forbidden(permission);
}

function permittedSites(call: Call): string[] | undefined {
  const { principal, access } = call;
  return visibleSites(principal)?.filter((siteId) => may(principal, access.permission, siteId));
}

import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { forbidden, notFound } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { may, visibleSites } from '@lido/runtime/grpc/principal.ts';
import type { Sites } from '@lido/runtime/tenancy/sites.repository.ts';

/** The brands a caller works for. Undefined means every brand of the organisation. */
export interface CallersBrands {
  /** Those with a site the caller can see. */
  seen: string[] | undefined;
  /** Those with a site where the caller holds the rpc's permission. */
  permitted: string[] | undefined;
}

/** The brands of a staff caller, by the sites they have grants at. `em` is the transaction's, where there is one. */
export async function brandsOf(call: Call, sites: Sites, em: SqlEntityManager): Promise<CallersBrands> {
  const { principal, access } = call;
  const siteIds = visibleSites(principal);
  if (siteIds === undefined) return { seen: undefined, permitted: undefined };
  const seen = new Set<string>();
  const permitted = new Set<string>();
  for (const siteId of siteIds) {
    const site = await sites.find(em, siteId, call);
    if (site === undefined || site.organisationId !== principal.organisationId) continue;
    seen.add(site.brandId);
    if (access.permission === '' || may(principal, access.permission, siteId)) permitted.add(site.brandId);
  }
  return { seen: [...seen], permitted: [...permitted] };
}

/** Refuses unless the caller works for the brand and holds the rpc's permission at one of its sites. `id` is what is not found otherwise. */
export function requireBrand(
  { seen, permitted }: CallersBrands,
  brandId: string,
  { id, call }: { id: string; call: Call },
): void {
  if (seen !== undefined && !seen.includes(brandId)) throw notFound(id);
  if (permitted !== undefined && !permitted.includes(brandId)) throw forbidden(call.access.permission);
}

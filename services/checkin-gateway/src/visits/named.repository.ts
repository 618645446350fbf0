import type { Site } from '@lido/proto/lido/customers/v1/site.ts';
import { isNotFound } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { requireSite } from '@lido/runtime/resource/scope.ts';
import type { Sites } from '@lido/runtime/tenancy/sites.repository.ts';
import type { KnownCustomer } from '../projections/known.repository.ts';
import type { Owners } from '../projections/owners.client.ts';
import { findCustomer } from './facts.repository.ts';

/** The site that a body names, if the caller may see it: one that is hidden is a bad field like one that does not exist. */
export async function findNamedSite(siteId: string, call: Call, sites: Sites): Promise<Site | undefined> {
  try {
    requireSite(call, siteId);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
  const site = await sites.find(call.em, siteId, call);
  return site?.organisationId === call.principal.organisationId ? site : undefined;
}

/** The customer that a body names, if they are of the site's brand and their data has not been erased. */
export async function findNamedCustomer(
  id: string,
  site: Site | undefined,
  call: Call,
  owners: Owners,
): Promise<KnownCustomer | undefined> {
  const { organisationId } = call.principal;
  const found = await findCustomer(call.em, owners, { organisationId, id, caller: call });
  const isOfBrand = !site || !found || site.brandId === '' || found.brandId === site.brandId;
  return found && !found.isErased && isOfBrand ? found : undefined;
}

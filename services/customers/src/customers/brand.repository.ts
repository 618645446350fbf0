import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { forbidden, notFound } from '@lido/runtime/errors/refusal.ts';
import type { Call, UnaryHandler } from '@lido/runtime/grpc/call.ts';
import { may, visibleSites } from '@lido/runtime/grpc/principal.ts';
import { CustomerEntity } from './customer.entity.ts';
import { SiteEntity } from '../sites/site.entity.ts';

/** The brands a caller works for. Undefined means every brand of the organisation. */
export interface CallersBrands {
  /** Those with a site the caller can see. */
  seen: string[] | undefined;
  /** Those with a site where the caller holds the permission. */
  permitted: string[] | undefined;
}

/** What to look for instead of the rpc's permission, and within which transaction. */
interface BrandsOptions {
  permission?: string;
  em?: SqlEntityManager;
}

/** The caller's brands, by the sites they have grants at. */
export async function brandsOf(
  call: Call,
  { permission = call.access.permission, em = call.em }: BrandsOptions = {},
): Promise<CallersBrands> {
  const { principal } = call;
  const siteIds = visibleSites(principal);
  if (siteIds === undefined) return { seen: undefined, permitted: undefined };
  const where = { organisationId: principal.organisationId, id: { $in: siteIds } };
  const sites = await em.find(SiteEntity, where, { fields: ['id', 'brandId'], disableIdentityMap: true });
  const permitted = permission === '' ? sites : sites.filter(({ id }) => may(principal, permission, id));
  return { seen: brandIds(sites), permitted: brandIds(permitted) };
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

/** Serves a customer's own rpc to those who work for the customer's brand. */
export function ofCustomer<Q extends { id: string }, A>(handler: UnaryHandler<Q, A>): UnaryHandler<Q, A> {
  return async (request, call) => {
    await requireCustomer(request.id, call, { isErasedFound: true });
    return handler(request, call);
  };
}

/** Serves an rpc about what a customer has; those whose data was erased have nothing. */
export function underCustomer<Q extends { parentId: string }, A>(handler: UnaryHandler<Q, A>): UnaryHandler<Q, A> {
  return async (request, call) => {
    await requireCustomer(request.parentId, call, { isErasedFound: false });
    return handler(request, call);
  };
}

async function requireCustomer(id: string, call: Call, { isErasedFound }: { isErasedFound: boolean }): Promise<void> {
  const { organisationId } = call.principal;
  const where = { id, organisationId, ...(!isErasedFound && { deletedAt: null }) };
  const customer = await call.em.findOne(CustomerEntity, where, {
    fields: ['id', 'brandId'],
    disableIdentityMap: true,
  });
  if (customer === null) throw notFound(id);
  requireBrand(await brandsOf(call), customer.brandId, { id, call });
}

function brandIds(sites: { brandId: string }[]): string[] {
  return [...new Set(sites.map(({ brandId }) => brandId))];
}

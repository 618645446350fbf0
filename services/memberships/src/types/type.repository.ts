import type { FilterQuery } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { MembershipType } from '@lido/proto/lido/memberships/v1/membership_type.ts';
import { invalid, notFound } from '@lido/runtime/errors/refusal.ts';
import type { Call, Transaction } from '@lido/runtime/grpc/call.ts';
import { formatsIn } from '@lido/runtime/resource/load.ts';
import type { Sites } from '@lido/runtime/tenancy/sites.repository.ts';
import { brandsOf, requireBrand } from '../brands/brand.repository.ts';
import { RateEntity, type RateRow } from '../rates/rate.entity.ts';
import { toType } from './type.ts';
import { TypeEntity, type TypeRow } from './type.entity.ts';

/** Brands have no time zone, so what belongs to one is shown in UTC. */
export const utc = formatsIn('UTC');

/** Whose eyes a type or rate is for: outsiders see neither what is private nor what is archived. */
export interface Audience {
  isStaff: boolean;
  /** The types that can be read by id. */
  readable: FilterQuery<TypeRow>;
  /** The types that are on lists. */
  listed: FilterQuery<TypeRow>;
}

/** What the caller may see of types. */
export async function audienceOf(call: Call, sites: Sites): Promise<Audience> {
  const { kind, organisationId, brandIds } = call.principal;
  if (kind === 'KIND_STAFF' || kind === 'KIND_SERVICE') {
    const { permitted } = await brandsOf(call, sites, call.em);
    const ofBrands = { organisationId, ...(permitted && { brandId: { $in: permitted } }) };
    return { isStaff: true, readable: ofBrands, listed: ofBrands };
  }
  const tenant = kind === 'KIND_CUSTOMER' ? { organisationId, brandId: { $in: brandIds } } : {};
  return {
    isStaff: false,
    readable: { ...tenant, deletedAt: null, visibility: { $in: ['VISIBILITY_PUBLIC', 'VISIBILITY_LINK_ONLY'] } },
    listed: { ...tenant, deletedAt: null, visibility: 'VISIBILITY_PUBLIC' },
  };
}

/** A list without an organisation has to say which brand is meant. */
export function requireNamedBrand(call: Call, brandId: string | null | undefined): void {
  if (call.principal.organisationId === '' && !brandId)
    throw invalid({ brand_id: ['The brand_id field is required.'] });
}

/** Loads a type that the caller may change. */
export async function loadWritableType(
  id: string,
  em: SqlEntityManager,
  { call, sites }: { call: Call; sites: Sites },
): Promise<TypeRow> {
  const row = await em.findOne(TypeEntity, { id, organisationId: call.principal.organisationId });
  if (row === null) throw notFound(id);
  requireBrand(await brandsOf(call, sites, em), row.brandId, { id, call });
  return row;
}

/** The live rates of types, by type and name; private ones for staff only. */
export async function ratesOf(
  em: SqlEntityManager,
  types: readonly TypeRow[],
  { isStaff }: Pick<Audience, 'isStaff'>,
): Promise<Map<string, RateRow[]>> {
  const where = {
    membershipTypeId: { $in: types.map(({ id }) => id) },
    deletedAt: null,
    ...(!isStaff && { private: false }),
  };
  const rates = await em.find(RateEntity, where, { orderBy: { name: 'asc', id: 'asc' } });
  return Map.groupBy(rates, ({ membershipTypeId }) => membershipTypeId);
}

/** Types with their rates, as their audience sees them. */
export async function describeTypes(
  em: SqlEntityManager,
  rows: readonly TypeRow[],
  audience: Pick<Audience, 'isStaff'>,
): Promise<MembershipType[]> {
  const rates = await ratesOf(em, rows, audience);
  return rows.map((row) => toType(row, rates.get(row.id) ?? [], utc));
}

/** Saves a type and tells of it. */
export async function tellType(row: TypeRow, { em, emit }: Transaction): Promise<MembershipType> {
  await em.flush();
  const rates = await ratesOf(em, [row], { isStaff: true });
  const message = toType(row, rates.get(row.id) ?? [], utc);
  const payload = MembershipType.encode(message).finish();
  await emit({ type: 'lido.memberships.type.saved', aggregateId: row.id, organisationId: row.organisationId, payload });
  return message;
}

import type { FilterQuery } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { MembershipType } from '@lido/proto/lido/memberships/v1/membership_type.ts';
import { notFound } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { formatsIn, toMessages } from '@lido/runtime/resource/load.ts';
import { brandScope, listable, visible } from '@lido/runtime/resource/scope.ts';
import type { ResourceSpec } from '@lido/runtime/resource/spec.ts';
import { newUuid } from '@lido/runtime/service/ids.ts';
import { RateEntity, type RateRow } from '../rates/rate.entity.ts';
import { toRate } from '../rates/rate.ts';
import { toType, typeDefaults, typeErrors } from './type.ts';
import { TypeEntity, type TypeRow } from './type.entity.ts';

/** Brands have no time zone, so what belongs to one is shown in UTC. */
export const utc = formatsIn('UTC');

/** A brand's membership types as its staff see them, with all their rates. */
export const typeSpec: ResourceSpec<TypeRow, MembershipType> = {
  noun: 'membership type',
  entity: TypeEntity,
  newId: newUuid,
  scope: brandScope(),
  writable: [
    ...(['name', 'description', 'terms', 'offlinePayments', 'disableConfirmationEmail', 'defaultDuration'] as const),
    ...(['minimumStartDate', 'visibility', 'minMembers', 'maxMembers', 'revenueSchedule'] as const),
  ],
  defaults: typeDefaults,
  toMessage: (row, formats) => toType(row, [], formats),
  embed: (rows, em) => embedRates(rows, em, { isStaff: true }),
  filters: {
    public: (isAsked: boolean) => (isAsked ? { visibility: 'VISIBILITY_PUBLIC' } : {}),
    autoPayments: (isAsked: boolean) => (isAsked ? { offlinePayments: false } : {}),
    terms: (isAsked: boolean) => (isAsked ? { terms: { $nin: [null, ''] } } : {}),
  },
  orderBy: { order: 'asc', name: 'asc' },
  event: { saved: 'lido.memberships.type.saved', encode: (message) => MembershipType.encode(message).finish() },
  check: async (row) => typeErrors(row),
};

/** The same for customers and the public, who see public rates only. */
const openTypeSpec: ResourceSpec<TypeRow, MembershipType> = {
  ...typeSpec,
  embed: (rows, em) => embedRates(rows, em, { isStaff: false }),
};

/** Whether the caller is an insider; outsiders see neither what is private nor what is archived. */
export function isStaff({ principal: { kind } }: Call): boolean {
  return kind === 'KIND_STAFF' || kind === 'KIND_SERVICE';
}

/** Types as the caller sees them. */
export function typeSpecFor(call: Call): ResourceSpec<TypeRow, MembershipType> {
  return isStaff(call) ? typeSpec : openTypeSpec;
}

/** The types the caller can read by id. */
export function readableTypes(call: Call): FilterQuery<TypeRow> {
  return isStaff(call)
    ? visible(typeSpec.scope, call)
    : openTypes(call, { $in: ['VISIBILITY_PUBLIC', 'VISIBILITY_LINK_ONLY'] });
}

/** The types on the caller's lists, of one brand or of all they may see. */
export function listedTypes(call: Call, brandId?: string | null): FilterQuery<TypeRow> {
  if (isStaff(call)) return listable(typeSpec.scope, call, undefined, brandId ? [brandId] : undefined);
  return { $and: [openTypes(call, 'VISIBILITY_PUBLIC'), ...(brandId ? [{ brandId }] : [])] };
}

function openTypes({ principal }: Call, visibility: FilterQuery<TypeRow['visibility']>): FilterQuery<TypeRow> {
  const { kind, organisationId, brandIds } = principal;
  const tenant = kind === 'KIND_CUSTOMER' ? { organisationId, brandId: { $in: brandIds } } : {};
  return { ...tenant, deletedAt: null, visibility } as FilterQuery<TypeRow>;
}

/** A type as the caller sees it. */
export async function readType(id: string, call: Call): Promise<MembershipType> {
  const row = await call.em.findOne(TypeEntity, { $and: [{ id }, readableTypes(call)] });
  const [message] = row === null ? [] : await toMessages(typeSpecFor(call), [row], call.em);
  if (message === undefined) throw notFound(id);
  return message;
}

/** The live rates of types, by type and name; private ones for staff only. */
export async function ratesOf(
  em: SqlEntityManager,
  types: readonly TypeRow[],
  audience: { isStaff: boolean },
): Promise<Map<string, RateRow[]>> {
  const where = {
    membershipTypeId: { $in: types.map(({ id }) => id) },
    deletedAt: null,
    ...(!audience.isStaff && { private: false }),
  };
  const rates = await em.find(RateEntity, where, { orderBy: { name: 'asc', id: 'asc' } });
  return Map.groupBy(rates, ({ membershipTypeId }) => membershipTypeId);
}

async function embedRates(rows: readonly TypeRow[], em: SqlEntityManager, audience: { isStaff: boolean }) {
  const rates = await ratesOf(em, rows, audience);
  return ({ id }: TypeRow) => ({ rates: (rates.get(id) ?? []).map((rate) => toRate(rate, utc)) });
}

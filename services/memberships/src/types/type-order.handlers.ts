import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type {
  ListMembershipTypeOrderRequest,
  MembershipTypeOrder,
  UpdateMembershipTypeOrderRequest,
} from '@lido/proto/lido/memberships/v1/membership_type.ts';
import { forbidden, invalid, notFound } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import type { Sites } from '@lido/runtime/tenancy/sites.repository.ts';
import { brandsOf } from '../brands/brand.repository.ts';
import { TypeEntity } from './type.entity.ts';
import { describeTypes } from './type.repository.ts';

const inOrder = { order: 'asc', name: 'asc', id: 'asc' } as const;

/** Lists live types in their display order. */
export function listTypeOrder(sites: Sites) {
  return async ({ brandId }: ListMembershipTypeOrderRequest, call: Call): Promise<MembershipTypeOrder> => {
    const brandIds = await permittedBrands(call, sites, call.em);
    if (brandId && brandIds?.includes(brandId) === false) throw notFound(brandId);
    const chosen = brandId ? [brandId] : brandIds;
    const where = {
      organisationId: call.principal.organisationId,
      deletedAt: null,
      ...(chosen && { brandId: { $in: chosen } }),
    };
    const rows = await call.em.find(TypeEntity, where, { orderBy: inOrder });
    return { data: await describeTypes(call.em, rows, { isStaff: true }) };
  };
}

/** Puts the named types first, in the order they are named; the others follow in the order they had. */
export function storeTypeOrder(sites: Sites) {
  return ({ membershipTypeIds }: UpdateMembershipTypeOrderRequest, call: Call): Promise<MembershipTypeOrder> =>
    call.transact(async ({ em }) => {
      const brandIds = await permittedBrands(call, sites, em);
      const where = {
        organisationId: call.principal.organisationId,
        deletedAt: null,
        ...(brandIds && { brandId: { $in: brandIds } }),
      };
      const rows = await em.find(TypeEntity, where, { orderBy: inOrder });
      const named = [...new Set(membershipTypeIds)].map((id) => {
        const row = rows.find((candidate) => candidate.id === id);
        if (row === undefined) throw invalid({ membership_type_ids: [`There is no membership type ${id}.`] });
        return row;
      });
      const ordered = [...named, ...rows.filter((row) => !named.includes(row))];
      for (const [order, row] of ordered.entries()) row.order = order;
      return { data: await describeTypes(em, ordered, { isStaff: true }) };
    });
}

async function permittedBrands(call: Call, sites: Sites, em: SqlEntityManager): Promise<string[] | undefined> {
  const { permitted } = await brandsOf(call, sites, em);
  if (permitted?.length === 0) throw forbidden(call.access.permission);
  return permitted;
}

import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type {
  ListMembershipTypeOrderRequest,
  MembershipTypeOrder,
  UpdateMembershipTypeOrderRequest,
} from '@lido/proto/lido/memberships/v1/membership_type.ts';
import { invalid } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { toMessages } from '@lido/runtime/resource/load.ts';
import { TypeEntity, type TypeRow } from './type.entity.ts';
import { listedTypes, typeSpec } from './type.repository.ts';

/** Lists live types in their display order. */
export async function listTypeOrder(
  { brandId }: ListMembershipTypeOrderRequest,
  call: Call,
): Promise<MembershipTypeOrder> {
  return { data: await toMessages(typeSpec, await liveTypes(call.em, call, brandId), call.em) };
}

/** Puts the named types first, in the order they are named; the others follow in the order they had. */
export function storeTypeOrder(
  { membershipTypeIds }: UpdateMembershipTypeOrderRequest,
  call: Call,
): Promise<MembershipTypeOrder> {
  return call.transact(async ({ em }) => {
    const rows = await liveTypes(em, call);
    const named = [...new Set(membershipTypeIds)].map((id) => {
      const row = rows.find((candidate) => candidate.id === id);
      if (row === undefined) throw invalid({ membership_type_ids: [`There is no membership type ${id}.`] });
      return row;
    });
    const ordered = [...named, ...rows.filter((row) => !named.includes(row))];
    for (const [order, row] of ordered.entries()) row.order = order;
    return { data: await toMessages(typeSpec, ordered, em) };
  });
}

function liveTypes(em: SqlEntityManager, call: Call, brandId?: string | null): Promise<TypeRow[]> {
  const where = { $and: [{ deletedAt: null }, listedTypes(call, brandId)] };
  return em.find(TypeEntity, where, { orderBy: { order: 'asc', name: 'asc', id: 'asc' } });
}

import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { invalid } from '@lido/runtime/errors/refusal.ts';
import { RateEntity, type RateRow } from '../rates/rate.entity.ts';
import { TypeEntity, type TypeRow } from '../types/type.entity.ts';

/** For whom a plan is looked up: only staff may use private types and rates. */
export interface PlanScope {
  organisationId: string;
  brandId: string;
  isStaff: boolean;
}

/** A live type of the brand with one of its live rates; anything else is a bad field of the request. */
export async function findPlan(
  em: SqlEntityManager,
  { typeId, rateId }: { typeId: string; rateId: string },
  { organisationId, brandId, isStaff }: PlanScope,
): Promise<{ type: TypeRow; rate: RateRow }> {
  const type = await em.findOne(TypeEntity, {
    id: typeId,
    organisationId,
    brandId,
    deletedAt: null,
    ...(!isStaff && { visibility: { $ne: 'VISIBILITY_PRIVATE' as const } }),
  });
  if (type === null) throw invalid({ membership_type_id: [`The site's brand has no membership type ${typeId}.`] });
  const rate = await em.findOne(RateEntity, {
    id: rateId,
    membershipTypeId: typeId,
    deletedAt: null,
    ...(!isStaff && { private: false }),
  });
  if (rate === null) throw invalid({ membership_rate_id: [`The membership type has no rate ${rateId}.`] });
  return { type, rate };
}

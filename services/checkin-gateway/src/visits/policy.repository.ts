import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { defaultPolicy, type VisitPolicy } from './policy.ts';
import { VisitPolicyEntity } from './policy.entity.ts';

/** A site's rules: those it has chosen, or the usual ones. */
export async function findPolicy(em: SqlEntityManager, siteId: string): Promise<VisitPolicy> {
  const chosen = await em.findOne(VisitPolicyEntity, { id: siteId }, { disableIdentityMap: true });
  return chosen ? { ...chosen, capacity: chosen.capacity ?? null } : defaultPolicy;
}

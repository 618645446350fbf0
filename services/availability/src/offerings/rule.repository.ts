import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { AvailabilityRuleEntity, type AvailabilityRuleRow, PriceRuleEntity, type PriceRuleRow } from './rule.entity.ts';

/** The rules of many parents. */
export interface RulesByParent {
  prices(parentId: string): PriceRuleRow[];
  availability(parentId: string): AvailabilityRuleRow[];
}

/** Loads the live rules of parents with one query per table, oldest first. */
export async function rulesByParent(em: SqlEntityManager, parentIds: string[]): Promise<RulesByParent> {
  const where = { parentId: { $in: parentIds }, deletedAt: null };
  const options = { orderBy: { createdAt: 'asc', id: 'asc' }, disableIdentityMap: true } as const;
  const prices = await em.find(PriceRuleEntity, where, options);
  const availability = await em.find(AvailabilityRuleEntity, where, options);
  const pricesOf = Map.groupBy(prices, (rule) => rule.parentId);
  const availabilityOf = Map.groupBy(availability, (rule) => rule.parentId);
  return { prices: (id) => pricesOf.get(id) ?? [], availability: (id) => availabilityOf.get(id) ?? [] };
}

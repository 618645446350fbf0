import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { rulesByParent } from '../offerings/rule.repository.ts';
import { toAvailabilityRule } from '../sites/site-model.ts';
import type { AvailabilityRule } from '../solver/model.ts';
import { BookableAreaEntity } from './bookable-area.entity.ts';

/** An area with what says when it is open. */
export interface RuledArea {
  readonly id: string;
  readonly name: string;
  readonly capacity: number;
  readonly rules: readonly AvailabilityRule[];
}

/** A site's areas by their places. */
export async function areasInOrder(em: SqlEntityManager, siteId: string): Promise<RuledArea[]> {
  const areas = await em.find(
    BookableAreaEntity,
    { siteId, deletedAt: null },
    { orderBy: { position: 'asc', id: 'asc' }, disableIdentityMap: true },
  );
  const rules = await rulesByParent(
    em,
    areas.map(({ id }) => id),
  );
  return areas.map(({ id, name, capacity }) => ({
    ...{ id, name, capacity },
    rules: rules.availability(id).map(toAvailabilityRule),
  }));
}

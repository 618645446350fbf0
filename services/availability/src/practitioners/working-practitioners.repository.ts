import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { workingTimesOf } from '../rotas/schedule.repository.ts';
import { clearRange } from '../solver/bitset.ts';
import { bitOf, type Horizon } from '../solver/horizon.ts';
import { workingBits } from '../solver/open-time.ts';
import { practitionersInOrder } from './practitioner-order.handlers.ts';

/** Somebody of a site, and when they work on any horizon that begins no earlier than was said. */
export interface WorkingPractitioner {
  readonly id: string;
  readonly name: string;
  work(horizon: Horizon): Uint32Array;
}

/**
 * A site's practitioners in its order, with those who have left since, who work until then. The compiled site knows
 * working time from today on only; this reads what overrides rotas from `fromMs` on, with one query for each table.
 */
export async function workingPractitioners(
  em: SqlEntityManager,
  siteId: string,
  fromMs: number,
): Promise<WorkingPractitioner[]> {
  const rows = await practitionersInOrder(em, siteId, fromMs);
  const timeOf = await workingTimesOf(em, rows, fromMs);
  return rows.map((row) => ({
    ...{ id: row.id, name: row.name },
    work: (horizon) => {
      const bits = workingBits(horizon, timeOf(row));
      if (row.deletedAt) clearRange(bits, bitOf(horizon, row.deletedAt.getTime()), bits.length * 32);
      return bits;
    },
  }));
}

import type { CompiledSite } from '../compile-site.ts';
import { bookableStarts } from '../find-slots.ts';
import { type BookableDate, datesOf } from '../offering-dates.ts';
import type { AreaQuery } from './area-model.ts';
import { planAreas } from './area-plan.ts';

/** The dates of the query with and without a start that can be booked for any of the durations asked about. */
export function findBookableAreaDates(site: CompiledSite, query: AreaQuery): BookableDate[] {
  const plan = planAreas(site, query);
  const starts = new Uint32Array(plan.grid.length);
  for (const { layers } of plan.durations) {
    orInto(starts, bookableStarts({ grid: plan.grid, layers }));
  }
  return datesOf(plan, starts);
}

function orInto(target: Uint32Array, source: Uint32Array): void {
  for (let word = 0; word < target.length; word++) target[word] = (target[word] ?? 0) | (source[word] ?? 0);
}

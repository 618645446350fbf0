import type { CompiledSite } from '../solver/compile-site.ts';
import { concerns } from '../solver/eligibility.ts';
import { bitOf, dayOfBit, msOfBit } from '../solver/horizon.ts';
import { includesDate } from '../solver/open-time.ts';
import type { ItemPlan } from './item-plan.ts';

/** How many minutes of some appointments a practitioner may have in the local day `[dayFromMs, dayToMs)`. */
export interface DailyLimit {
  practitionerId: string;
  dayFromMs: number;
  dayToMs: number;
  appointmentTypeIds: readonly string[];
  categoryIds: readonly string[];
  maxMinutes: number;
}

/** The daily maxima that an item's plan has to keep: those of its practitioners that concern its appointment type on its date. */
export function dailyLimits(
  site: CompiledSite,
  { item, wanted, startMs }: Pick<ItemPlan, 'item' | 'wanted' | 'startMs'>,
): DailyLimit[] {
  const type = item.offeringType === 'appointment' ? site.types.get(item.offeringId) : undefined;
  const day = dayOfBit(site.horizon, bitOf(site.horizon, startMs));
  if (!type || !day) return [];
  const [dayFromMs, dayToMs] = [msOfBit(site.horizon, day.fromBit), msOfBit(site.horizon, day.toBit)];
  return wanted
    .filter(({ kind }) => kind === 'practitioner')
    .flatMap(({ resourceId: practitionerId }) =>
      (site.practitioners.get(practitionerId)?.practitioner.restrictions ?? [])
        .filter((one) => one.type === 'max_duration' && concerns(one, type) && includesDate(one, day.day.date))
        .map(({ appliesTo, appointmentTypeIds, categoryIds, maxDurationMinutes }) => ({
          ...{ practitionerId, dayFromMs, dayToMs },
          appointmentTypeIds: appliesTo === 'specific' ? appointmentTypeIds : [],
          categoryIds: appliesTo === 'categories' ? categoryIds : [],
          maxMinutes: maxDurationMinutes ?? 0,
        })),
    );
}

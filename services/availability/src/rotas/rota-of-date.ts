import type { RotaOfDate } from '@lido/proto/lido/availability/v1/practitioner_schedule.ts';
import type { Horizon } from '../solver/horizon.ts';
import { rotaRulesOn } from '../solver/open-time.ts';
import { wallRangesOf, workingDays } from './schedule.ts';
import type { WorkingTime } from './working-time.ts';

/** The first day of a horizon as it is worked, beside what the recurring rotas have for it. */
export function rotaOfDate(horizon: Horizon, time: WorkingTime): RotaOfDate {
  const [day] = horizon.days;
  const [working] = workingDays(horizon, time);
  if (!day || !working) throw new RangeError('A rota is asked for one date at least.');
  const { date, weekday } = day.day;
  const availabilityRules = wallRangesOf(day.day, working.windows).map((range) => ({
    weekday,
    ...range,
    weekNum: null,
  }));
  const rules = time.rotas.flatMap((rota) => rotaRulesOn(rota, date).map((rule) => ({ ...rule })));
  return { data: { date, availabilityRules, source: working.source }, forDate: { date, rules } };
}

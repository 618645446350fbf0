import { parseInstant } from '@lido/runtime/time/zone.ts';
import type { CustomAvailabilityRow } from './custom-availability.entity.ts';
import { dateOnly, hhmm, weekdayOfName } from '../offerings/rule.ts';
import type { PractitionerRow } from '../practitioners/practitioner.entity.ts';
import type { CustomAvailability, Practitioner, Rota } from '../solver/model.ts';
import type { PractitionerRotaRow } from './practitioner-rota.entity.ts';

/** What says when a practitioner works. */
export type WorkingTime = Pick<Practitioner, 'rotas' | 'customAvailability'>;

/** The solver's view of when practitioners work. */
export function workingTimes(
  rotas: readonly PractitionerRotaRow[],
  custom: readonly CustomAvailabilityRow[],
): (practitioner: Pick<PractitionerRow, 'id' | 'schedulingWeekIntervalStart'>) => WorkingTime {
  const rotasOf = Map.groupBy(rotas, ({ practitionerId }) => practitionerId);
  const customOf = Map.groupBy(custom, ({ parentId }) => parentId);
  return ({ id, schedulingWeekIntervalStart }) => ({
    rotas: (rotasOf.get(id) ?? []).map((rota) => ({
      ...toRota(rota),
      weeksFrom: dateOnly(schedulingWeekIntervalStart),
    })),
    customAvailability: (customOf.get(id) ?? []).map(toCustomAvailability),
  });
}

/** An entry as the solver reads it. */
export function toCustomAvailability({
  dateTimeFrom,
  dateTimeTo,
  isAvailable,
}: CustomAvailabilityRow): CustomAvailability {
  return { fromMs: parseInstant(dateTimeFrom) ?? 0, toMs: parseInstant(dateTimeTo) ?? 0, isAvailable };
}

function toRota({ startDate, endDate, schedulingWeekInterval, availabilityRules }: PractitionerRotaRow): Rota {
  return {
    startDate: startDate ?? null,
    endDate: endDate ?? null,
    weekIntervalWeeks: schedulingWeekInterval,
    rules: availabilityRules.flatMap(({ weekday, timeFrom, timeTo, weekNum }) => {
      const known = weekdayOfName(weekday);
      return known ? [{ weekday: known, timeFrom: hhmm(timeFrom), timeTo: hhmm(timeTo), weekNum: weekNum ?? 1 }] : [];
    }),
  };
}

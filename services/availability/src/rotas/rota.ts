import type { RotaRule } from '@lido/proto/lido/availability/v1/practitioner_rota.ts';
import type { FieldErrors } from '@lido/runtime/errors/refusal.ts';
import { rangeErrors, weekdayErrors } from '../offerings/rule.ts';

interface Rota {
  startDate?: string | null | undefined;
  endDate?: string | null | undefined;
  schedulingWeekInterval: number;
  availabilityRules: RotaRule[];
}

/** What is wrong with a rota: an end before its start, an unknown weekday, a time that ends before it begins, a week outside the cycle. */
export function rotaErrors({ startDate, endDate, schedulingWeekInterval, availabilityRules }: Rota): FieldErrors {
  const errors: FieldErrors = {};
  if (startDate && endDate && endDate < startDate)
    errors['end_date'] = ['The end date must not be before the start date.'];
  availabilityRules.forEach((rule, index) => {
    const at = `availability_rules.${index}`;
    Object.assign(errors, weekdayErrors(`${at}.weekday`, [rule.weekday]), rangeErrors(at, rule));
    if ((rule.weekNum ?? 1) > schedulingWeekInterval) {
      errors[`${at}.week_num`] = [`The week must be between 1 and ${schedulingWeekInterval}, the weeks of the cycle.`];
    }
  });
  return errors;
}

import { type Weekday, weekdayOf } from '@lido/runtime/time/zone.ts';
import { maxSpanMinutes, minutesOfRange } from './horizon.ts';
import type { PriceRule } from './model.ts';
import { includesDay } from './open-time.ts';

/** A price rule with its daily time range in minutes since midnight, `[fromMinute, toMinute)`. */
export interface DatedPriceRule {
  readonly rule: PriceRule;
  readonly fromMinute: number;
  readonly toMinute: number;
}

/**
 * The price rules of one local date and duration, most specific first: a rule for the duration, then for durations up to the shortest
 * bound that covers it, then for a time of day, then for weekdays, then for dates, then the newest. A null duration matches only rules
 * that name none.
 */
export function priceRulesOfDay(
  rules: readonly PriceRule[],
  date: string,
  weekday: Weekday,
  durationMinutes: number | null,
): DatedPriceRule[] {
  return rules
    .filter((rule) => pricesDuration(rule, durationMinutes))
    .filter((rule) => includesDay(rule, date, weekday))
    .sort((a, b) => reach(a) - reach(b) || specificity(b) - specificity(a) || b.createdAtMs - a.createdAtMs)
    .map((rule) => {
      const { from, to } = minutesOfRange(rule.timeFrom, rule.timeTo);
      return { rule, fromMinute: from, toMinute: to };
    });
}

/** Whether a rule prices bookings of a duration in minutes, at the times it names; null is a booking without one. */
export function pricesDuration(rule: PriceRule, durationMinutes: number | null): boolean {
  return (
    (rule.durationMinutes === null || rule.durationMinutes === durationMinutes) &&
    (durationMinutes ?? 0) <= (rule.maxDurationMinutes ?? maxSpanMinutes)
  );
}

/** The rule that prices a start at a wall time (minutes since midnight) of a local date; undefined when none does. */
export function priceRuleFor(
  rules: readonly PriceRule[],
  localDate: string,
  wallMinute: number,
  durationMinutes: number | null,
): PriceRule | undefined {
  return firstMatch(priceRulesOfDay(rules, localDate, weekdayOf(localDate), durationMinutes), wallMinute);
}

/** The first of a day's rules whose time range holds the wall minute. */
export function firstMatch(rules: readonly DatedPriceRule[], wallMinute: number): PriceRule | undefined {
  return rules.find(({ fromMinute, toMinute }) => fromMinute <= wallMinute && wallMinute < toMinute)?.rule;
}

/** How many durations a rule prices, as a number to compare by: one, those up to a bound, or all. */
function reach({ durationMinutes, maxDurationMinutes }: PriceRule): number {
  return durationMinutes === null ? (maxDurationMinutes ?? Number.MAX_SAFE_INTEGER) : 0;
}

function specificity(rule: PriceRule): number {
  const hasTime = rule.timeFrom !== null || rule.timeTo !== null;
  // All seven weekdays say no more than none.
  const hasWeekday = rule.weekdays.length > 0 && rule.weekdays.length < 7;
  const hasDate = rule.dateFrom !== null || rule.dateTo !== null;
  return (hasTime ? 4 : 0) + (hasWeekday ? 2 : 0) + (hasDate ? 1 : 0);
}

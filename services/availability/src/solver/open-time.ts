import { daysBetween, type Weekday, weekdayOf, weekdays } from '@lido/runtime/time/zone.ts';
import { clearRange, setRange } from './bitset.ts';
import {
  bitFrom,
  bitOf,
  closeWallTime,
  emptyBits,
  type Horizon,
  type HorizonDay,
  maxSpanMinutes,
  minutesOfRange,
  openWallTime,
} from './horizon.ts';
import type { AvailabilityRule, OpeningException, OpeningHours, Practitioner, Rota, RotaRule } from './model.ts';

/** A Monday from which the weeks of a rota are counted that names no date for it. */
const firstMonday = '1970-01-05';

/** The site's opening hours; an exception replaces the hours of its date. */
export function openingBits(
  horizon: Horizon,
  hours: readonly OpeningHours[],
  exceptions: readonly OpeningException[],
): Uint32Array {
  const bits = emptyBits(horizon);
  const exceptionOf = new Map(exceptions.map((exception) => [exception.date, exception.intervals]));
  for (const day of horizon.days) {
    const intervals = exceptionOf.get(day.day.date) ?? hours.filter(({ weekday }) => weekday === day.day.weekday);
    for (const interval of intervals) openInterval(bits, day, interval);
  }
  return bits;
}

/**
 * The time availability rules leave: the union of the true rules, or `whenNoTrueRule` when there is none, minus every false rule.
 * A rule list of closures only therefore closes what would be open without it. With a duration, rules about other durations say nothing;
 * where the true ones are all about others, nothing is open.
 */
export function ruledBits(
  horizon: Horizon,
  rules: readonly AvailabilityRule[],
  whenNoTrueRule: Uint32Array,
  durationMinutes?: number,
): Uint32Array {
  const bits = rules.some(({ isAvailable }) => isAvailable) ? emptyBits(horizon) : whenNoTrueRule.slice();
  const told = rules.filter((rule) => isAbout(rule, durationMinutes));
  for (const rule of told) {
    if (rule.isAvailable) applyRule(horizon, rule, (day, from, to) => openWallTime(bits, day, from, to));
  }
  for (const rule of told) {
    if (!rule.isAvailable) applyRule(horizon, rule, (day, from, to) => closeWallTime(bits, day, from, to));
  }
  return bits;
}

/** When a practitioner works: the union of the rotas, minus custom absences, plus custom presences. */
export function workingBits(
  horizon: Horizon,
  { rotas, customAvailability }: Pick<Practitioner, 'rotas' | 'customAvailability'>,
): Uint32Array {
  const bits = emptyBits(horizon);
  for (const rota of rotas) openRota(horizon, bits, rota);
  for (const { fromMs, toMs, isAvailable } of customAvailability) {
    if (!isAvailable) clearRange(bits, bitOf(horizon, fromMs), bitFrom(horizon, toMs));
  }
  for (const { fromMs, toMs, isAvailable } of customAvailability) {
    if (isAvailable) setRange(bits, bitFrom(horizon, fromMs), bitOf(horizon, toMs));
  }
  return bits;
}

/** Whether a range of dates and a set of weekdays include a day; null bounds are open and no weekdays means all. */
export function includesDay(
  rule: { readonly dateFrom: string | null; readonly dateTo: string | null; readonly weekdays: readonly Weekday[] },
  date: string,
  weekday: Weekday,
): boolean {
  return includesDate(rule, date) && (rule.weekdays.length === 0 || rule.weekdays.includes(weekday));
}

/** Whether a range of dates includes a date, both ends included; null bounds are open. */
export function includesDate(
  { dateFrom, dateTo }: { readonly dateFrom: string | null; readonly dateTo: string | null },
  date: string,
): boolean {
  return (dateFrom === null || dateFrom <= date) && (dateTo === null || date <= dateTo);
}

/** The rules of a rota that hold on a date. */
export function rotaRulesOn(rota: Rota, date: string): RotaRule[] {
  if (!includesDate({ dateFrom: rota.startDate, dateTo: rota.endDate }, date)) return [];
  const [weekday, weekNum] = [weekdayOf(date), weekCounter(rota)(date)];
  return rota.rules.filter((rule) => rule.weekday === weekday && rule.weekNum === weekNum);
}

function isAbout({ minDurationMinutes, maxDurationMinutes }: AvailabilityRule, durationMinutes?: number): boolean {
  if (durationMinutes === undefined) return true;
  return (minDurationMinutes ?? 0) <= durationMinutes && durationMinutes <= (maxDurationMinutes ?? maxSpanMinutes);
}

function openRota(horizon: Horizon, bits: Uint32Array, rota: Rota): void {
  const weekNumOf = weekCounter(rota);
  const rules = weekdays.map((weekday) => rota.rules.filter((rule) => rule.weekday === weekday));
  for (const day of horizon.days) {
    if (!includesDate({ dateFrom: rota.startDate, dateTo: rota.endDate }, day.day.date)) continue;
    const weekNum = weekNumOf(day.day.date);
    for (const rule of rules[weekdays.indexOf(day.day.weekday)] ?? []) {
      if (rule.weekNum === weekNum) openInterval(bits, day, rule);
    }
  }
}

/** Counts the weeks of a rota's cycle from 1. */
function weekCounter({ weeksFrom, startDate, weekIntervalWeeks }: Rota): (date: string) => number {
  const anchor = weeksFrom ?? startDate ?? firstMonday;
  const weekdayOfAnchor = ((daysBetween(firstMonday, anchor) % 7) + 7) % 7;
  return (date) => {
    const week = Math.floor((daysBetween(anchor, date) + weekdayOfAnchor) / 7);
    return (((week % weekIntervalWeeks) + weekIntervalWeeks) % weekIntervalWeeks) + 1;
  };
}

function openInterval(
  bits: Uint32Array,
  day: HorizonDay,
  { timeFrom, timeTo }: { readonly timeFrom: string; readonly timeTo: string },
): void {
  const { from, to } = minutesOfRange(timeFrom, timeTo);
  openWallTime(bits, day, from, to);
}

/** Hands the days a rule includes to `apply`, with the rule's daily time range in minutes since midnight. */
export function applyRule(
  horizon: Horizon,
  rule: Pick<AvailabilityRule, 'dateFrom' | 'dateTo' | 'weekdays' | 'timeFrom' | 'timeTo'>,
  apply: (day: HorizonDay, fromMinute: number, toMinute: number) => void,
): void {
  const { from, to } = minutesOfRange(rule.timeFrom, rule.timeTo);
  for (const day of horizon.days) if (includesDay(rule, day.day.date, day.day.weekday)) apply(day, from, to);
}

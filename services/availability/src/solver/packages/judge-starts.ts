import type { PackageCompletion } from './complete-package.ts';
import type { PackageItem, PackageModel, PackageReason } from './package-model.ts';
import { brokenRule } from './package-rules.ts';

/**
 * Why an item can not be chosen beside what is held of its package: a rule that it breaks, or a rest of the package that would have no
 * times any more. Undefined when it can.
 */
export function judgeStart(
  model: PackageModel,
  completion: PackageCompletion,
  held: readonly PackageItem[],
  item: PackageItem,
): PackageReason | undefined {
  const broken = brokenRule(model, held, item, false);
  if (broken !== undefined) return broken;
  const rest = completion.complete([...held, item]);
  if (rest !== undefined) return undefined;
  // Nothing that starts earlier was found, so that what is too soon after the first start stays too soon.
  return brokenRule(model, held, item, true) ?? 'rest_not_bookable';
}

/** How many local dates a package needs at least: each takes what fits into its longest day, the longest choices first. */
export function datesNeeded({ maxDailyMinutes }: PackageModel, shortestMinutes: readonly number[]): number {
  if (maxDailyMinutes === null) return 1;
  const days: number[] = [];
  for (const minutes of shortestMinutes.toSorted((a, b) => b - a)) {
    const day = days.findIndex((taken) => taken + minutes <= maxDailyMinutes);
    if (day < 0) days.push(minutes);
    else days[day] = (days[day] ?? 0) + minutes;
  }
  return Math.max(1, days.length);
}

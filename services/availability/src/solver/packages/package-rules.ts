import {
  mayOverlap,
  type PackageChoice,
  type PackageItem,
  type PackageModel,
  type PackageReason,
  requiredOptions,
  requiredTimes,
  type StartTimeRule,
} from './package-model.ts';

const minuteMs = 60_000;

/**
 * The first rule of a package that an item breaks beside others. As long as more may be chosen (`isComplete` false), the package's first
 * start may still become earlier, so that nothing counts as too soon after it.
 */
export function brokenRule(
  model: PackageModel,
  others: readonly PackageItem[],
  item: PackageItem,
  isComplete: boolean,
): PackageReason | undefined {
  const choice = choiceOf(model, item);
  const firstMs = firstStart([...others, item]);
  if (!mayStart(choice, item, { firstMs, isComplete })) return 'outside_start_times';
  if (others.some((other) => mustBeApart(model, other, item) && overlap(other, item))) return 'overlaps_choice';
  return isDayTooLong(model, [...others, item], item.date) ? 'day_too_long' : undefined;
}

/** Whether every item may start when it does, now that all are there. */
export function mayAllStart(model: PackageModel, items: readonly PackageItem[]): boolean {
  const firstMs = firstStart(items);
  return items.every((item) => mayStart(choiceOf(model, item), item, { firstMs, isComplete: true }));
}

/** Whether all that has to be chosen and takes time is there. */
export function isComplete(model: PackageModel, items: readonly PackageItem[]): boolean {
  return requiredTimes(model).every((choice) => {
    const options = items.filter(({ choiceId }) => choiceId === choice.id).map(({ optionId }) => optionId);
    return new Set(options).size >= requiredOptions(choice);
  });
}

/** The instant a package begins at. */
export function firstStart(items: readonly PackageItem[]): number {
  return items.reduce((firstMs, { startMs }) => Math.min(firstMs, startMs), Number.POSITIVE_INFINITY);
}

function choiceOf({ choices }: PackageModel, { choiceId }: PackageItem): PackageChoice | undefined {
  return choices.find(({ id }) => id === choiceId);
}

function mayStart(
  choice: PackageChoice | undefined,
  { startMs, wallMinute }: PackageItem,
  { firstMs, isComplete }: { firstMs: number; isComplete: boolean },
): boolean {
  const allows = ({ kind, fromMinute, toMinute }: StartTimeRule): boolean => {
    const minute = kind === 'absolute' ? wallMinute : (startMs - firstMs) / minuteMs;
    const mayGrow = kind === 'relative' && !isComplete;
    return minute <= toMinute && (mayGrow || fromMinute <= minute);
  };
  return choice === undefined || choice.startTimeRules.length === 0 || choice.startTimeRules.some(allows);
}

function mustBeApart(model: PackageModel, a: PackageItem, b: PackageItem): boolean {
  if (a.guestIds?.length && b.guestIds?.length && !a.guestIds.some((id) => b.guestIds?.includes(id))) return false;
  return [a, b].every((item) => {
    const choice = choiceOf(model, item);
    return choice === undefined ? model.preventsOverlaps : !mayOverlap(model, choice);
  });
}

function overlap(a: PackageItem, b: PackageItem): boolean {
  return a.startMs < b.endMs && b.startMs < a.endMs;
}

function isDayTooLong({ maxDailyMinutes }: PackageModel, items: readonly PackageItem[], date: string): boolean {
  if (maxDailyMinutes === null) return false;
  const ofDay = items.filter((item) => item.date === date);
  const endMs = ofDay.reduce((lastMs, item) => Math.max(lastMs, item.endMs), 0);
  return endMs - firstStart(ofDay) > maxDailyMinutes * minuteMs;
}

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PackageCompletion } from './complete-package.ts';
import { datesNeeded, judgeStart } from './judge-starts.ts';
import { packageItem } from './package-item.ts';
import { brokenRule, isComplete } from './package-rules.ts';
import {
  guestsAtOnce,
  type PackageChoice,
  type PackageItem,
  type PackageModel,
  type StartTimeRule,
} from './package-model.ts';
import { choiceSurcharge, linePrice, packagePrice, packagePriceRange } from './package-price.ts';

const minuteMs = 60_000;
const midnight = Date.UTC(2026, 5, 1);

const choice = (id: string, extra: Partial<PackageChoice> = {}): PackageChoice => ({
  ...{ id, name: id, offeringType: 'session', minOptions: 1, maxOptions: 2, isOptional: false, allowsOverlaps: false },
  ...{ budgetMinor: null, startTimeRules: [], options: [] },
  ...extra,
});
const model = (choices: PackageChoice[], extra: Partial<PackageModel> = {}): PackageModel => ({
  ...{
    id: 'p',
    minGuests: 1,
    maxGuests: 2,
    maxDailyMinutes: null,
    preventsOverlaps: true,
    availabilityRules: [],
    priceRules: [],
  },
  ...{ minAdvance: null, maxAdvance: null, membersOnly: false, permittedMembershipTypeIds: [] },
  ...{ membershipBookingWindowsEnabled: false, membershipBookingWindows: [] },
  choices,
  ...extra,
});

/** A session's start with its places, in minutes after midnight of the first of two days. */
function itemAt(choiceId: string, optionId: string, from: number, minutes: number, places = 9): PackageItem {
  const times = { startMs: midnight + from * minuteMs, endMs: midnight + (from + minutes) * minuteMs };
  const placeId = `${optionId} ${from}`;
  const start = {
    kind: 'listed' as const,
    ...times,
    amountMinor: 0,
    guests: 1,
    start: { placeId, places, ...times, amountMinor: 0 },
  };
  return packageItem({ choiceId, optionId }, times, 'UTC', start);
}

/** Every way to complete what is chosen, tried one by one with the rules as a person would read them. */
function canBeCompleted(
  pack: PackageModel,
  items: ReadonlyMap<string, readonly PackageItem[]>,
  chosen: PackageItem[],
): boolean {
  const missing = pack.choices.find((one) => {
    const options = new Set(chosen.filter(({ choiceId }) => choiceId === one.id).map(({ optionId }) => optionId));
    return !one.isOptional && one.offeringType !== 'product' && options.size < one.minOptions;
  });
  if (missing === undefined) return isGood(pack, chosen);
  return (items.get(missing.id) ?? []).some(
    (item) =>
      !chosen.some(({ choiceId, optionId }) => choiceId === item.choiceId && optionId === item.optionId) &&
      canBeCompleted(pack, items, [...chosen, item]),
  );
}

function isGood({ choices, preventsOverlaps, maxDailyMinutes }: PackageModel, items: PackageItem[]): boolean {
  const choiceOf = (item: PackageItem) => choices.find(({ id }) => id === item.choiceId) as PackageChoice;
  const first = Math.min(...items.map(({ startMs }) => startMs));
  return items.every((item, index) => {
    const { startTimeRules, allowsOverlaps } = choiceOf(item);
    const passes = ({ kind, fromMinute, toMinute }: StartTimeRule) => {
      const minute = kind === 'absolute' ? item.wallMinute : (item.startMs - first) / minuteMs;
      return fromMinute <= minute && minute <= toMinute;
    };
    const clashes = items.some(
      (other, at) =>
        at !== index &&
        preventsOverlaps &&
        !allowsOverlaps &&
        !choiceOf(other).allowsOverlaps &&
        other.startMs < item.endMs &&
        item.startMs < other.endMs,
    );
    const sameDay = items.filter(({ date }) => date === item.date);
    const span = Math.max(...sameDay.map(({ endMs }) => endMs)) - Math.min(...sameDay.map(({ startMs }) => startMs));
    return (
      (startTimeRules.length === 0 || startTimeRules.some(passes)) &&
      !clashes &&
      (maxDailyMinutes === null || span <= maxDailyMinutes * minuteMs)
    );
  });
}

const rule = fc.record({
  kind: fc.constantFrom('absolute' as const, 'relative' as const),
  fromMinute: fc.integer({ min: 0, max: 12 }),
  span: fc.integer({ min: 0, max: 12 }),
});
const scenario = fc.record({
  maxDailyMinutes: fc.option(fc.integer({ min: 2, max: 12 }), { nil: null }),
  preventsOverlaps: fc.boolean(),
  choices: fc.array(
    fc.record({
      minOptions: fc.integer({ min: 0, max: 2 }),
      isOptional: fc.boolean(),
      allowsOverlaps: fc.boolean(),
      rules: fc.array(rule, { maxLength: 2 }),
      starts: fc.array(
        fc.tuple(
          fc.integer({ min: 0, max: 2 }),
          fc.integer({ min: 0, max: 12 }),
          fc.integer({ min: 1, max: 4 }),
          fc.boolean(),
        ),
        { maxLength: 5 },
      ),
    }),
    { minLength: 1, maxLength: 3 },
  ),
});

describe('a start', () => {
  test('is offered exactly when all that has to be chosen can be placed around it', () => {
    fc.assert(
      fc.property(scenario, ({ choices, ...rules }) => {
        const pack = model(
          choices.map(({ rules: startRules, starts: _, ...extra }, index) =>
            choice(`c${index}`, {
              ...extra,
              startTimeRules: startRules.map(({ kind, fromMinute, span }) => ({
                kind,
                fromMinute,
                toMinute: fromMinute + span,
              })),
            }),
          ),
          rules,
        );
        const items = new Map(
          choices.map(({ starts }, index) => [
            `c${index}`,
            starts.map(([option, from, minutes, isNextDay]) =>
              itemAt(`c${index}`, `o${index}${option}`, from + (isNextDay ? 1_440 : 0), minutes),
            ),
          ]),
        );
        const completion = new PackageCompletion(pack, items, 50_000);
        for (const item of [...items.values()].flat())
          expect(judgeStart(pack, completion, [], item) === undefined).toBe(canBeCompleted(pack, items, [item]));
        expect(completion.isTruncated).toBe(false);
      }),
      { numRuns: 400 },
    );
  });

  test('minds what is held, and takes no place twice', () => {
    const pack = model([choice('a'), choice('b')], { maxDailyMinutes: 10 });
    const [held, early, late, overlapping] = [
      itemAt('a', 'x', 5, 3),
      itemAt('b', 'y', 0, 5),
      itemAt('b', 'y', 13, 3),
      itemAt('b', 'y', 7, 2),
    ];
    const completion = new PackageCompletion(pack, new Map(), 100);
    const reasons = [early, late, overlapping].map((item) => judgeStart(pack, completion, [held], item));
    expect(reasons).toEqual([undefined, 'day_too_long', 'overlaps_choice']);
    const free = model([choice('a'), choice('b')], { preventsOverlaps: false });
    const shared = (choiceId: string) => itemAt(choiceId, 'same', 0, 5, 1);
    const one = new PackageCompletion(free, new Map([['b', [shared('b')]]]), 100);
    expect(judgeStart(free, one, [], shared('a'))).toBe('rest_not_bookable');
  });

  test('that the search gave up on is not offered, and that is said', () => {
    const starts = Array.from({ length: 30 }, (_, at) => at * 5);
    const choices = ['a', 'b', 'c', 'd'].map((id) => choice(id));
    const last = { kind: 'relative' as const, fromMinute: 9_000, toMinute: 9_999 };
    const pack = model([...choices, choice('e', { startTimeRules: [last] })]);
    const items = new Map(['a', 'b', 'c', 'd', 'e'].map((id) => [id, starts.map((from) => itemAt(id, id, from, 5))]));
    const completion = new PackageCompletion(pack, items, 50);
    expect(judgeStart(pack, completion, [], itemAt('a', 'a', 0, 5))).toBe('rest_not_bookable');
    expect(completion.isTruncated).toBe(true);
  });

  test.each([
    // Clocks go forward at 01:00 UTC: 02:30 in Berlin is skipped, so that 01:30 UTC is 03:30.
    ['Europe/Berlin', '2026-03-29T01:30:00Z', 210],
    ['Europe/London', '2026-03-29T01:30:00Z', 150],
    // Clocks go back at 01:00 UTC: 02:30 comes twice.
    ['Europe/Berlin', '2026-10-25T00:30:00Z', 150],
    ['Europe/Berlin', '2026-10-25T01:30:00Z', 150],
    // Half an hour forward at 15:30 UTC.
    ['Australia/Lord_Howe', '2026-10-03T15:30:00Z', 150],
  ])('on a day of changing clocks in %s keeps to the time they show (%s)', (zone, text, wallMinute) => {
    const startMs = Date.parse(text);
    const item = packageItem({ choiceId: 'a', optionId: 'o' }, { startMs, endMs: startMs + minuteMs }, zone);
    expect(item.wallMinute).toBe(wallMinute);
    const shown = { kind: 'absolute' as const, fromMinute: wallMinute, toMinute: wallMinute };
    const pack = model([choice('a', { startTimeRules: [shown] })]);
    expect(judgeStart(pack, new PackageCompletion(pack, new Map(), 10), [], item)).toBeUndefined();
  });
});

describe('what is chosen', () => {
  const pack = model([choice('a'), choice('b')]);

  test('overlaps only where somebody has both', () => {
    const of = (choiceId: string, ...guestIds: string[]) => ({ ...itemAt(choiceId, 'o', 600, 60), guestIds });
    expect(brokenRule(pack, [of('a', 'ada')], of('b', 'grace'), false)).toBeUndefined();
    expect(brokenRule(pack, [of('a', 'ada', 'grace')], of('b', 'grace'), false)).toBe('overlaps_choice');
    expect(brokenRule(pack, [of('a')], of('b', 'grace'), false)).toBe('overlaps_choice');
  });

  test('is complete when every choice that asks for options has them', () => {
    const [a, b] = [itemAt('a', 'o', 600, 60), itemAt('b', 'o', 660, 60)];
    expect([isComplete(pack, [a]), isComplete(pack, [a, b])]).toEqual([false, true]);
    expect(isComplete(model([choice('a'), choice('b', { isOptional: true })]), [a])).toBe(true);
  });
});

describe('a price', () => {
  const priceRule = (amountMinor: number, extra: object = {}) => ({
    ...{
      dateFrom: null,
      dateTo: null,
      weekdays: [],
      timeFrom: null,
      timeTo: null,
      durationMinutes: null,
      createdAtMs: 0,
    },
    amountMinor,
    ...extra,
  });

  test('is of the local date of the first start', () => {
    const pack = model([], { priceRules: [priceRule(100), priceRule(200, { weekdays: ['monday'] })] });
    expect(packagePrice(pack, Date.parse('2026-06-01T12:00:00Z'), 'Europe/London')).toBe(200);
    expect(packagePrice(pack, Date.parse('2026-06-01T23:30:00Z'), 'Europe/London')).toBe(100);
    expect(packagePrice(model([]), 0, 'UTC')).toBeUndefined();
  });

  test('rises by what options change, and by what they exceed a budget', () => {
    const option = (priceChangeMinor: number, ownPriceMinor: number | null) => ({
      choiceId: 'a',
      priceChangeMinor,
      ownPriceMinor,
    });
    expect(choiceSurcharge({ budgetMinor: null }, [option(5, 1_000), option(7, 1_000)])).toBe(12);
    expect(choiceSurcharge({ budgetMinor: 1_500 }, [option(0, 1_000)])).toBe(0);
    expect(choiceSurcharge({ budgetMinor: 1_500 }, [option(0, 1_000), option(7, 1_000)])).toBe(507);
    expect(choiceSurcharge({ budgetMinor: 0 }, [option(0, null)])).toBe(0);
  });

  test('of a line is for all its guests, whose budgets are counted together', () => {
    const options = [{ id: 'o', offeringId: 'f', priceChangeMinor: 5 }];
    const choices = [choice('a', { options, budgetMinor: 1_000 }), choice('b', { options })];
    const pack = model(choices, { priceRules: [priceRule(300)] });
    const chosen = (choiceId: string, guests: number, ownPriceMinor: number) => ({
      ...{ choiceId, optionId: 'o', guests, ownPriceMinor },
    });
    const line = { firstMs: midnight, guests: 2, zone: 'UTC' };
    expect(linePrice(pack, line, [])).toBe(600);
    expect(linePrice(pack, line, [chosen('a', 1, 1_500), chosen('b', 2, 9_000)])).toBe(615);
    expect(linePrice(pack, line, [chosen('a', 1, 1_500), chosen('a', 1, 700)])).toBe(810);
    expect(linePrice(model(choices), line, [])).toBeUndefined();
  });

  test('ranges from the least that has to be chosen to the most that may', () => {
    const options = [1, 2, 3].map((at) => ({ id: `o${at}`, offeringId: `f${at}`, priceChangeMinor: at * 10 }));
    const pack = model([choice('a', { options })], { priceRules: [priceRule(100), priceRule(300)] });
    expect(packagePriceRange(pack, () => [])).toEqual({ from: 110, to: 350 });
    expect(packagePriceRange(model([]), () => [])).toBeNull();
  });
});

test('a package needs as many days as its longest day makes of it', () => {
  expect(datesNeeded(model([]), [60, 60])).toBe(1);
  expect(datesNeeded(model([], { maxDailyMinutes: 240 }), [120, 120, 60])).toBe(2);
  expect(datesNeeded(model([], { maxDailyMinutes: 240 }), [])).toBe(1);
});

test('as many guests as an option takes, as near as can be to all of them', () => {
  expect([1, 2, 5].map((guests) => guestsAtOnce(guests, { minGuests: 2, maxGuests: 3 }))).toEqual([2, 2, 3]);
});

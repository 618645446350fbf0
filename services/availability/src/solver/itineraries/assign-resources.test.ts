import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assignResources, type Choice, type Task } from './assign-resources.ts';
import { Work } from './work.ts';

const enough = () => new Work(1_000_000);

function choice(resourceId: string, units: readonly number[] = [0], limits: Choice['limits'] = []): Choice {
  return { resourceId, units, key: `${resourceId} ${units.join('.')}`, limits };
}

function task(from: number, to: number, choices: readonly Choice[], changes: Partial<Task> = {}): Task {
  return {
    id: '',
    item: 0,
    kind: 'practitioners',
    from,
    to,
    count: 1,
    minutes: (to - from) * 5,
    choices,
    resourceIds: new Set(choices.map(({ resourceId }) => resourceId)),
    limitKeys: new Set(choices.flatMap(({ limits }) => limits.map(({ key }) => key))),
    takesWhole: choices.some(({ units }) => units.length > 1),
    ...changes,
  };
}

const idsOf = (chosen: readonly (readonly Choice[])[] | undefined) =>
  chosen?.map((choices) => choices.map(({ resourceId }) => resourceId).join());

describe('an assignment', () => {
  test('gives a task what leaves the others something, not what comes first', () => {
    const tasks = [task(0, 12, [choice('anna'), choice('ben')]), task(0, 12, [choice('anna')])];
    expect(idsOf(assignResources(tasks, enough()))).toEqual(['ben', 'anna']);
  });

  test('changes hands between tasks that do not overlap', () => {
    const tasks = [task(0, 12, [choice('anna')]), task(12, 24, [choice('anna')])];
    expect(idsOf(assignResources(tasks, enough()))).toEqual(['anna', 'anna']);
    expect(assignResources([task(0, 13, [choice('anna')]), ...tasks.slice(1)], enough())).toBeUndefined();
  });

  test('finds what no matching of one instant shows: a long task between two short ones', () => {
    const both = [choice('anna'), choice('ben')];
    const tasks = [task(0, 6, [choice('anna')]), task(6, 12, [choice('ben')]), task(0, 12, both)];
    expect(assignResources(tasks, enough())).toBeUndefined();
    expect(idsOf(assignResources([...tasks.slice(0, 1), task(6, 12, both), task(0, 12, both)], enough()))).toEqual([
      'anna',
      'anna',
      'ben',
    ]);
  });

  test('of a whole room and one of single places do not meet in one room', () => {
    const whole = task(0, 6, [choice('big', [0, 1])]);
    const place = task(0, 6, [choice('big', [1]), choice('small')]);
    expect(idsOf(assignResources([whole, place], enough()))).toEqual(['big', 'small']);
    expect(assignResources([whole, task(0, 6, [choice('big', [1])])], enough())).toBeUndefined();
  });

  test('passes no daily limit, not even with tasks that never meet', () => {
    const limited = (leftMinutes: number) => choice('anna', [0], [{ key: 'anna 0', leftMinutes }]);
    const tasks = (leftMinutes: number) => [task(0, 12, [limited(leftMinutes)]), task(24, 36, [limited(leftMinutes)])];
    expect(assignResources(tasks(115), enough())).toBeUndefined();
    expect(assignResources(tasks(120), enough())).toBeDefined();
  });

  test('is undecided, and says so, when the work is spent', () => {
    const work = new Work(1);
    expect(assignResources([task(0, 2, [choice('a'), choice('b')]), task(0, 2, [choice('a')])], work)).toBeUndefined();
    expect(work.isSpent).toBe(true);
  });

  test('exists exactly when trying everything finds one, and holds nothing twice', () => {
    fc.assert(
      fc.property(tasksOfAnyKind, (tasks) => {
        const chosen = assignResources(tasks, enough());
        expect(chosen !== undefined).toBe(canAssign(tasks, []));
        if (chosen !== undefined) {
          expect(isSound(tasks, chosen)).toBe(true);
          expect(chosen.map(({ length }) => length)).toEqual(tasks.map(({ count }) => count));
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

/** Places of one room, the room as a whole, a single room and people, two of whom have daily limits. */
const anyChoice = fc.constantFrom(
  choice('room', [0]),
  choice('room', [1]),
  choice('room', [0, 1]),
  choice('single'),
  choice('anna', [0], [{ key: 'anna 0', leftMinutes: 30 }]),
  choice('ben', [0], [{ key: 'ben 0', leftMinutes: 20 }]),
  choice('cleo'),
);
const tasksOfAnyKind = fc.array(
  fc
    .tuple(
      fc.nat(6),
      fc.integer({ min: 1, max: 4 }),
      fc.uniqueArray(anyChoice, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 2 }),
    )
    .map(([from, length, choices, count]) => task(from, from + length, apart(choices, length * 5), { count })),
  { minLength: 1, maxLength: 4 },
);

/** The choices a task may list: each can be by itself, and no two of them share a unit. */
function apart(choices: readonly Choice[], minutes: number): Choice[] {
  const kept: Choice[] = [];
  for (const next of choices) {
    const meets = kept.some(
      ({ resourceId, units }) => resourceId === next.resourceId && units.some((unit) => next.units.includes(unit)),
    );
    if (!meets && next.limits.every(({ leftMinutes }) => minutes <= leftMinutes)) kept.push(next);
  }
  return kept;
}

function canAssign([next, ...rest]: readonly Task[], done: readonly (readonly [Task, Choice[]])[]): boolean {
  if (next === undefined) return true;
  return subsets(next.choices, next.count).some((chosen) => {
    const all = [...done, [next, chosen] as const];
    return (
      isSound(
        all.map(([of]) => of),
        all.map(([, choices]) => choices),
      ) && canAssign(rest, all)
    );
  });
}

function isSound(tasks: readonly Task[], chosen: readonly (readonly Choice[])[]): boolean {
  const holdings = tasks.flatMap((of, index) => (chosen[index] ?? []).map((held) => ({ of, held })));
  const clashes = holdings.some((a, index) =>
    holdings
      .slice(index + 1)
      .some(
        (b) =>
          a.of.from < b.of.to &&
          b.of.from < a.of.to &&
          a.held.resourceId === b.held.resourceId &&
          a.held.units.some((unit) => b.held.units.includes(unit)),
      ),
  );
  const limits = holdings.flatMap(({ held }) => held.limits);
  const passes = limits.some(({ key, leftMinutes }) => {
    const used = holdings.filter(({ held }) => held.limits.some((limit) => limit.key === key));
    return used.reduce((sum, { of }) => sum + of.minutes, 0) > leftMinutes;
  });
  return !clashes && !passes;
}

function subsets<T>(all: readonly T[], size: number): T[][] {
  if (size === 0) return [[]];
  return all.flatMap((first, index) => subsets(all.slice(index + 1), size - 1).map((rest) => [first, ...rest]));
}

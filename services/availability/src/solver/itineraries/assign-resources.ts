import type { DailyMaximum } from '../eligibility.ts';
import { assignInGroups, contendersOf } from './contenders.ts';
import { matchDistinct } from './matching.ts';
import type { Work } from './work.ts';

/** Units of one resource that are held together: one practitioner, one place in a room, or all places of a room. */
export interface Choice {
  readonly resourceId: string;
  readonly units: readonly number[];
  /** Names the resource with its units; choices of one key are the same. */
  readonly key: string;
  /** What the resource may still do that day of the kinds of work this is one of. */
  readonly limits: readonly DailyMaximum[];
}

/** What an item takes of one kind: `count` distinct choices, each free by itself, for the buckets `[from, to)` with the buffer. */
export interface Task {
  /** Names the item, the start and which of its tasks it is. */
  readonly id: string;
  /** Which item of the visit. */
  readonly item: number;
  readonly kind: 'practitioners' | 'rooms' | 'equipment';
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Minutes that count against daily limits. */
  readonly minutes: number;
  /** Best first; no two share a unit. */
  readonly choices: readonly Choice[];
  readonly resourceIds: ReadonlySet<string>;
  readonly limitKeys: ReadonlySet<string>;
  /** Whether each choice is all there is of its resource, and not one unit of it. */
  readonly takesWhole: boolean;
}

/**
 * The choices of every task such that no unit is held twice at a time and no daily limit is passed; undefined when there are none, or when
 * the work is spent. It is exact: tasks that all overlap are matched; others, which a matching does not decide, are searched.
 */
export function assignResources(tasks: readonly Task[], work: Work): Choice[][] | undefined {
  return assignInGroups(tasks, contend, (group) => assignTogether(group, work));
}

/** Answers for many sets of tasks whether they can be assigned, and remembers what it worked out. */
export class Joining {
  readonly #work: Work;
  readonly #known = new Map<string, boolean>();

  constructor(work: Work) {
    this.#work = work;
  }

  /** Whether tasks can join others that can be assigned; only those that could stand in their way are looked at. */
  canJoin(others: readonly Task[], added: readonly Task[]): boolean {
    const tasks = [...others, ...added];
    return added.every((task) => {
      const contending = contendersOf(task, tasks, contend);
      if (contending.length === 1) return task.choices.length >= task.count;
      const key = contending
        .map(({ id }) => id)
        .sort()
        .join();
      const known = this.#known.get(key);
      if (known !== undefined) return known;
      const isPossible = assignTogether(contending, this.#work) !== undefined;
      if (!this.#work.isSpent) this.#known.set(key, isPossible);
      return isPossible;
    });
  }
}

function contend(a: Task, b: Task): boolean {
  if (a.kind !== b.kind) return false;
  return (overlap(a, b) && haveCommon(a.resourceIds, b.resourceIds)) || haveCommon(a.limitKeys, b.limitKeys);
}

function haveCommon(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  for (const value of a) if (b.has(value)) return true;
  return false;
}

function overlap(a: Task, b: Task): boolean {
  return a.from < b.to && b.from < a.to;
}

function assignTogether(tasks: readonly Task[], work: Work): Choice[][] | undefined {
  if (tasks.some(({ choices, count }) => choices.length < count)) return undefined;
  // What comes first is very often free; where it is not, nothing follows from that.
  const first = firstFit(tasks);
  if (first !== undefined) return first;
  if (canBeMatched(tasks)) return matched(tasks, work);
  // Whatever the search finds is a matching at every instant, so that without one there is nothing to find.
  for (const { from } of tasks) {
    const running = tasks.filter((task) => task.from <= from && from < task.to);
    if (matched(running, work) === undefined) return undefined;
  }
  return searched(tasks, work);
}

function firstFit(tasks: readonly Task[]): Choice[][] | undefined {
  const holdings = new Holdings(tasks);
  for (const [index, { choices, count }] of tasks.entries()) {
    for (const choice of choices) {
      if (holdings.countOf(index) === count) break;
      if (holdings.canTake(index, choice)) holdings.take(index, choice);
    }
    if (holdings.countOf(index) < count) return undefined;
  }
  return holdings.chosen;
}

/** Whether a matching decides: all tasks at once, without limits, and whole rooms not beside single places. */
function canBeMatched(tasks: readonly Task[]): boolean {
  return tasks.every(
    (task, index) =>
      task.limitKeys.size === 0 &&
      task.takesWhole === tasks[0]?.takesWhole &&
      tasks.slice(index + 1).every((other) => overlap(task, other)),
  );
}

function matched(tasks: readonly Task[], work: Work): Choice[][] | undefined {
  const owners = tasks.flatMap((task, index) => Array.from({ length: task.count }, () => index));
  const keys = tasks.map(({ choices }) => choices.map(({ resourceId, units }) => `${resourceId} ${units[0]}`));
  const positions = matchDistinct(
    owners.map((owner) => keys[owner] ?? []),
    work,
  );
  if (positions === undefined) return undefined;
  const chosen: Choice[][] = tasks.map(() => []);
  for (const [slot, owner] of owners.entries()) {
    const choice = tasks[owner]?.choices[positions[slot] ?? -1];
    if (choice !== undefined) chosen[owner]?.push(choice);
  }
  return chosen;
}

/** By key, what choices of one signature have in common: the same tasks list them, so that they can stand for each other. */
function signaturesOf(tasks: readonly Task[]): Map<string, string> {
  const listedBy = new Map<string, number[]>();
  const particular = new Set<string>();
  const isMixed = tasks.some(({ takesWhole }) => takesWhole !== tasks[0]?.takesWhole);
  const resourceOf = new Map<string, string>();
  for (const [index, { choices }] of tasks.entries()) {
    for (const { key, resourceId, limits } of choices) {
      resourceOf.set(key, resourceId);
      listedBy.set(key, [...(listedBy.get(key) ?? []), index]);
      if (isMixed || limits.length > 0) particular.add(key);
    }
  }
  return new Map(
    [...listedBy].map(([key, by]) => [key, `${particular.has(key) ? resourceOf.get(key) : ''} ${by.join()}`]),
  );
}

/** Backtracking, the tightest task first. Of choices that can stand for each other only the first is tried. */
function searched(tasks: readonly Task[], work: Work): Choice[][] | undefined {
  const signatures = signaturesOf(tasks);
  const slack = ({ choices, count }: Task) => choices.length - count;
  const order = [...tasks.keys()].sort((a, b) => slack(tasks[a] as Task) - slack(tasks[b] as Task) || a - b);
  const holdings = new Holdings(tasks);
  const place = (rank: number, fromPosition: number): boolean => {
    const index = order[rank];
    const task = tasks[index ?? -1];
    if (index === undefined || task === undefined) return true;
    if (holdings.countOf(index) === task.count) return place(rank + 1, 0);
    const failed = new Set<string>();
    for (let position = fromPosition; position < task.choices.length; position++) {
      const choice = task.choices[position] as Choice;
      if (!holdings.canTake(index, choice)) continue;
      const likeness = `${signatures.get(choice.key)} ${holdings.holdersOf(choice).join()}`;
      if (failed.has(likeness)) continue;
      if (!work.spend()) return false;
      holdings.take(index, choice);
      if (place(rank, position + 1)) return true;
      holdings.giveBack(index);
      failed.add(likeness);
    }
    return false;
  };
  return place(0, 0) ? holdings.chosen : undefined;
}

/** What tasks, named by their index, hold so far. */
class Holdings {
  readonly chosen: Choice[][];
  readonly #tasks: readonly Task[];
  /** Tasks by the resource they hold, in the order they took it. */
  readonly #holders = new Map<string, number[]>();
  readonly #usedMinutes = new Map<string, number>();

  constructor(tasks: readonly Task[]) {
    this.#tasks = tasks;
    this.chosen = tasks.map(() => []);
  }

  countOf(index: number): number {
    return this.chosen[index]?.length ?? 0;
  }

  /** The tasks that hold a unit of a choice at any time. */
  holdersOf({ resourceId, units }: Choice): number[] {
    const holdsSome = (index: number) =>
      this.chosen[index]?.some(
        (held) => held.resourceId === resourceId && held.units.some((unit) => units.includes(unit)),
      ) ?? false;
    return (this.#holders.get(resourceId) ?? []).filter(holdsSome);
  }

  /** Whether a choice is free for a task, and within what its resource may still do that day. */
  canTake(index: number, choice: Choice): boolean {
    const task = this.#tasks[index] as Task;
    return (
      !this.holdersOf(choice).some((holder) => overlap(this.#tasks[holder] as Task, task)) &&
      choice.limits.every(({ key, leftMinutes }) => (this.#usedMinutes.get(key) ?? 0) + task.minutes <= leftMinutes)
    );
  }

  take(index: number, choice: Choice): void {
    this.chosen[index]?.push(choice);
    const holders = this.#holders.get(choice.resourceId);
    if (holders === undefined) this.#holders.set(choice.resourceId, [index]);
    else holders.push(index);
    this.#count(index, choice, 1);
  }

  /** Takes the last choice of a task back. */
  giveBack(index: number): void {
    const choice = this.chosen[index]?.pop();
    if (choice === undefined) return;
    this.#holders.get(choice.resourceId)?.pop();
    this.#count(index, choice, -1);
  }

  #count(index: number, { limits }: Choice, sign: 1 | -1): void {
    for (const { key } of limits)
      this.#usedMinutes.set(key, (this.#usedMinutes.get(key) ?? 0) + sign * (this.#tasks[index]?.minutes ?? 0));
  }
}

import { type Combination, isBookable } from '../combinations.ts';
import type { CompiledSite } from '../compile-site.ts';
import { type FreeDespiteRules, freeDespiteRules } from '../despite-rules.ts';
import { bitFrom, bitOf, msOfBit } from '../horizon.ts';
import type { GuestSharing, SlotQuery } from '../model.ts';
import { mayMeet } from '../guest-sharing.ts';
import type { NoAvailabilityReason } from '../reason.ts';
import { assignResources, Joining, type Task } from './assign-resources.ts';
import {
  combinationOf,
  type PlannedItem,
  planItem,
  resourcesOf,
  type ServedTask,
  startsOfItem,
  tasksAt,
  tasksFor,
} from './item-tasks.ts';
import { Work } from './work.ts';

/** An appointment at a start that somebody chose; its query names the start's local date only. */
export interface ChosenStart {
  readonly query: SlotQuery;
  readonly startMs: number;
}

/** Ways to hold all, each with a combination for every item; or the first item that the ones before it leave no way for. */
export type HeldTogether<Reason = NoAvailabilityReason | undefined> =
  | { readonly plans: Combination[][] }
  | {
      readonly failed: number;
      /** Undefined when the item cannot start then by itself. */
      readonly reason: Reason;
    };

/** Enough for any basket; a search that needed more would refuse what it could not decide. */
const stepsMax = 1_000_000;

/**
 * Up to `max` different ways to hold all items at their chosen starts, whatever their dates. An item fails only when it truly cannot be held
 * beside those before it. `rotateBy` shifts where the choice of resources begins. The site is only read.
 */
export function holdTogether(
  site: CompiledSite,
  chosen: readonly ChosenStart[],
  { max, rotateBy }: { readonly max: number; readonly rotateBy: number },
): HeldTogether {
  return holdInTurn(chosen, max, ({ query, startMs }, index) => {
    const planned = planItem(site, query, index, rotateBy);
    const bit = bitFrom(site.horizon, startMs);
    const isOnGrid = bit === bitOf(site.horizon, startMs);
    return isOnGrid && isBookable(planned.plan, bit) ? heldAt(planned, bit) : { reason: undefined };
  });
}

/**
 * The same past all rules but that nothing is held twice: times off the grid, of any date, for whom or what the types do not list.
 * `takesOver` counts what was requested as free, for who may take it from others, though not from another item.
 */
export function holdDespiteRules(
  site: CompiledSite,
  chosen: readonly ChosenStart[],
  { max, rotateBy, takesOver }: { readonly max: number; readonly rotateBy: number; readonly takesOver: boolean },
): HeldTogether<NoAvailabilityReason> {
  return holdInTurn(chosen, max, ({ query, startMs }, item) => {
    const found = freeDespiteRules(site, query, startMs, takesOver);
    return typeof found === 'string' ? { reason: found } : heldPastRules(found, { item, query, startMs, rotateBy });
  });
}

/** Looks at items one after the other, and holds all at once. */
function holdInTurn<Reason>(
  chosen: readonly ChosenStart[],
  max: number,
  lookAt: (start: ChosenStart, index: number) => HeldItem | { readonly reason: Reason },
): HeldTogether<Reason | NoAvailabilityReason> {
  const work = new Work(stepsMax);
  const joining = new Joining(work);
  const held: HeldItem[] = [];
  for (const [index, start] of chosen.entries()) {
    const next = lookAt(start, index);
    if ('reason' in next) return { failed: index, reason: next.reason };
    const reason = obstacle(held, next, joining);
    if (reason !== undefined) return { failed: index, reason };
    held.push(next);
  }
  return { plans: differentPlans(held, max, work) };
}

/** Up to `max` other starts of an item's date at which it can be held beside items that can be held themselves, the nearest first. */
export function otherStarts(
  site: CompiledSite,
  before: readonly ChosenStart[],
  { query, startMs }: ChosenStart,
  max: number,
): number[] {
  const joining = new Joining(new Work(stepsMax));
  const held = before.map((item, index) => {
    const planned = planItem(site, item.query, index, 0);
    return heldAt(planned, bitFrom(site.horizon, item.startMs));
  });
  const planned = planItem(site, query, before.length, 0);
  const found: number[] = [];
  const nearest = startsOfItem(planned)
    .map((bit) => ({ bit, ms: msOfBit(site.horizon, bit) }))
    .sort((a, b) => Math.abs(a.ms - startMs) - Math.abs(b.ms - startMs) || a.ms - b.ms);
  for (const { bit, ms } of nearest) {
    if (found.length === max) break;
    if (obstacle(held, heldAt(planned, bit), joining) === undefined) found.push(ms);
  }
  return found;
}

/** An item at its start, however it was planned. Its times are in one unit with those of the items beside it. */
interface HeldItem {
  readonly tasks: readonly Task[];
  readonly guestIds: readonly string[];
  readonly sharing: GuestSharing | undefined;
  /** While guests are there, who do not stay for the buffer. */
  readonly from: number;
  readonly to: number;
  /** The same with the choice of resources beginning so many later. */
  turned(shift: number): readonly Task[];
  combinationOf(tasks: readonly ServedTask[]): Combination;
}

function heldAt(planned: PlannedItem, bit: number): HeldItem {
  const { query, shape } = planned.plan;
  return {
    tasks: tasksAt(planned, bit),
    guestIds: query.guestIds ?? [],
    sharing: query.sharing,
    from: bit,
    to: bit + shape.durationBuckets,
    turned: (shift) => tasksAt({ ...planned, rotateBy: planned.rotateBy + shift }, bit),
    combinationOf: (tasks) => combinationOf(planned, bit, tasks),
  };
}

/** By the clock, and without daily maxima. */
function heldPastRules(
  { needed, free, endMs, bufferEndMs }: FreeDespiteRules,
  { item, query, startMs, rotateBy }: ChosenStart & { readonly item: number; readonly rotateBy: number },
): HeldItem {
  const during = { from: startMs, to: bufferEndMs };
  const turned = (shift: number): Task[] =>
    tasksFor({ item, plan: { needed, query }, limits: new Map(), rotateBy: rotateBy + shift }, free, during);
  return {
    tasks: turned(0),
    guestIds: query.guestIds ?? [],
    sharing: query.sharing,
    from: startMs,
    to: endMs,
    turned,
    combinationOf: (tasks) => ({ ...resourcesOf(tasks), endMs, bufferEndMs }),
  };
}

/** The first reason, in the order a person would ask, why an item cannot be held beside others that can. */
function obstacle(held: readonly HeldItem[], next: HeldItem, joining: Joining): NoAvailabilityReason | undefined {
  const others = held.flatMap(({ tasks }) => tasks);
  const stands = (kind: Task['kind']) => {
    const ofKind = (tasks: readonly Task[]) => tasks.filter((task) => task.kind === kind);
    return joining.canJoin(ofKind(others), ofKind(next.tasks));
  };
  if (!stands('practitioners')) return 'no_practitioners_available';
  if (!stands('rooms')) return 'no_rooms_available';
  if (!stands('equipment')) return 'no_equipment_available';
  return held.some((other) => meet(other, next)) ? 'guest_unavailable' : undefined;
}

/** Whether a guest would be at both at a time. */
function meet(a: HeldItem, b: HeldItem): boolean {
  if (mayMeet(a.sharing, b.sharing)) return false;
  return a.from < b.to && b.from < a.to && a.guestIds.some((id) => b.guestIds.includes(id));
}

/** Plans that begin their choice at different resources, without those that come to the same. */
function differentPlans(held: readonly HeldItem[], max: number, work: Work): Combination[][] {
  const plans = new Map<string, Combination[]>();
  for (let shift = 0; shift < max; shift++) {
    const tasks = held.flatMap((item) => item.turned(shift));
    const chosen = assignResources(tasks, work);
    if (chosen === undefined) break;
    const served = tasks.map((task, index) => ({ ...task, chosen: chosen[index] ?? [] }));
    const plan = held.map((item, index) => item.combinationOf(served.filter((task) => task.item === index)));
    plans.set(JSON.stringify(plan), plan);
  }
  return [...plans.values()];
}

import { type Combination, isBookable } from '../combinations.ts';
import type { CompiledSite } from '../compile-site.ts';
import { bitFrom, bitOf, msOfBit } from '../horizon.ts';
import type { SlotQuery } from '../model.ts';
import type { NoAvailabilityReason } from '../reason.ts';
import { assignResources, Joining, type Task } from './assign-resources.ts';
import { combinationOf, type PlannedItem, planItem, startsOfItem, tasksAt } from './item-tasks.ts';
import { Work } from './work.ts';

/** An appointment at a start that somebody chose; its query names the start's local date only. */
export interface ChosenStart {
  readonly query: SlotQuery;
  readonly startMs: number;
}

/** Ways to hold all, each with a combination for every item; or the first item that the ones before it leave no way for. */
export type HeldTogether =
  | { readonly plans: Combination[][] }
  | {
      readonly failed: number;
      /** Undefined when the item cannot start then by itself. */
      readonly reason: NoAvailabilityReason | undefined;
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
  const work = new Work(stepsMax);
  const joining = new Joining(work);
  const held: HeldItem[] = [];
  for (const [index, { query, startMs }] of chosen.entries()) {
    const planned = planItem(site, query, index, rotateBy);
    const bit = bitFrom(site.horizon, startMs);
    if (bit !== bitOf(site.horizon, startMs) || !isBookable(planned.plan, bit))
      return { failed: index, reason: undefined };
    const next = { planned, bit, tasks: tasksAt(planned, bit) };
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
    const bit = bitFrom(site.horizon, item.startMs);
    return { planned, bit, tasks: tasksAt(planned, bit) };
  });
  const planned = planItem(site, query, before.length, 0);
  const found: number[] = [];
  const nearest = startsOfItem(planned)
    .map((bit) => ({ bit, ms: msOfBit(site.horizon, bit) }))
    .sort((a, b) => Math.abs(a.ms - startMs) - Math.abs(b.ms - startMs) || a.ms - b.ms);
  for (const { bit, ms } of nearest) {
    if (found.length === max) break;
    if (obstacle(held, { planned, bit, tasks: tasksAt(planned, bit) }, joining) === undefined) found.push(ms);
  }
  return found;
}

interface HeldItem {
  readonly planned: PlannedItem;
  readonly bit: number;
  readonly tasks: readonly Task[];
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

/** Whether a guest would be at both at a time; guests do not stay for the buffer. */
function meet(a: HeldItem, b: HeldItem): boolean {
  const guestIds = a.planned.plan.query.guestIds ?? [];
  const isShared = (b.planned.plan.query.guestIds ?? []).some((id) => guestIds.includes(id));
  const end = ({ planned, bit }: HeldItem) => bit + planned.plan.shape.durationBuckets;
  return isShared && a.bit < end(b) && b.bit < end(a);
}

/** Plans that begin their choice at different resources, without those that come to the same. */
function differentPlans(held: readonly HeldItem[], max: number, work: Work): Combination[][] {
  const plans = new Map<string, Combination[]>();
  for (let shift = 0; shift < max; shift++) {
    const turned = held.map(({ planned, bit }) => {
      const item = { ...planned, rotateBy: planned.rotateBy + shift };
      return { item, bit, tasks: tasksAt(item, bit) };
    });
    const tasks = turned.flatMap((item) => item.tasks);
    const chosen = assignResources(tasks, work);
    if (chosen === undefined) break;
    const assigned = tasks.map((task, index) => ({ ...task, chosen: chosen[index] ?? [] }));
    const plan = turned.map(({ item, bit }, index) =>
      combinationOf(
        item,
        bit,
        assigned.filter((task) => task.item === index),
      ),
    );
    plans.set(JSON.stringify(plan), plan);
  }
  return [...plans.values()];
}

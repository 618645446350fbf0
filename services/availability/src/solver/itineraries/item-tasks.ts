import { setBits } from '../bitset.ts';
import { type Combination, endsOf, rotate, rotateEquals } from '../combinations.ts';
import type { CompiledSite } from '../compile-site.ts';
import { type DailyMaximum, dailyMaxima } from '../eligibility.ts';
import { bookableStarts } from '../find-slots.ts';
import {
  type FreeResources,
  type FreeRoom,
  type FreeTable,
  freeAt,
  preferOnDay,
  tabulateFree,
} from '../free-resources.ts';
import type { HorizonDay } from '../horizon.ts';
import type { SlotQuery } from '../model.ts';
import { planSearch, type SearchPlan } from '../search-plan.ts';
import type { Choice, Task } from './assign-resources.ts';

/** An item and what it needs, wherever what is free for it comes from. */
export interface NeedyItem {
  /** Its place among the items of the visit. */
  readonly item: number;
  readonly plan: Pick<SearchPlan, 'needed' | 'query'>;
  /** The daily maxima of practitioners that the item counts against. */
  readonly limits: ReadonlyMap<string, readonly DailyMaximum[]>;
  readonly rotateBy: number;
}

/** An appointment of one local date, ready to say what it takes at each of its starts. */
export interface PlannedItem extends NeedyItem {
  readonly plan: SearchPlan;
  readonly day: HorizonDay;
  readonly table: FreeTable;
}

/** Plans an appointment for the one date its query names. `rotateBy` shifts where the choice of resources begins. */
export function planItem(site: CompiledSite, query: SlotQuery, item: number, rotateBy: number): PlannedItem {
  const plan = planSearch(site, query);
  const [day, ...others] = plan.days;
  if (day === undefined || others.length > 0) throw new RangeError('An item of a visit is on one date.');
  const limits = new Map(
    plan.needed.practitioners.candidates.map((candidate) => [
      candidate.resource.id,
      dailyMaxima(site, candidate, plan.type, day),
    ]),
  );
  return { item, plan, day, table: preferOnDay(plan, tabulateFree(plan), day), limits, rotateBy };
}

/** The starts, bits of the horizon, that an item can have by itself. */
export function startsOfItem({ plan, day }: PlannedItem): number[] {
  const base = plan.fromWord * 32;
  return setBits(bookableStarts(plan), 0, day.toBit - base).map((index) => base + index);
}

/** What an item takes at one of its starts, with the choices that are free by themselves. */
export function tasksAt(planned: PlannedItem, bit: number): Task[] {
  const { plan, table } = planned;
  const { durationBuckets, bufferBuckets } = plan.shape;
  const during = { from: bit, to: bit + durationBuckets + bufferBuckets };
  return tasksFor(planned, freeAt(plan, table, bit - plan.fromWord * 32), during);
}

/** What an item takes of what is free for it, the buffer included; its times are in one unit with those of the items beside it. */
export function tasksFor(
  needy: NeedyItem,
  free: FreeResources,
  { from, to }: { readonly from: number; readonly to: number },
): Task[] {
  const { item, plan, limits, rotateBy } = needy;
  let number = 0;
  const task = (kind: Task['kind'], count: number, choices: readonly Choice[]): Task => ({
    id: `${item} ${from} ${number++}`,
    item,
    kind,
    from,
    to,
    count,
    minutes: plan.query.durationMinutes,
    choices,
    resourceIds: new Set(choices.map(({ resourceId }) => resourceId)),
    limitKeys: new Set(choices.flatMap(({ limits }) => limits.map(({ key }) => key))),
    takesWhole: kind === 'rooms' && plan.needed.rooms.mode === 'exclusive',
  });
  const people = practitionerTasks(
    needy,
    free.practitioners.map(({ id }) => id),
  ).map(({ count, ids }) =>
    task(
      'practitioners',
      count,
      ids.map((id) => choice(id, [0], limits.get(id))),
    ),
  );
  const places =
    plan.needed.rooms.mode === 'exclusive'
      ? [task('rooms', 1, wholeRooms(free.rooms, rotateBy))]
      : plan.needed.rooms.mode === 'shared'
        ? [task('rooms', plan.query.guests, placesInRooms(free.rooms, plan.query.guests, rotateBy))]
        : [];
  const pieces = free.equipment.map(({ equipmentId, units }) =>
    task(
      'equipment',
      1,
      rotate(units, rotateBy).map((unit) => choice(equipmentId, [unit])),
    ),
  );
  return [...people, ...places, ...pieces];
}

/** A task with what was chosen for it. */
export interface ServedTask {
  readonly kind: Task['kind'];
  readonly chosen: readonly Choice[];
}

/** The combination that an item's tasks come to. */
export function combinationOf({ plan }: PlannedItem, bit: number, tasks: readonly ServedTask[]): Combination {
  return { ...resourcesOf(tasks), ...endsOf(plan, bit) };
}

/** What tasks hold together. */
export function resourcesOf(tasks: readonly ServedTask[]): Omit<Combination, 'endMs' | 'bufferEndMs'> {
  const chosenOf = (kind: Task['kind']) => tasks.filter((task) => task.kind === kind).flatMap(({ chosen }) => chosen);
  const rooms = Map.groupBy(chosenOf('rooms'), ({ resourceId }) => resourceId);
  return {
    practitionerIds: chosenOf('practitioners').map(({ resourceId }) => resourceId),
    roomAssignments: [...rooms].map(([roomId, choices]) => ({ roomId, units: choices.flatMap(({ units }) => units) })),
    equipment: chosenOf('equipment').map(({ resourceId, units }) => ({ equipmentId: resourceId, unit: units[0] ?? 0 })),
  };
}

/** Requested practitioners take part one by one, and anybody fills the places left. */
function practitionerTasks({ plan, rotateBy }: NeedyItem, freeIds: readonly string[]) {
  const { count, requestedIds } = plan.needed.practitioners;
  if (count === 0) return [];
  const fixed = requestedIds.length > count ? [] : requestedIds;
  const others = rotate(
    freeIds.filter((id) => !fixed.includes(id)),
    rotateBy,
  );
  return [
    ...fixed.map((id) => ({ count: 1, ids: freeIds.includes(id) ? [id] : [] })),
    ...(count > fixed.length ? [{ count: count - fixed.length, ids: others }] : []),
  ];
}

/** Rooms held as a whole, the smallest that fits first. */
function wholeRooms(rooms: readonly FreeRoom[], rotateBy: number): Choice[] {
  return rotateEquals(rooms, rotateBy).map(({ resource, units }) => choice(resource.id, units));
}

/** Places in shared rooms: first in the smallest room that takes the whole party, then in the largest ones, in single rooms last. */
function placesInRooms(rooms: readonly FreeRoom[], guests: number, rotateBy: number): Choice[] {
  const multiple = rotateEquals(
    rooms.filter(({ resource }) => resource.room.capacity > 1),
    rotateBy,
  );
  const single = rotate(
    rooms.filter(({ resource }) => resource.room.capacity === 1),
    rotateBy,
  );
  const together = multiple.filter(({ units }) => units.length >= guests);
  const spread = multiple.filter(({ units }) => units.length < guests).toReversed();
  return [...together, ...spread, ...single].flatMap(({ resource, units }) =>
    rotate(units, rotateBy).map((unit) => choice(resource.id, [unit])),
  );
}

function choice(resourceId: string, units: readonly number[], limits: readonly DailyMaximum[] = []): Choice {
  return { resourceId, units, key: `${resourceId} ${units.join('.')}`, limits };
}

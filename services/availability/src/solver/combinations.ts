import { hasBit } from './bitset.ts';
import type { CompiledSite } from './compile-site.ts';
import { type FreeResources, type FreeRoom, freeAt, preferOnDay, tabulateFree } from './free-resources.ts';
import { bitFrom, bitOf, msOfBit } from './horizon.ts';
import type { SlotQuery } from './model.ts';
import { planSearch, type SearchPlan } from './search-plan.ts';

/** Units of one room that a booking holds; all of them when it holds the room to itself. */
export interface RoomAssignment {
  readonly roomId: string;
  readonly units: readonly number[];
}

/** A concrete set of resources that can deliver a start, ready to be claimed. */
export interface Combination {
  readonly practitionerIds: readonly string[];
  readonly roomAssignments: readonly RoomAssignment[];
  readonly equipment: readonly { readonly equipmentId: string; readonly unit: number }[];
  readonly endMs: number;
  /** Until when practitioners, rooms and equipment are held. */
  readonly bufferEndMs: number;
}

/**
 * Up to `max` distinct combinations that can deliver the query's type at `startMs`; none when the start is not bookable. Requested
 * practitioners and a requested room are in every one. `rotateBy` shifts where the choice begins, so that simultaneous
 * clients who would take anyone try different combinations first; among rooms only equals trade places, the smallest that fits stays first.
 */
export function combinationsAt(
  site: CompiledSite,
  query: SlotQuery,
  startMs: number,
  options: { readonly max: number; readonly rotateBy?: number },
): Combination[] {
  const plan = planSearch(site, query);
  const bit = bitFrom(site.horizon, startMs);
  const day = plan.days.find(({ fromBit, toBit }) => fromBit <= bit && bit < toBit);
  const isOnGrid = bit === bitOf(site.horizon, startMs);
  if (day === undefined || !isOnGrid || !isBookable(plan, bit)) return [];
  const table = preferOnDay(plan, tabulateFree(plan), day);
  const free = freeAt(plan, table, bit - plan.fromWord * 32);
  return combine(plan, free, bit, { rotateBy: 0, ...options });
}

/** Whether a start, a bit of the horizon inside the plan's days, meets every condition. */
export function isBookable(plan: SearchPlan, bit: number): boolean {
  const index = bit - plan.fromWord * 32;
  return hasBit(plan.grid, index) && plan.layers.every(({ bits }) => hasBit(bits, index));
}

/** What `combine` answers first without a rotation; alone, because every slot of a list shows it. */
export function bestCombination(plan: SearchPlan, free: FreeResources, bit: number): Combination | undefined {
  const { practitioners, rooms } = plan.needed;
  const [room] = free.rooms;
  const exclusive = room === undefined ? undefined : [{ roomId: room.resource.id, units: room.units }];
  const [chosen] = rooms.mode === 'exclusive' ? [exclusive] : roomChoices(plan, free, { max: 1, rotateBy: 0 });
  if (chosen === undefined || free.practitioners.length < practitioners.count) return undefined;
  return {
    practitionerIds: free.practitioners.slice(0, practitioners.count).map(({ id }) => id),
    roomAssignments: chosen,
    equipment: free.equipment.map(({ equipmentId, units }) => ({ equipmentId, unit: units[0] ?? 0 })),
    ...endsOf(plan, bit),
  };
}

/** The parts of a plan that choosing among free resources looks at. */
type Choosing = Pick<SearchPlan, 'site' | 'query' | 'needed' | 'shape'>;

/** Distinct combinations of what is free, each differing from the one before in every kind that has a choice. */
export function combine(
  plan: Choosing,
  free: FreeResources,
  bit: number,
  { max, rotateBy }: { readonly max: number; readonly rotateBy: number },
): Combination[] {
  const teams = practitionerTeams(plan, free, rotateBy).slice(0, max);
  const rooms = roomChoices(plan, free, { max, rotateBy }).slice(0, max);
  const units = Math.min(max, Math.max(1, ...free.equipment.map((piece) => piece.units.length)));
  const ends = endsOf(plan, bit);
  return diagonally(teams.length, rooms.length, units, max).map(([team, room, unit]) => ({
    practitionerIds: teams[team] ?? [],
    roomAssignments: rooms[room] ?? [],
    equipment: free.equipment.map((piece) => ({
      equipmentId: piece.equipmentId,
      unit: piece.units[(unit + rotateBy) % piece.units.length] ?? 0,
    })),
    ...ends,
  }));
}

/** When a booking that starts at a bit ends for its guests, and when its resources are free again. */
export function endsOf({ site, shape }: Choosing, bit: number): Pick<Combination, 'endMs' | 'bufferEndMs'> {
  const end = bit + shape.durationBuckets;
  return { endMs: msOfBit(site.horizon, end), bufferEndMs: msOfBit(site.horizon, end + shape.bufferBuckets) };
}

/**
 * Teams of the wanted size. All members do the same work, so any free practitioners make a team and the exact assignment is a choice of
 * distinct ones: the requested, then neighbours in the rotated order of preference.
 */
function practitionerTeams(plan: Choosing, { practitioners }: FreeResources, rotateBy: number): string[][] {
  const { count, requestedIds } = plan.needed.practitioners;
  if (count === 0) return [[]];
  const ids = practitioners.map(({ id }) => id);
  const fixed = requestedIds.length > count ? [] : ids.filter((id) => requestedIds.includes(id));
  const others = rotate(
    ids.filter((id) => !fixed.includes(id)),
    rotateBy,
  );
  return windows(others, count - fixed.length).map((rest) => [...fixed, ...rest]);
}

function roomChoices(
  plan: Choosing,
  { rooms }: FreeResources,
  { max, rotateBy }: { readonly max: number; readonly rotateBy: number },
): RoomAssignment[][] {
  const { mode } = plan.needed.rooms;
  if (mode === 'none') return [[]];
  if (mode === 'exclusive') {
    return rotateEquals(rooms, rotateBy).map(({ resource, units }) => [{ roomId: resource.id, units }]);
  }
  return sharedRoomChoices(rooms, { guests: plan.query.guests, max, rotateBy });
}

/**
 * Places for guests in rooms that are shared. First a room of several places that takes the whole party, smallest first; then parties spread
 * over such rooms, largest first, and single rooms last.
 */
function sharedRoomChoices(
  rooms: readonly FreeRoom[],
  { guests, max, rotateBy }: { readonly guests: number; readonly max: number; readonly rotateBy: number },
): RoomAssignment[][] {
  const multiple = rotateEquals(
    rooms.filter(({ resource }) => resource.room.capacity > 1),
    rotateBy,
  );
  const single = rotate(
    rooms.filter(({ resource }) => resource.room.capacity === 1),
    rotateBy,
  );
  const together = multiple.flatMap(({ resource, units }) =>
    windows(rotate(units, rotateBy), guests)
      .slice(0, max)
      .map((chosen) => [{ roomId: resource.id, units: chosen }]),
  );
  const places = [...multiple.toReversed(), ...single].flatMap(({ resource, units }) =>
    units.map((unit) => ({ roomId: resource.id, unit })),
  );
  const spread = windows(places, guests).map((chosen) =>
    [...Map.groupBy(chosen, ({ roomId }) => roomId)].map(([roomId, group]) => ({
      roomId,
      units: group.map(({ unit }) => unit),
    })),
  );
  return distinctChoices([...together, ...spread]);
}

/** The choices without those that hold the same units as an earlier one. */
function distinctChoices(choices: readonly RoomAssignment[][]): RoomAssignment[][] {
  const seen = new Set<string>();
  return choices.filter((choice) => {
    const key = choice
      .map(({ roomId, units }) => `${roomId}:${units.toSorted((a, b) => a - b).join('.')}`)
      .sort()
      .join(' ');
    return !seen.has(key) && seen.add(key);
  });
}

/** Rotates rooms within each capacity, keeping the order of the capacities. */
export function rotateEquals(rooms: readonly FreeRoom[], rotateBy: number): FreeRoom[] {
  const groups = Map.groupBy(rooms, ({ resource }) => resource.room.capacity);
  return [...groups.values()].flatMap((equals) => rotate(equals, rotateBy));
}

/** The items from the `by`-th on, then those before it; the length is counted off first. */
export function rotate<T>(items: readonly T[], by: number): T[] {
  const start = items.length === 0 ? 0 : by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}

/** The runs of `size` neighbours in a ring, each once; none when the ring is too small. */
function windows<T>(ring: readonly T[], size: number): T[][] {
  if (size > ring.length) return [];
  if (size === 0 || size === ring.length) return [ring.slice(0, size)];
  const doubled = [...ring, ...ring];
  return ring.map((_, start) => doubled.slice(start, start + size));
}

/** Up to `max` distinct triples of indexes, running along diagonals of the box so that neighbours differ wherever there is a choice. */
function diagonally(a: number, b: number, c: number, max: number): [number, number, number][] {
  const triples = new Map<number, [number, number, number]>();
  for (let skipB = 0; skipB < b; skipB++) {
    for (let skipC = 0; skipC < c; skipC++) {
      for (let step = 0; step < a * Math.max(b, c) && triples.size < max; step++) {
        const triple: [number, number, number] = [step % a, (step + skipB) % b, (step + skipC) % c];
        triples.set((triple[0] * b + triple[1]) * c + triple[2], triple);
      }
    }
  }
  return [...triples.values()];
}

import { countSet, hasBit } from './bitset.ts';
import type { EquipmentResource, PractitionerResource, Resource, RoomResource } from './compile-site.ts';
import type { HorizonDay } from './horizon.ts';
import { startsOf } from './kernel.ts';
import { type Candidate, lanes, type SearchPlan } from './search-plan.ts';

/** The starts of each unit of one candidate, over the plan's words. */
export interface UnitTable<R extends Resource = Resource> {
  readonly candidate: Candidate<R>;
  readonly units: readonly Uint32Array[];
  /** Starts it could take if nothing were claimed. */
  readonly works: Uint32Array;
}

/** The starts of every candidate of a plan, so that a slot asks single bits. */
export interface FreeTable {
  readonly practitioners: readonly UnitTable<PractitionerResource>[];
  readonly rooms: readonly UnitTable<RoomResource>[];
  readonly equipment: readonly {
    readonly equipmentId: string;
    readonly table: UnitTable<EquipmentResource> | undefined;
  }[];
}

/** What is free at one start, best choice first. */
export interface FreeResources {
  readonly practitioners: readonly PractitionerResource[];
  readonly rooms: readonly FreeRoom[];
  /** Free units of each piece of equipment, in the order of the plan's needs. */
  readonly equipment: readonly { readonly equipmentId: string; readonly units: readonly number[] }[];
}

export interface FreeRoom {
  readonly resource: RoomResource;
  readonly units: readonly number[];
}

export function tabulateFree(plan: SearchPlan): FreeTable {
  const { practitioners, rooms, equipment } = plan.needed;
  return {
    practitioners: practitioners.candidates.map((candidate) => tabulate(plan, candidate)),
    rooms: rooms.candidates.map((candidate) => tabulate(plan, candidate)),
    equipment: equipment.map(({ id, candidate }) => ({
      equipmentId: id,
      table: candidate === undefined ? undefined : tabulate(plan, candidate),
    })),
  };
}

/** The table with its practitioners in the order of preference of a day: requested ones first, then those with the least claimed time. */
export function preferOnDay(plan: SearchPlan, table: FreeTable, { fromBit, toBit }: HorizonDay): FreeTable {
  const { requestedIds } = plan.needed.practitioners;
  const practitioners = table.practitioners
    .map((entry) => ({
      entry,
      rank: requestedIds.includes(entry.candidate.resource.id) ? 0 : 1,
      load: countSet(entry.candidate.claimed.any, fromBit, toBit),
    }))
    .sort((a, b) => a.rank - b.rank || a.load - b.load)
    .map(({ entry }) => entry);
  return { ...table, practitioners };
}

/** What is free at a start, an index into the plan's bits; a room held exclusively counts only when all its units are free. */
export function freeAt(plan: SearchPlan, table: FreeTable, index: number): FreeResources {
  const isShared = plan.needed.rooms.mode === 'shared';
  const practitioners: PractitionerResource[] = [];
  for (const { candidate, units } of table.practitioners) {
    if (units[0] !== undefined && hasBit(units[0], index)) practitioners.push(candidate.resource);
  }
  const rooms: FreeRoom[] = [];
  for (const entry of table.rooms) {
    const units = freeUnits(entry, index);
    if (units.length === entry.units.length || (isShared && units.length > 0)) {
      rooms.push({ resource: entry.candidate.resource, units });
    }
  }
  const equipment = table.equipment.map((piece) => ({
    equipmentId: piece.equipmentId,
    units: piece.table === undefined ? [] : freeUnits(piece.table, index),
  }));
  return { practitioners, rooms, equipment };
}

/**
 * How many bookings of the plan's size fit side by side at a start: as things stand, and with nothing claimed. A type that takes no
 * resource is limited by nothing but the one booking.
 */
export function quantitiesAt(
  plan: SearchPlan,
  table: FreeTable,
  free: FreeResources,
  index: number,
): { available: number; total: number } {
  const { practitioners, rooms } = plan.needed;
  const available: number[] = [];
  const total: number[] = [];
  if (practitioners.count > 0) {
    available.push(Math.floor(free.practitioners.length / practitioners.count));
    total.push(Math.floor(countWorking(table.practitioners, index, () => 1) / practitioners.count));
    // Requested practitioners can be in one place only.
    const { length } = practitioners.requestedIds;
    if (length > 0 && length <= practitioners.count) available.push(1);
  }
  if (rooms.mode === 'exclusive') {
    available.push(free.rooms.length);
    total.push(countWorking(table.rooms, index, () => 1));
  } else if (rooms.mode === 'shared') {
    const places = free.rooms.reduce((sum, { units }) => sum + units.length, 0);
    available.push(Math.floor(places / plan.query.guests));
    total.push(Math.floor(countWorking(table.rooms, index, ({ units }) => units.length) / plan.query.guests));
  }
  for (const { units } of free.equipment) available.push(units.length);
  for (const piece of table.equipment) total.push(piece.table?.units.length ?? 0);
  return {
    available: available.length === 0 ? 1 : Math.min(...available),
    total: total.length === 0 ? 1 : Math.min(...total),
  };
}

function tabulate<R extends Resource>(plan: SearchPlan, candidate: Candidate<R>): UnitTable<R> {
  const { site, shape, fromWord, toWord } = plan;
  const starts = (lane: { readonly work: Uint32Array; readonly busy: Uint32Array }) =>
    startsOf({ lanes: [lane], atLeast: 1, shape }, fromWord, toWord);
  return {
    candidate,
    units: lanes(candidate, 'units').map(starts),
    works: starts({ work: candidate.resource.work, busy: site.never }),
  };
}

function freeUnits({ units }: UnitTable, index: number): number[] {
  const free: number[] = [];
  for (let unit = 0; unit < units.length; unit++) {
    const starts = units[unit];
    if (starts !== undefined && hasBit(starts, index)) free.push(unit);
  }
  return free;
}

function countWorking<T extends UnitTable>(entries: readonly T[], index: number, weigh: (entry: T) => number): number {
  let count = 0;
  for (const entry of entries) if (hasBit(entry.works, index)) count += weigh(entry);
  return count;
}

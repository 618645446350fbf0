import { LockMode } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { NamedResource } from '@lido/proto/lido/availability/v1/booking_summary.ts';
import type { FieldErrors } from '@lido/runtime/errors/refusal.ts';
import { BookableAreaEntity } from '../areas/bookable-area.entity.ts';
import { PractitionerEntity } from '../practitioners/practitioner.entity.ts';
import { RoomEntity } from '../rooms/room.entity.ts';
import type { Blocked } from './blocked-time.ts';

/** A resource that can be blocked, with its sites and the units it has. */
export interface Blockable extends NamedResource {
  siteIds: string[];
  units: number;
}

/** The live resources of an organisation that blocked times name, by their ids. */
export interface Blockables {
  practitioners: Map<string, Blockable>;
  rooms: Map<string, Blockable>;
  areas: Map<string, Blockable>;
}

const plain = { disableIdentityMap: true } as const;

/** Loads what blocked times name, removed ones included when `isRemovedFound`, with one query per table. */
export async function loadBlockables(
  em: SqlEntityManager,
  rows: readonly Blocked[],
  { organisationId, isRemovedFound = false }: { organisationId: string; isRemovedFound?: boolean },
): Promise<Blockables> {
  const where = (ids: string[]) => ({
    id: { $in: [...new Set(ids)] },
    organisationId,
    ...(isRemovedFound ? {} : { deletedAt: null }),
  });
  const practitioners = await em.find(PractitionerEntity, where(rows.flatMap((row) => row.practitionerIds)), plain);
  // A room that is to be blocked does not grow between counting its units and claiming them.
  const lockMode = isRemovedFound ? LockMode.NONE : LockMode.PESSIMISTIC_READ;
  const rooms = await em.find(RoomEntity, where(rows.flatMap((row) => row.roomIds)), { ...plain, lockMode });
  const areas = await em.find(BookableAreaEntity, where(rows.flatMap((row) => row.areaIds)), plain);
  return {
    practitioners: byId(practitioners.map(({ id, name, siteIds }) => ({ id, name, siteIds, units: 1 }))),
    rooms: byId(rooms.map(({ id, name, siteId, capacity }) => ({ id, name, siteIds: [siteId], units: capacity }))),
    areas: byId(areas.map(({ id, name, siteId, capacity }) => ({ id, name, siteIds: [siteId], units: capacity }))),
  };
}

/** The resources that are not there, or not at the site. */
export function unknownBlocked(
  blocked: Blocked,
  { practitioners, rooms, areas }: Blockables,
  siteId: string,
): FieldErrors {
  const lists = [
    ['practitioner_ids', blocked.practitionerIds, practitioners],
    ['room_ids', blocked.roomIds, rooms],
    ['area_ids', blocked.areaIds, areas],
  ] as const;
  return Object.fromEntries(
    lists.flatMap(([field, ids, known]) => {
      const unknown = ids.filter((id) => !known.get(id)?.siteIds.includes(siteId));
      return unknown.length === 0 ? [] : [[field, unknown.map((id) => `There is no ${id} at this site.`)]];
    }),
  );
}

function byId(resources: Blockable[]): Map<string, Blockable> {
  return new Map(resources.map((resource) => [resource.id, resource]));
}

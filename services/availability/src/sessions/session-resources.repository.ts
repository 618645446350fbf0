import { type EntityName, LockMode } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { invalid } from '@lido/runtime/errors/refusal.ts';
import { PractitionerEntity, type PractitionerRow } from '../practitioners/practitioner.entity.ts';
import { RoomEntity, type RoomRow } from '../rooms/room.entity.ts';

/** A room does not grow between counting its units and claiming them. */
const keptAsItIs = { lockMode: LockMode.PESSIMISTIC_READ } as const;

/** The room a session of a site is to take place in; null where it names none. One of another site is a bad field. */
export async function roomOfSite(
  em: SqlEntityManager,
  siteId: string,
  roomId: string | null | undefined,
): Promise<RoomRow | null> {
  if (!roomId) return null;
  const room = await em.findOne(RoomEntity as EntityName<RoomRow>, { id: roomId, siteId, deletedAt: null }, keptAsItIs);
  if (!room) throw invalid({ room_id: [`There is no room ${roomId} at this site.`] });
  return room as RoomRow;
}

/** A claim on somebody else's practitioner would take their time: one who does not work at the site is a bad field. */
export async function requirePractitionerOfSite(
  em: SqlEntityManager,
  siteId: string,
  practitionerId: string | null | undefined,
): Promise<void> {
  if (!practitionerId) return;
  const count = await em.count(PractitionerEntity as EntityName<PractitionerRow>, {
    id: practitionerId,
    siteIds: { $contains: [siteId] },
    deletedAt: null,
  });
  if (count === 0) throw invalid({ practitioner_id: [`There is no practitioner ${practitionerId} at this site.`] });
}

/** How many units rooms have, removed ones included: what once was booked there stays claimed whole. */
export async function roomUnits(em: SqlEntityManager, roomId: string | null | undefined): Promise<number> {
  if (!roomId) return 0;
  const room = await em.findOne(RoomEntity as EntityName<RoomRow>, { id: roomId }, keptAsItIs);
  return (room as RoomRow | null)?.capacity ?? 0;
}

import type { EntityName } from '@mikro-orm/core';
import { Session } from '@lido/proto/lido/availability/v1/session.ts';
import { invalid } from '@lido/runtime/errors/refusal.ts';
import type { Call, Transaction } from '@lido/runtime/grpc/call.ts';
import { loadNamed } from '@lido/runtime/resource/load.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import { parseInstant } from '@lido/runtime/time/zone.ts';
import { alreadyTaken } from '../bookings/hold-order.ts';
import { takeClaims } from '../claims/claim.repository.ts';
import type { WantedClaim } from '../claims/claim.ts';
import { PractitionerEntity, type PractitionerRow } from '../practitioners/practitioner.entity.ts';
import { RoomEntity, type RoomRow } from '../rooms/room.entity.ts';
import { nextVersions, sitesOfPractitioners } from '../sites/site-version.repository.ts';
import { presentSessions, staffQuestion } from './present-sessions.repository.ts';
import { SessionEntity, type SessionRow } from './session.entity.ts';
import type { SessionTypeRow } from './session-type.entity.ts';
import { sessionTypes } from './session-type.handlers.ts';

/** Adds a single session, which claims its practitioner and its room as every booking does. */
export async function createSession(request: Session, call: Call): Promise<Session> {
  const type = await typeOf(request, call);
  const times = timesOf(request, type);
  return call.transact(async (transaction) => {
    const room = await roomOf(request, type, transaction);
    await requirePractitioner(request, type, transaction);
    const row = insertSession(request, type, { ...times, room }, { transaction, call });
    await transaction.em.flush();
    const wanted = await claimForSession(row, room?.capacity ?? 0, transaction);
    const [session] = (await presentSessions(transaction.em, [row], staffQuestion(call))) as [Session];
    await transaction.emit({
      type: 'lido.availability.session.saved',
      aggregateId: row.id,
      organisationId: row.organisationId,
      siteId: row.siteId,
      payload: Session.encode(session).finish(),
    });
    await tellSites(row, wanted, transaction);
    return session;
  });
}

function typeOf({ sessionTypeId: id }: Session, call: Call): Promise<SessionTypeRow> {
  return loadNamed(sessionTypes, { field: 'session_type_id', id }, call, { use: 'write' });
}

function timesOf(request: Session, type: SessionTypeRow): { startTime: Date; endTime: Date } {
  const startMs = parseInstant(request.startTime) ?? 0;
  const minutes = request.duration ?? type.duration;
  const endMs = request.endTime ? (parseInstant(request.endTime) ?? 0) : startMs + minutes * 60_000;
  if (endMs <= startMs) throw invalid({ end_time: ['The end must be after the start.'] });
  return { startTime: new Date(startMs), endTime: new Date(endMs) };
}

async function roomOf({ roomId }: Session, type: SessionTypeRow, { em }: Transaction): Promise<RoomRow | null> {
  if (!roomId) return null;
  const room = await em.findOne(RoomEntity as EntityName<RoomRow>, {
    id: roomId,
    siteId: type.siteId,
    deletedAt: null,
  });
  if (!room) throw invalid({ room_id: [`There is no room ${roomId} at this site.`] });
  return room as RoomRow;
}

/** A claim on somebody else's practitioner would take their time: one who does not work at the site is a bad field. */
async function requirePractitioner(
  { practitionerId }: Session,
  type: SessionTypeRow,
  { em }: Transaction,
): Promise<void> {
  if (!practitionerId) return;
  const count = await em.count(PractitionerEntity as EntityName<PractitionerRow>, {
    id: practitionerId,
    siteIds: { $contains: [type.siteId] },
    deletedAt: null,
  });
  if (count === 0) throw invalid({ practitioner_id: [`There is no practitioner ${practitionerId} at this site.`] });
}

function insertSession(
  request: Session,
  type: SessionTypeRow,
  { startTime, endTime, room }: { startTime: Date; endTime: Date; room: RoomRow | null },
  { transaction, call }: { transaction: Transaction; call: Call },
): SessionRow {
  const now = new Date(call.clock.nowMs());
  const row = {
    id: newShopId(),
    organisationId: type.organisationId,
    createdAt: now,
    createdBy: call.actor,
    updatedAt: now,
    updatedBy: call.actor,
    siteId: type.siteId,
    sessionTypeId: type.id,
    practitionerId: request.practitionerId ?? null,
    roomId: room?.id ?? null,
    startTime,
    endTime,
    capacity: request.capacity ?? room?.capacity ?? 1,
    maxBaskets: request.maxBaskets ?? null,
  };
  return transaction.em.create(SessionEntity as EntityName<SessionRow>, row as never) as SessionRow;
}

async function claimForSession(row: SessionRow, roomUnits: number, { em }: Transaction): Promise<WantedClaim[]> {
  const times = { startsAtMs: row.startTime.getTime(), endsAtMs: row.endTime.getTime() };
  const units = row.roomId ? Array.from({ length: roomUnits }, (_, unit) => unit) : [];
  const wanted: WantedClaim[] = [
    ...(row.practitionerId
      ? [{ kind: 'practitioner' as const, resourceId: row.practitionerId, unit: 0, ...times }]
      : []),
    ...units.map((unit): WantedClaim => ({ kind: 'room', resourceId: row.roomId ?? '', unit, ...times })),
  ];
  const owner = {
    organisationId: row.organisationId,
    siteId: row.siteId,
    bookingId: row.id,
    itemId: row.id,
    expiresAtMs: null,
  };
  const blocking = await takeClaims(em, [{ owner, wanted }], []);
  if (blocking.length === 0) return wanted;
  throw alreadyTaken(
    'The practitioner or the room is taken at this time.',
    [...new Set(blocking.map(({ kind }) => kind))],
    [],
    'UTC',
  );
}

async function tellSites(row: SessionRow, wanted: WantedClaim[], { em }: Transaction): Promise<void> {
  const nobody = { orderId: '', expiresAtMs: null, appointmentTypeId: null, durationMinutes: null };
  const taken = wanted.map((claim) => ({ ...claim, ...nobody, bookingId: row.id, itemId: row.id }));
  const siteIds = [row.siteId, ...(await sitesOfPractitioners(em, row.practitionerId ? [row.practitionerId] : []))];
  await nextVersions(em, siteIds, { kind: 'claims', released: [], taken });
}

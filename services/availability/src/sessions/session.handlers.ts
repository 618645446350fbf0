import type { EntityName, FilterQuery } from '@mikro-orm/core';
import {
  type ListSessionsRequest,
  Session,
  type SessionServiceService,
} from '@lido/proto/lido/availability/v1/session.ts';
import { invalid, notFound } from '@lido/runtime/errors/refusal.ts';
import type { Call, Handlers } from '@lido/runtime/grpc/call.ts';
import { type ListResponse, pageOf } from '@lido/runtime/resource/list.ts';
import { loadVisible } from '@lido/runtime/resource/load.ts';
import { listable, requirePermission, siteScope, visible } from '@lido/runtime/resource/scope.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import { parseInstant } from '@lido/runtime/time/zone.ts';
import { takeClaims } from '../claims/claim.repository.ts';
import type { WantedClaim } from '../claims/claim.ts';
import { RoomEntity } from '../rooms/room.entity.ts';
import { nextVersions, sitesOfPractitioners } from '../sites/site-version.repository.ts';
import { alreadyTaken } from '../bookings/hold.handlers.ts';
import { presentSessions } from './present-sessions.repository.ts';
import { SessionEntity, type SessionRow } from './session.entity.ts';
import { sessionTypes } from './session-type.handlers.ts';

const scope = siteScope<SessionRow>();
const entity = SessionEntity as EntityName<SessionRow>;

export const sessionHandlers = {
  listSessions,
  getSession,
  createSession,
} satisfies Handlers<typeof SessionServiceService>;

async function listSessions(request: ListSessionsRequest, call: Call): Promise<ListResponse<Session>> {
  const { page, perPage, offset } = pageOf(request);
  const where = {
    $and: [listable(scope, call, request.siteId.length > 0 ? request.siteId : undefined), ...conditions(request)],
  } as FilterQuery<SessionRow>;
  const [rows, total] = await call.em.findAndCount(entity, where, {
    orderBy: { startTime: 'asc', id: 'asc' },
    limit: perPage,
    offset,
    disableIdentityMap: true,
  });
  return {
    data: await presentSessions(call.em, rows as SessionRow[], staffQuestion(call)),
    page: { page, perPage, total },
  };
}

async function getSession({ id }: { id: string }, call: Call): Promise<Session> {
  const row = await call.em.findOne(entity, { $and: [{ id }, visible(scope, call)] } as FilterQuery<SessionRow>);
  if (!row) throw notFound(id);
  requirePermission(scope, row as SessionRow, call, 'read');
  return oneSession(call, row as SessionRow);
}

/** A session claims its practitioner and its room, as every booking does. */
async function createSession(request: Session, call: Call): Promise<Session> {
  const type = await loadVisible(sessionTypes, request.sessionTypeId, call, { use: 'write' }).catch(
    (error: unknown) => {
      throw error instanceof Error && 'kind' in error && error.kind === 'not_found'
        ? invalid({ session_type_id: [`There is no session type ${request.sessionTypeId}.`] })
        : error;
    },
  );
  const startMs = parseInstant(request.startTime) ?? 0;
  const endMs = request.endTime
    ? (parseInstant(request.endTime) ?? 0)
    : startMs + (request.duration ?? type.duration) * 60_000;
  if (endMs <= startMs) throw invalid({ end_time: ['The end must be after the start.'] });
  return call.transact(async ({ em, emit }) => {
    const room = request.roomId
      ? await em.findOne(RoomEntity, { id: request.roomId, siteId: type.siteId, deletedAt: null })
      : null;
    if (request.roomId && !room) throw invalid({ room_id: [`There is no room ${request.roomId} at this site.`] });
    const now = new Date(call.clock.nowMs());
    const stamped = {
      organisationId: type.organisationId,
      createdAt: now,
      createdBy: call.actor,
      updatedAt: now,
      updatedBy: call.actor,
    };
    const row = em.create(entity, {
      ...stamped,
      id: newShopId(),
      siteId: type.siteId,
      sessionTypeId: type.id,
      practitionerId: request.practitionerId ?? null,
      roomId: room?.id ?? null,
      startTime: new Date(startMs),
      endTime: new Date(endMs),
      capacity: request.capacity ?? room?.capacity ?? 1,
      maxBaskets: request.maxBaskets ?? null,
    } as never) as SessionRow;
    await em.flush();
    const wanted = wantedBySession(row, room?.capacity ?? 0);
    const owner = {
      organisationId: row.organisationId,
      siteId: row.siteId,
      bookingId: row.id,
      itemId: row.id,
      expiresAtMs: null,
    };
    const blocking = await takeClaims(em, [{ owner, wanted }], []);
    if (blocking.length > 0)
      throw alreadyTaken(
        'The practitioner or the room is taken at this time.',
        [...new Set(blocking.map(({ kind }) => kind))],
        [],
        'UTC',
      );
    const taken = wanted.map((claim) => ({
      ...claim,
      bookingId: row.id,
      itemId: row.id,
      orderId: '',
      expiresAtMs: null,
      appointmentTypeId: null,
      durationMinutes: null,
    }));
    const sites = [row.siteId, ...(await sitesOfPractitioners(em, row.practitionerId ? [row.practitionerId] : []))];
    const [session] = (await presentSessions(em, [row], staffQuestion(call))) as [Session];
    await emit({
      type: 'lido.availability.session.saved',
      aggregateId: row.id,
      organisationId: row.organisationId,
      siteId: row.siteId,
      payload: Session.encode(session).finish(),
    });
    await nextVersions(em, sites, { kind: 'claims', released: [], taken });
    return session;
  });
}

function wantedBySession(row: SessionRow, roomUnits: number): WantedClaim[] {
  const times = { startsAtMs: row.startTime.getTime(), endsAtMs: row.endTime.getTime() };
  const practitioner: WantedClaim[] = row.practitionerId
    ? [{ kind: 'practitioner', resourceId: row.practitionerId, unit: 0, ...times }]
    : [];
  const units = row.roomId ? Array.from({ length: roomUnits }, (_, unit) => unit) : [];
  return [
    ...practitioner,
    ...units.map((unit): WantedClaim => ({ kind: 'room', resourceId: row.roomId ?? '', unit, ...times })),
  ];
}

async function oneSession(call: Call, row: SessionRow): Promise<Session> {
  const [session] = await presentSessions(call.em, [row], staffQuestion(call));
  if (!session) throw notFound(row.id);
  return session;
}

/** Staff ask about one guest and without memberships: they see what a passer-by could book. */
function staffQuestion(call: Call) {
  return { guests: 1, asker: { nowMs: call.clock.nowMs(), memberships: [] } };
}

function conditions(request: ListSessionsRequest): object[] {
  const { startTimeFrom, startTimeTo, sessionTypeId, practitionerId, recurrenceGroupId } = request;
  const cancelled =
    request.cancelled === true
      ? [{ deletedAt: { $ne: null } }]
      : request.includeCancelled === true
        ? []
        : [{ deletedAt: null }];
  return [
    ...cancelled,
    ...(startTimeFrom ? [{ startTime: { $gte: new Date(startTimeFrom) } }] : []),
    ...(startTimeTo ? [{ startTime: { $lte: new Date(startTimeTo) } }] : []),
    ...(sessionTypeId.length > 0 ? [{ sessionTypeId: { $in: sessionTypeId } }] : []),
    ...(practitionerId.length > 0 ? [{ practitionerId: { $in: practitionerId } }] : []),
    // Timetables are not built yet, so no session belongs to one.
    ...(recurrenceGroupId.length > 0 ? [{ id: { $in: [] } }] : []),
  ];
}

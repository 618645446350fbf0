import type { EntityName, FilterQuery } from '@mikro-orm/core';
import type { ListSessionsRequest, Session, SessionServiceService } from '@lido/proto/lido/availability/v1/session.ts';
import { notFound } from '@lido/runtime/errors/refusal.ts';
import type { Call, Handlers } from '@lido/runtime/grpc/call.ts';
import { type ListResponse, pageOf } from '@lido/runtime/resource/list.ts';
import { listable, requirePermission, siteScope, visible } from '@lido/runtime/resource/scope.ts';
import { createSession } from './create-session.handlers.ts';
import { presentSessions, staffQuestion } from './present-sessions.repository.ts';
import { SessionEntity, type SessionRow } from './session.entity.ts';

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

async function oneSession(call: Call, row: SessionRow): Promise<Session> {
  const [session] = await presentSessions(call.em, [row], staffQuestion(call));
  if (!session) throw notFound(row.id);
  return session;
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

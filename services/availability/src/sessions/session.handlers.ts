import type { FilterQuery } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type {
  GetSessionRequest,
  ListSessionsRequest,
  Session,
  SessionServiceService,
} from '@lido/proto/lido/availability/v1/session.ts';
import type { Call, Handlers } from '@lido/runtime/grpc/call.ts';
import { type ListResponse, pageOf } from '@lido/runtime/resource/list.ts';
import { listable } from '@lido/runtime/resource/scope.ts';
import { deleteSession, restoreSession } from './cancel-session.handlers.ts';
import { createSession } from './create-session.handlers.ts';
import { loadSession, sessionEntity, sessionScope } from './load-session.repository.ts';
import { idsInZones } from '../zones/zone.repository.ts';
import { presentSessions, staffQuestion } from './present-sessions.repository.ts';
import type { SessionRow } from './session.entity.ts';
import type { BookingParts } from '../bookings/parts.ts';
import { asksForTimes, startRange } from './session-filters.ts';
import { updateSession } from './update-session.handlers.ts';
import { leaveSessionWaitlist, listSessionWaitlist } from './waitlist.handlers.ts';

/** Sessions; a change may free places that somebody waits for. */
export function sessionHandlers({ waitlist }: Pick<BookingParts, 'waitlist'>) {
  return {
    listSessions,
    getSession,
    createSession,
    updateSession: async (request, call) => {
      const session = await updateSession(request, call);
      waitlist.wake();
      return session;
    },
    deleteSession,
    restoreSession,
    listSessionWaitlist,
    leaveSessionWaitlist,
  } satisfies Handlers<typeof SessionServiceService>;
}

async function listSessions(request: ListSessionsRequest, call: Call): Promise<ListResponse<Session>> {
  const { page, perPage, offset } = pageOf(request);
  const siteIds = request.siteId.length > 0 ? request.siteId : undefined;
  const where = {
    $and: [
      listable(sessionScope, call, siteIds),
      cancelledOf(request),
      ...conditions(request),
      ...(await timesOf(request, call.em, call.principal.organisationId)),
      ...(await zonesIn(request, call.em)),
    ],
  } as FilterQuery<SessionRow>;
  const options = {
    orderBy: { startTime: 'asc', id: 'asc' },
    limit: perPage,
    offset,
    disableIdentityMap: true,
  } as const;
  const [rows, total] = await call.em.findAndCount(sessionEntity, where, options);
  const withBookings = request.includeBookings === true || request.withBookings === true;
  return {
    data: await presentSessions(call.em, rows as SessionRow[], { ...staffQuestion(call), withBookings }),
    page: { page, perPage, total },
  };
}

async function getSession({ id, includeBookings }: GetSessionRequest, call: Call): Promise<Session> {
  const row = await loadSession(id, call, { use: 'read' });
  const question = { ...staffQuestion(call), withBookings: includeBookings === true };
  return ((await presentSessions(call.em, [row], question)) as [Session])[0];
}

function cancelledOf({ cancelled, includeCancelled }: ListSessionsRequest): object {
  if (cancelled === true) return { deletedAt: { $ne: null } };
  return includeCancelled === true ? {} : { deletedAt: null };
}

function conditions(request: ListSessionsRequest): object[] {
  const lists = {
    ...{ id: request.id, sessionTypeId: request.sessionTypeId, practitionerId: request.practitionerId },
    ...{ roomId: request.roomId, recurrenceGroupId: request.recurrenceGroupId },
  };
  return Object.entries(lists).flatMap(([column, ids]) => (ids.length > 0 ? [{ [column]: { $in: ids } }] : []));
}

async function zonesIn({ zoneId }: ListSessionsRequest, em: SqlEntityManager): Promise<object[]> {
  if (zoneId.length === 0) return [];
  const ids = { $in: [...(await idsInZones(em, zoneId))] };
  return [{ $or: [{ practitionerId: ids }, { roomId: ids }] }];
}

/** Dates are those of each session's own site, so that sites of different time zones are asked for different instants. */
async function timesOf(request: ListSessionsRequest, em: SqlEntityManager, organisationId: string): Promise<object[]> {
  if (!asksForTimes(request)) return [];
  const sites = await em.execute<{ zone: string; ids: string[] }[]>(
    `select site->>'timezone' as zone, array_agg(id) as ids from known_sites where organisation_id = ? group by 1`,
    [organisationId],
  );
  const perZone = sites.map(({ zone, ids }) => {
    const { fromMs, beforeMs } = startRange(request, zone);
    const startTime = {
      ...(fromMs !== null && { $gte: new Date(fromMs) }),
      ...(beforeMs !== null && { $lt: new Date(beforeMs) }),
    };
    return { siteId: { $in: ids }, startTime };
  });
  return [{ $or: perZone }];
}

import type { EntityName, FilterQuery } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { notFound } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { requirePermission, siteScope, visible } from '@lido/runtime/resource/scope.ts';
import { SessionEntity, type SessionRow } from './session.entity.ts';
import { SessionTypeEntity, type SessionTypeRow } from './session-type.entity.ts';

export const sessionScope = siteScope<SessionRow>();
export const sessionEntity = SessionEntity as EntityName<SessionRow>;

/** A session the caller may use so, cancelled ones included; hidden and missing ones are the same refusal. */
export async function loadSession(
  id: string,
  call: Call,
  { em = call.em, use }: { em?: SqlEntityManager; use: 'read' | 'write' },
): Promise<SessionRow> {
  const where = { $and: [{ id }, visible(sessionScope, call)] } as FilterQuery<SessionRow>;
  const row = (await em.findOne(sessionEntity, where)) as SessionRow | null;
  if (!row) throw notFound(id);
  requirePermission(sessionScope, row, call, use);
  return row;
}

/** The type of a session, archived or not: sessions keep theirs. */
export async function typeOfSession(em: SqlEntityManager, { sessionTypeId }: SessionRow): Promise<SessionTypeRow> {
  return (await em.findOneOrFail(SessionTypeEntity as EntityName<SessionTypeRow>, {
    id: sessionTypeId,
  })) as SessionTypeRow;
}

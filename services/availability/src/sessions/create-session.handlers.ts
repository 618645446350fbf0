import type { Session } from '@lido/proto/lido/availability/v1/session.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { firstColumns } from '@lido/runtime/resource/create.ts';
import { loadNamed } from '@lido/runtime/resource/load.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import { overriderOf } from '@lido/runtime/grpc/overrider.ts';
import { overrideClaims } from '../bookings/override.repository.ts';
import type { SiteChange } from '../sites/site-version.repository.ts';
import { sessionEntity } from './load-session.repository.ts';
import { takeForSession, tellOfSession } from './save-session.repository.ts';
import type { SessionRow } from './session.entity.ts';
import { sessionClaims, takenBy } from './session-claims.ts';
import { requirePractitionerOfSite, roomOfSite } from './session-resources.repository.ts';
import { timesOfNew } from './session-times.ts';
import type { SessionTypeRow } from './session-type.entity.ts';
import { sessionTypes } from './session-type.handlers.ts';

/** Adds a single session, which claims its practitioner and its room as every booking does. */
export async function createSession(request: Session, call: Call): Promise<Session> {
  const type = await typeOf(request, call);
  const times = timesOfNew(request, type.duration);
  const overrider = overriderOf(request.overrideConflicts, type.siteId, call);
  return call.transact(async (transaction) => {
    const { em } = transaction;
    const room = await roomOfSite(em, type.siteId, request.roomId);
    await requirePractitionerOfSite(em, type.siteId, request.practitionerId);
    const row = em.create(sessionEntity, {
      ...firstColumns(call),
      ...{ id: newShopId(), organisationId: type.organisationId, siteId: type.siteId, sessionTypeId: type.id },
      ...{ practitionerId: request.practitionerId ?? null, roomId: room?.id ?? null, recurrenceGroupId: null },
      ...times,
      capacity: request.capacity ?? room?.capacity ?? 1,
      maxBaskets: request.maxBaskets ?? null,
      waitlistEnabled: request.waitlistEnabled ?? null,
    } as never) as SessionRow;
    await em.flush();
    const owned = sessionClaims(row, room?.capacity ?? 0);
    const lost = await overrideClaims(transaction, [owned], [], overrider);
    await takeForSession(em, [owned], []);
    // Whoever lost a claim is read anew.
    const change: SiteChange = overrider ? { kind: 'model' } : { kind: 'claims', released: [], taken: takenBy(owned) };
    return tellOfSession(row, change, null, { transaction, call, lost });
  });
}

function typeOf({ sessionTypeId: id }: Session, call: Call): Promise<SessionTypeRow> {
  return loadNamed(sessionTypes, { field: 'session_type_id', id }, call, { use: 'write' });
}

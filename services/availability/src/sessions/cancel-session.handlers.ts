import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { Session } from '@lido/proto/lido/availability/v1/session.ts';
import { Refusal, stateConflict } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { touch } from '@lido/runtime/resource/update.ts';
import { cancelBookings } from '../bookings/booking.repository.ts';
import { tellOfBookings } from '../bookings/changed-booking.repository.ts';
import { loadSession, typeOfSession } from './load-session.repository.ts';
import { presentSessions, staffQuestion } from './present-sessions.repository.ts';
import { lockSessionAnd, takeForSession, tellOfSession } from './save-session.repository.ts';
import { sessionClaims, takenBy } from './session-claims.ts';
import type { SessionRow } from './session.entity.ts';
import { requirePractitionerOfSite, roomOfSite } from './session-resources.repository.ts';

/** Cancels a session with all its bookings, those that wait included, and tells their orders. A second time changes nothing. */
export async function deleteSession({ id }: { id: string }, call: Call): Promise<object> {
  return call.transact(async (transaction) => {
    const { em } = transaction;
    const row = await loadSession(id, call, { em, use: 'write' });
    if (row.deletedAt) return {};
    if (row.endTime.getTime() <= call.clock.nowMs()) {
      throw stateConflict('session_over', 'This session is over and can not be cancelled any more.');
    }
    const bookings = await lockSessionAnd(em, row, () => []);
    const givenUp = [row.id, ...bookings.map((booking) => booking.id)];
    await takeForSession(em, [], givenUp);
    await cancelBookings(em, [row.id]);
    row.deletedAt = new Date(call.clock.nowMs());
    touch(row, call);
    await tellOfBookings('lido.availability.booking.cancelled', bookings, transaction);
    await tellOfSession(row, { kind: 'claims', released: givenUp, taken: [] }, null, { transaction, call });
    return {};
  });
}

/** Brings a cancelled session back, when its practitioner and room are still there and free. Its bookings have been told and do not come back. */
export function restoreSession({ id }: { id: string }, call: Call): Promise<Session> {
  return call.transact(async (transaction) => {
    const { em } = transaction;
    const row = await loadSession(id, call, { em, use: 'write' });
    if (!row.deletedAt) return ((await presentSessions(em, [row], staffQuestion(call))) as [Session])[0];
    if ((await typeOfSession(em, row)).deletedAt) {
      throw stateConflict('type_archived', 'The type of this session is archived. Please restore the type first.');
    }
    const owned = sessionClaims(row, await unitsStillThere(em, row));
    await takeForSession(em, [owned], []);
    row.deletedAt = null;
    touch(row, call);
    return tellOfSession(row, { kind: 'claims', released: [], taken: takenBy(owned) }, null, { transaction, call });
  });
}

/** The units of a session's room. What is cancelled can not be changed, so without its practitioner or room it can not come back. */
async function unitsStillThere(em: SqlEntityManager, { siteId, practitionerId, roomId }: SessionRow): Promise<number> {
  try {
    await requirePractitionerOfSite(em, siteId, practitionerId);
    return (await roomOfSite(em, siteId, roomId))?.capacity ?? 0;
  } catch (error) {
    if (!(error instanceof Refusal) || error.kind !== 'invalid') throw error;
    const [sentence = error.message] = Object.values(error.fields ?? {}).flat();
    throw stateConflict('resource_removed', `${sentence} Please add a new session with others instead.`, {
      cause: error,
    });
  }
}

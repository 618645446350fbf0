import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { Session } from '@lido/proto/lido/availability/v1/session.ts';
import type { Call, Transaction } from '@lido/runtime/grpc/call.ts';
import type { Booking } from '../bookings/booking.ts';
import { bookingsOfSession } from '../bookings/booking.repository.ts';
import { sitesOfBookings } from '../bookings/override.repository.ts';
import { alreadyTaken } from '../bookings/hold-order.ts';
import { type OwnedClaims, takeClaims, textArray, wantedClaims, wantedRows } from '../claims/claim.repository.ts';
import { nextVersions, type SiteChange, sitesOfPractitioners } from '../sites/site-version.repository.ts';
import { presentSessions, staffQuestion } from './present-sessions.repository.ts';
import type { SessionRow } from './session.entity.ts';

/**
 * Locks a session with all that it and its bookings hold or shall hold, in the one order in which everybody takes locks. Answers the
 * bookings that stand; should others have come while it waited, the transaction begins again.
 */
export async function lockSessionAnd(
  em: SqlEntityManager,
  { id }: SessionRow,
  claimsOf: (bookings: Booking[]) => OwnedClaims[],
): Promise<Booking[]> {
  const seen = await bookingsOfSession(em, id);
  const bookingIds = seen.map((booking) => booking.id);
  await lockSessions(em, [id], { owned: claimsOf(seen), bookingIds });
  return bookingsOfSession(em, id);
}

/** Locks sessions with what they and these bookings hold, and what they shall hold. */
export async function lockSessions(
  em: SqlEntityManager,
  sessionIds: readonly string[],
  { owned, bookingIds }: { owned: OwnedClaims[]; bookingIds: readonly string[] },
): Promise<void> {
  await em.execute(`select lock_sessions(${textArray}, ${wantedClaims}, ${textArray})`, [
    JSON.stringify(sessionIds),
    JSON.stringify(wantedRows(owned)),
    JSON.stringify(bookingIds),
  ]);
}

/**
 * Takes what sessions and their guests need for what they give up, all of it, or refuses with what stands in the way.
 */
export async function takeForSession(em: SqlEntityManager, owned: OwnedClaims[], givenUp: string[]): Promise<void> {
  const blocking = await takeClaims(em, owned, givenUp);
  if (blocking.length === 0) return;
  const kinds = [...new Set(blocking.map(({ kind }) => kind))];
  const isGuest = kinds.every((kind) => kind === 'guest');
  const sentence = isGuest
    ? 'A guest of this session has another booking at this time.'
    : 'The practitioner or the room is taken at this time.';
  throw alreadyTaken(sentence, kinds, [], 'UTC');
}

/**
 * Tells of a session's change, and gives its site and those of its practitioners, former ones too, their next versions: the last thing
 * of the transaction. So it does for bookings that have `lost` by it. A session that moves is a change of the model, so that no hold is planned by its old times.
 */
export async function tellOfSession(
  row: SessionRow,
  change: SiteChange,
  formerPractitionerId: string | null | undefined,
  { transaction, call, lost = [] }: { transaction: Transaction; call: Call; lost?: string[] },
): Promise<Session> {
  const { em } = transaction;
  await em.flush();
  const [session] = (await presentSessions(em, [row], staffQuestion(call))) as [Session];
  await transaction.emit({
    type: 'lido.availability.session.saved',
    aggregateId: row.id,
    organisationId: row.organisationId,
    siteId: row.siteId,
    payload: Session.encode(session).finish(),
  });
  const practitionerIds = [row.practitionerId, formerPractitionerId].flatMap((id) => id ?? []);
  const siteIds = [
    row.siteId,
    ...(await sitesOfPractitioners(em, practitionerIds)),
    ...(await sitesOfBookings(em, lost)),
  ];
  await nextVersions(em, siteIds, change);
  return session;
}

import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { Session, UpdateSessionRequest } from '@lido/proto/lido/availability/v1/session.ts';
import { stateConflict } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { touch } from '@lido/runtime/resource/update.ts';
import type { Booking } from '../bookings/booking.ts';
import { moveBookings } from '../bookings/booking.repository.ts';
import { tellOfBookings } from '../bookings/changed-booking.repository.ts';
import { overrideClaims } from '../bookings/override.repository.ts';
import type { OwnedClaims } from '../claims/claim.repository.ts';
import { overriderOf } from '@lido/runtime/grpc/overrider.ts';
import { loadSession, typeOfSession } from './load-session.repository.ts';
import { lockSessionAnd, takeForSession, tellOfSession } from './save-session.repository.ts';
import type { SessionRow } from './session.entity.ts';
import { claimsOfGuests, hasPlaces, sessionClaims } from './session-claims.ts';
import { requirePractitionerOfSite, roomOfSite, roomUnits } from './session-resources.repository.ts';
import { changedTimes } from './session-times.ts';
import type { SessionTypeRow } from './session-type.entity.ts';
import { seatsTaken } from './session.repository.ts';

type Wish = Pick<
  SessionRow,
  'practitionerId' | 'roomId' | 'startTime' | 'endTime' | 'capacity' | 'maxBaskets' | 'waitlistEnabled'
>;

/** Changes a session. What it and its guests hold moves with it, or nothing changes at all. */
export function updateSession(request: UpdateSessionRequest, call: Call): Promise<Session> {
  return call.transact(async (transaction) => {
    const { em } = transaction;
    const row = await loadSession(request.id, call, { em, use: 'write' });
    if (row.deletedAt) {
      throw stateConflict('session_cancelled', 'This session is cancelled. Please restore it before you change it.');
    }
    const type = await typeOfSession(em, row);
    const wish = await wishOf(em, request, row, type);
    const isMoved = claimKey(wish) !== claimKey(row);
    const units = await roomUnits(em, wish.roomId);
    const claimsOf = (bookings: Booking[]): OwnedClaims[] => {
      if (!isMoved) return [];
      const present = bookings.filter((booking) => hasPlaces(booking, call.clock.nowMs()));
      return [sessionClaims({ ...row, ...wish }, units), ...present.map((booking) => claimsOfGuests(booking, wish))];
    };
    const bookings = await lockSessionAnd(em, row, claimsOf);
    const givenUp = isMoved ? [row.id, ...bookings.map(({ id }) => id)] : [];
    const overrider = overriderOf(request.session?.overrideConflicts, row.siteId, call);
    const owned = claimsOf(bookings);
    const lost = await overrideClaims(transaction, owned, givenUp, overrider);
    await takeForSession(em, owned, givenUp);
    await requirePlaces(em, row, wish, type);
    const { practitionerId: formerPractitionerId } = row;
    Object.assign(row, wish);
    touch(row, call);
    if (isMoved) {
      await moveBookings(em, row);
      await tellOfBookings('lido.availability.booking.moved', bookings, transaction);
    }
    return tellOfSession(row, { kind: 'model' }, formerPractitionerId, { transaction, call, lost });
  });
}

/** The session as it would be; fields that the body leaves out stay, and cleared ones take what a new session would have. */
async function wishOf(
  em: SqlEntityManager,
  { session, updateMask }: UpdateSessionRequest,
  row: SessionRow,
  type: SessionTypeRow,
): Promise<Wish> {
  const mask = updateMask ?? [];
  const pick = <T>(field: string, value: T | null | undefined, current: T | null | undefined): T | null =>
    (mask.includes(field) ? value : current) ?? null;
  // What a session has of its type is shown with it, and comes back without being a wish.
  const own = <T>(field: string, ...[value, current, ofType]: (T | null | undefined)[]): T | null =>
    pick(field, (value ?? null) === (current ?? ofType ?? null) ? current : value, current);
  const practitionerId = pick('practitioner_id', session?.practitionerId, row.practitionerId);
  const roomId = pick('room_id', session?.roomId, row.roomId);
  // Who or what is there already may have been removed since, and can stay.
  if (practitionerId !== row.practitionerId) await requirePractitionerOfSite(em, row.siteId, practitionerId);
  if (roomId !== row.roomId) await roomOfSite(em, row.siteId, roomId);
  const asked = session ?? { startTime: '' };
  return {
    ...{ practitionerId, roomId },
    ...changedTimes(asked, mask, { current: row, typeMinutes: type.duration }),
    capacity: pick('capacity', session?.capacity, row.capacity) ?? ((await roomUnits(em, roomId)) || 1),
    maxBaskets: own('max_baskets', session?.maxBaskets, row.maxBaskets, type.maxBasketsPerSession),
    waitlistEnabled: own('waitlist_enabled', session?.waitlistEnabled, row.waitlistEnabled, type.waitlistEnabled),
  };
}

/** What a session's claims follow from, to tell whether they change. */
function claimKey({ practitionerId, roomId, startTime, endTime }: Wish | SessionRow): string {
  return [practitionerId, roomId, startTime.toISOString(), endTime.toISOString()].join(' ');
}

/** Nobody loses a place because a session became smaller. */
async function requirePlaces(em: SqlEntityManager, row: SessionRow, wish: Wish, type: SessionTypeRow): Promise<void> {
  const taken = (await seatsTaken(em, [row.id])).get(row.id) ?? { guests: 0, baskets: 0 };
  if (wish.capacity < row.capacity && wish.capacity < taken.guests) {
    const sentence = `${taken.guests} places of this session are taken, so its capacity can not be ${wish.capacity}.`;
    throw stateConflict('places_taken', sentence);
  }
  const basketsMax = wish.maxBaskets ?? type.maxBasketsPerSession ?? null;
  if (wish.maxBaskets !== row.maxBaskets && basketsMax !== null && basketsMax < taken.baskets) {
    const sentence = `${taken.baskets} baskets have places in this session, so it can not be limited to ${basketsMax}.`;
    throw stateConflict('places_taken', sentence);
  }
}

import type { EntityName, FilterQuery } from '@mikro-orm/core';
import type { Session } from '@lido/proto/lido/availability/v1/session.ts';
import type { OfferingDate } from '@lido/proto/lido/availability/v1/shop.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { addDays, startOfDay } from '@lido/runtime/time/zone.ts';
import type { BookingParts } from '../bookings/parts.ts';
import { isGuestElsewhere } from '../bookings/supposing.ts';
import { type PlacesQuestion, presentSessions } from '../sessions/present-sessions.repository.ts';
import { SessionEntity, type SessionRow } from '../sessions/session.entity.ts';
import { type DateRange, membershipsOf, type Target } from './search.repository.ts';

const sessionsMax = 1_000;

/** Which sessions are asked about, and for whom. */
interface SessionSearch extends Pick<PlacesQuestion, 'guests' | 'orderId' | 'exceptOrderId'> {
  /** Without one, all that are to come. */
  range: DateRange | undefined;
  /** The guests who are known by name. */
  guestIds?: readonly string[];
}

/** A type's sessions that have not begun, in a range of local dates or without any end, judged for those who ask. */
export async function sessionsBetween(
  parts: BookingParts,
  target: Target,
  { range, guestIds = [], ...question }: SessionSearch,
  call: Call,
): Promise<Session[]> {
  const { site, offering, versioned } = target;
  const nowMs = call.clock.nowMs();
  const from = Math.max(nowMs, range ? startOfDay(range.dateFrom, site.timezone) : nowMs);
  const until = range ? [{ startTime: { $lt: new Date(startOfDay(addDays(range.dateTo, 1), site.timezone)) } }] : [];
  const where = {
    $and: [{ sessionTypeId: offering.row.id, deletedAt: null, startTime: { $gte: new Date(from) } }, ...until],
  } as FilterQuery<SessionRow>;
  const options = { orderBy: { startTime: 'asc', id: 'asc' }, limit: sessionsMax, disableIdentityMap: true } as const;
  const rows = (await call.em.find(SessionEntity as EntityName<SessionRow>, where, options)) as SessionRow[];
  const memberships = await membershipsOf(parts, target, call);
  const isOwn = ({ orderId }: { orderId: string | null }): boolean =>
    orderId !== null && orderId === question.exceptOrderId;
  return presentSessions(call.em, rows, {
    ...question,
    asker: { nowMs, memberships },
    isGuestElsewhere: ({ startTime, endTime }) => {
      const during = { startMs: startTime.getTime(), endMs: endTime.getTime(), nowMs };
      return isGuestElsewhere(versioned.compiled, guestIds, during, isOwn);
    },
  });
}

/** The dates of a range with a session that can be booked, and its first and last start. */
export async function sessionDates(
  parts: BookingParts,
  target: Target,
  question: { range: DateRange; guests: number },
  call: Call,
): Promise<OfferingDate[]> {
  const sessions = await sessionsBetween(parts, target, question, call);
  const bookable = Map.groupBy(
    sessions.filter(({ isValid }) => isValid),
    ({ startTime }) => startTime.slice(0, 10),
  );
  return [...bookable].map(([date, ofDate]) => ({
    date,
    hasAvailability: true,
    canEnquire: false,
    bookableFrom: ofDate[0]?.startTime ?? null,
    bookableTo: ofDate.at(-1)?.startTime ?? null,
  }));
}

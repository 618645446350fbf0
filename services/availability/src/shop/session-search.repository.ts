import type { EntityName, FilterQuery } from '@mikro-orm/core';
import type { Session } from '@lido/proto/lido/availability/v1/session.ts';
import type { OfferingDate } from '@lido/proto/lido/availability/v1/shop.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { addDays, startOfDay } from '@lido/runtime/time/zone.ts';
import type { BookingParts } from '../bookings/parts.ts';
import { presentSessions } from '../sessions/present-sessions.repository.ts';
import { SessionEntity, type SessionRow } from '../sessions/session.entity.ts';
import { type DateRange, membershipsOf, type Target } from './search.repository.ts';

const sessionsMax = 1_000;

/** A type's sessions that have not begun, in a range of local dates or without any end, judged for a number of guests. */
export async function sessionsBetween(
  parts: BookingParts,
  target: Target,
  { range, ...question }: { range: DateRange | undefined; guests: number; exceptOrderId?: string | null },
  call: Call,
): Promise<Session[]> {
  const { site, offering } = target;
  const nowMs = call.clock.nowMs();
  const from = Math.max(nowMs, range ? startOfDay(range.dateFrom, site.timezone) : nowMs);
  const until = range ? [{ startTime: { $lt: new Date(startOfDay(addDays(range.dateTo, 1), site.timezone)) } }] : [];
  const where = {
    $and: [{ sessionTypeId: offering.row.id, deletedAt: null, startTime: { $gte: new Date(from) } }, ...until],
  } as FilterQuery<SessionRow>;
  const options = { orderBy: { startTime: 'asc', id: 'asc' }, limit: sessionsMax, disableIdentityMap: true } as const;
  const rows = (await call.em.find(SessionEntity as EntityName<SessionRow>, where, options)) as SessionRow[];
  const memberships = await membershipsOf(parts, target, call);
  return presentSessions(call.em, rows, { ...question, asker: { nowMs, memberships } });
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

import type { EntityName, FilterQuery } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { Session } from '@lido/proto/lido/availability/v1/session.ts';
import type { OfferingDate } from '@lido/proto/lido/availability/v1/shop.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { addDays, startOfDay } from '@lido/runtime/time/zone.ts';
import type { BookingParts } from '../bookings/parts.ts';
import { isGuestElsewhere } from '../bookings/supposing.ts';
import { type PlacesQuestion, presentSessions } from '../sessions/present-sessions.repository.ts';
import { SessionEntity, type SessionRow } from '../sessions/session.entity.ts';
import { type DateRange, membershipsOf, type Target } from './search.repository.ts';

/** So many sessions are read and judged at once, so that a range of any length takes little memory. */
const sessionsPerPage = 1_000;

/** Which sessions are asked about, and for whom. */
interface SessionSearch extends Pick<PlacesQuestion, 'guests' | 'orderId' | 'exceptOrderId' | 'exceptItemIds'> {
  /** Without one, all that are to come. */
  range: DateRange | undefined;
  /** The guests who are known by name. */
  guestIds?: readonly string[];
}

/** All of a type's sessions of a range that have not begun, judged for those who ask; in order, and a page at a time. */
export async function* sessionPages(
  parts: BookingParts,
  target: Target,
  { range, guestIds = [], ...question }: SessionSearch,
  call: Call,
): AsyncGenerator<Session[], void, void> {
  const { versioned, offering } = target;
  const nowMs = call.clock.nowMs();
  const memberships = await membershipsOf(parts, target, question.orderId ?? question.exceptOrderId, call);
  const isOwn = ({ orderId }: { orderId: string | null }): boolean =>
    orderId !== null && orderId === question.exceptOrderId;
  const judged = {
    ...question,
    asker: { nowMs, memberships },
    isGuestElsewhere: ({ startTime, endTime }: SessionRow) => {
      const during = { startMs: startTime.getTime(), endMs: endTime.getTime(), nowMs };
      return isGuestElsewhere(versioned.compiled, guestIds, during, isOwn);
    },
  };
  yield* comingSessions(call.em, { typeIds: [offering.row.id], range, zone: target.site.timezone }, judged);
}

/** The same of several types, for who asks about all of them alike. */
export async function* comingSessions(
  em: SqlEntityManager,
  { typeIds, range, zone }: { typeIds: readonly string[]; range: DateRange | undefined; zone: string },
  judged: PlacesQuestion,
): AsyncGenerator<Session[], void, void> {
  const { nowMs } = judged.asker;
  const from = Math.max(nowMs, range ? startOfDay(range.dateFrom, zone) : nowMs);
  const until = range ? [{ startTime: { $lt: new Date(startOfDay(addDays(range.dateTo, 1), zone)) } }] : [];
  const options = {
    orderBy: { startTime: 'asc', id: 'asc' },
    limit: sessionsPerPage,
    disableIdentityMap: true,
  } as const;
  let after: object[] = [{ startTime: { $gte: new Date(from) } }];
  for (;;) {
    const where = { $and: [{ sessionTypeId: { $in: [...typeIds] }, deletedAt: null }, ...after, ...until] };
    const rows = (await em.find(
      SessionEntity as EntityName<SessionRow>,
      where as FilterQuery<SessionRow>,
      options,
    )) as SessionRow[];
    yield await presentSessions(em, rows, judged);
    const last = rows[sessionsPerPage - 1];
    if (!last) return;
    const { startTime, id } = last;
    after = [{ startTime: { $gte: startTime } }, { $or: [{ startTime: { $gt: startTime } }, { id: { $gt: id } }] }];
  }
}

/** All sessions of a range; timetables reach a year ahead, so that there is an end to those that are to come too. */
export async function sessionsBetween(
  parts: BookingParts,
  target: Target,
  search: SessionSearch,
  call: Call,
): Promise<Session[]> {
  const sessions: Session[] = [];
  for await (const page of sessionPages(parts, target, search, call)) sessions.push(...page);
  return sessions;
}

/** The dates of a range with a session that can be booked, and its first and last start. */
export async function sessionDates(
  parts: BookingParts,
  target: Target,
  search: SessionSearch,
  call: Call,
): Promise<OfferingDate[]> {
  const dates = new Map<string, OfferingDate>();
  for await (const sessions of sessionPages(parts, target, search, call)) {
    for (const { isValid, startTime } of sessions) {
      if (!isValid) continue;
      const date = startTime.slice(0, 10);
      const bookableFrom = dates.get(date)?.bookableFrom ?? startTime;
      dates.set(date, { date, hasAvailability: true, canEnquire: false, bookableFrom, bookableTo: startTime });
    }
  }
  return [...dates.values()];
}

/** The first date of a range with a session that can be booked. */
export async function firstSessionDate(
  parts: BookingParts,
  target: Target,
  search: SessionSearch,
  call: Call,
): Promise<string | undefined> {
  for await (const sessions of sessionPages(parts, target, search, call)) {
    const open = sessions.find(({ isValid }) => isValid);
    if (open) return open.startTime.slice(0, 10);
  }
  return undefined;
}

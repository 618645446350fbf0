import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { BlockedTime } from '@lido/proto/lido/availability/v1/blocked_time.ts';
import type { CalendarEventType } from '@lido/proto/lido/availability/v1/calendar.ts';
import { toMessages } from '@lido/runtime/resource/load.ts';
import { addDays, parseInstant, startOfDay } from '@lido/runtime/time/zone.ts';
import { buffersOf } from '../appointments/appointment-list.repository.ts';
import { BlockedTimeEntity } from '../blocked-times/blocked-time.entity.ts';
import { blockedTimes } from '../blocked-times/blocked-time.repository.ts';
import { bookingsDuring } from '../bookings/booking.repository.ts';
import { orderCards } from '../order-cards/order-card.repository.ts';
import { namesOf } from '../sessions/resource-names.repository.ts';
import { SessionEntity, type SessionRow } from '../sessions/session.entity.ts';
import { SessionTypeEntity, type SessionTypeRow } from '../sessions/session-type.entity.ts';
import type { BookedEvent, DayEvent } from './calendar-event.ts';
import { eventTypeOf, statusOf } from './event-message.ts';

/** One local date of a site. */
export interface SiteDay {
  readonly siteId: string;
  readonly zone: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** The local date of a site in its zone. */
export function siteDay(siteId: string, zone: string, date: string): SiteDay {
  return { siteId, zone, fromMs: startOfDay(date, zone), toMs: startOfDay(addDays(date, 1), zone) };
}

/** All that takes place at a site on a date, with one query for each table however full the day is. */
export async function eventsOf(em: SqlEntityManager, day: SiteDay): Promise<DayEvent[]> {
  const bookings = await bookingsDuring(em, day);
  const sessions = await sessionsDuring(em, day);
  const cards = await orderCards(
    em,
    bookings.map(({ orderId }) => orderId),
  );
  const booked = bookings.map((booking): BookedEvent => ({ booking, card: cards.get(booking.orderId) }));
  const single = booked.filter(({ booking }) => booking.sessionId === null);
  const buffers = await buffersOf(
    em,
    single.map(({ booking }) => booking.id),
  );
  return [
    ...single.map((one) => bookedEvent(one, buffers.get(one.booking.id) ?? 0)),
    ...(await sessionEvents(em, sessions, booked)),
    ...(await blockedDuring(em, day)).map(blockedEvent),
  ];
}

/** What is blocked at some time of a date, as staff see it. */
export async function blockedDuring(em: SqlEntityManager, { siteId, fromMs, toMs }: SiteDay): Promise<BlockedTime[]> {
  const [startTime, endTime] = [{ $lt: new Date(toMs).toISOString() }, { $gt: new Date(fromMs).toISOString() }];
  const where = { siteId, startTime, endTime, deletedAt: null };
  const rows = await em.find(BlockedTimeEntity, where, {
    orderBy: { startTime: 'asc', id: 'asc' },
    disableIdentityMap: true,
  });
  return rows.length === 0 ? [] : toMessages(blockedTimes, rows, em);
}

function blockedEvent({ id, type, label, notes, color, createdBy, createdAt, ...blocked }: BlockedTime): DayEvent {
  const kind: CalendarEventType = 'CALENDAR_EVENT_TYPE_BLOCKED_TIME';
  return {
    ...{ id, type: kind, status: 'CALENDAR_EVENT_STATUS_CONFIRMED', reservedUntilMs: null },
    ...{ fromMs: parseInstant(blocked.startTime) ?? 0, toMs: parseInstant(blocked.endTime) ?? 0, bufferMinutes: 0 },
    ...{ offering: null, bookings: [], session: null },
    ...{ practitioners: blocked.practitioners, rooms: blocked.rooms, areas: blocked.areas },
    blocked: {
      ...{ type, label: label ?? null, notes: notes ?? null, color: color ?? null, createdAt },
      createdBy: createdBy && { ...createdBy, email: null },
    },
  };
}

function bookedEvent(one: BookedEvent, bufferMinutes: number): DayEvent {
  const { booking, card } = one;
  const { resources } = booking;
  return {
    ...{ id: booking.id, type: eventTypeOf(booking), status: statusOf(booking) },
    ...{ fromMs: booking.startsAtMs, toMs: booking.endsAtMs, bufferMinutes },
    reservedUntilMs: booking.expiresAtMs,
    offering: {
      id: booking.offeringId,
      name: resources.offeringName,
      productCode: card?.items.find(({ id }) => id === booking.itemId)?.productCode ?? null,
    },
    bookings: [one],
    practitioners: resources.practitioners,
    rooms: resources.rooms,
    areas: resources.areas ?? [],
    session: null,
    blocked: null,
  };
}

function sessionsDuring(em: SqlEntityManager, { siteId, fromMs, toMs }: SiteDay): Promise<SessionRow[]> {
  const during = { startTime: { $lt: new Date(toMs) }, endTime: { $gt: new Date(fromMs) } };
  return em.find(SessionEntity, { siteId, ...during, deletedAt: null }, { disableIdentityMap: true });
}

async function sessionEvents(
  em: SqlEntityManager,
  sessions: readonly SessionRow[],
  booked: readonly BookedEvent[],
): Promise<DayEvent[]> {
  if (sessions.length === 0) return [];
  const typeIds = [...new Set(sessions.map(({ sessionTypeId }) => sessionTypeId))];
  const types = await em.find(SessionTypeEntity, { id: { $in: typeIds } }, { disableIdentityMap: true });
  const typeOf = new Map(types.map((type) => [type.id, type]));
  const practitioners = await namesOf(em, 'practitioners', idsOf(sessions, 'practitionerId'));
  const rooms = await namesOf(em, 'rooms', idsOf(sessions, 'roomId'));
  const bookingsOf = Map.groupBy(booked, ({ booking }) => booking.sessionId);
  return sessions.map((session) =>
    sessionEvent(session, {
      type: typeOf.get(session.sessionTypeId),
      bookings: bookingsOf.get(session.id) ?? [],
      practitioners: named(session.practitionerId, practitioners),
      rooms: named(session.roomId, rooms),
    }),
  );
}

function sessionEvent(
  session: SessionRow,
  { type, ...parts }: { type: SessionTypeRow | undefined } & Pick<DayEvent, 'bookings' | 'practitioners' | 'rooms'>,
): DayEvent {
  const kind: CalendarEventType = 'CALENDAR_EVENT_TYPE_SESSION';
  return {
    ...{ id: session.id, type: kind, status: 'CALENDAR_EVENT_STATUS_CONFIRMED', reservedUntilMs: null },
    ...{ fromMs: session.startTime.getTime(), toMs: session.endTime.getTime(), bufferMinutes: 0 },
    offering: { id: session.sessionTypeId, name: type?.name ?? '', productCode: type?.productCode ?? null },
    ...parts,
    areas: [],
    session: {
      capacity: session.capacity,
      waitlistEnabled: session.waitlistEnabled ?? type?.waitlistEnabled ?? false,
    },
    blocked: null,
  };
}

function idsOf(sessions: readonly SessionRow[], key: 'practitionerId' | 'roomId'): string[] {
  return [...new Set(sessions.flatMap((session) => session[key] ?? []))];
}

function named(id: string | null | undefined, names: ReadonlyMap<string, string>) {
  return id ? [{ id, name: names.get(id) ?? '' }] : [];
}

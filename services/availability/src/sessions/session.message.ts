import type { Session } from '@lido/proto/lido/availability/v1/session.ts';
import type { SessionBooking } from '@lido/proto/lido/availability/v1/session_booking.ts';
import { formatInstant } from '@lido/runtime/time/zone.ts';
import type { Asker } from '../solver/booking-window.ts';
import type { Attendance } from './session-booking.repository.ts';
import { judgeSession, type SessionFacts } from './session-question.ts';
import { sessionMessage, waitlistMessage } from './session-state.ts';

/** What a session shows beside its own row: names, and who has a part in it. */
export interface SessionCompany {
  practitioner: string | undefined;
  room: string | undefined;
  currency: string | undefined;
  attendance: Attendance;
  bookings: SessionBooking[];
}

/** A session as clients see it, judged for a number of guests; staff see the places that are free, whoever could book them. */
export function toSession(
  facts: SessionFacts,
  beside: SessionCompany,
  question: { guests: number; asker: Asker; isOfStaff?: boolean },
): Session {
  const { session, type, zone } = facts;
  const { remainingCapacity, reason, price } = judgeSession(facts, question.guests, question.asker);
  const waitlistEnabled = session.waitlistEnabled ?? type.waitlistEnabled;
  const isJoinable = reason === 'session_full' && waitlistEnabled;
  const instant = (value: Date): string => formatInstant(value.getTime(), zone);
  const named = (id: string | null | undefined, name: string | undefined) =>
    id && name !== undefined ? { id, name } : null;
  return {
    id: session.id,
    sessionTypeId: type.id,
    sessionTypeName: type.name,
    practitionerId: session.practitionerId ?? null,
    practitioner: named(session.practitionerId, beside.practitioner),
    roomId: session.roomId ?? null,
    room: named(session.roomId, beside.room),
    startTime: instant(session.startTime),
    endTime: instant(session.endTime),
    duration: (session.endTime.getTime() - session.startTime.getTime()) / 60_000,
    capacity: session.capacity,
    maxBaskets: session.maxBaskets ?? type.maxBasketsPerSession ?? null,
    remainingCapacity:
      question.isOfStaff === true ? Math.max(0, session.capacity - (facts.taken?.guests ?? 0)) : remainingCapacity,
    waitlistEnabled,
    numWaitlisted: beside.attendance.waitlisted,
    price: price ?? null,
    currency: beside.currency ?? null,
    numCheckedIn: beside.attendance.checkedIn,
    numNoShow: beside.attendance.noShow,
    noAvailabilityReason: reason,
    noAvailabilityMessage: reason === null ? null : isJoinable ? waitlistMessage : sessionMessage(reason),
    siteId: session.siteId,
    organisationId: session.organisationId,
    createdAt: instant(session.createdAt),
    updatedAt: instant(session.updatedAt),
    deletedAt: session.deletedAt ? instant(session.deletedAt) : null,
    isValid: reason === null,
    recurrenceGroupId: session.recurrenceGroupId ?? null,
    bookings: beside.bookings,
  };
}

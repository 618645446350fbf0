import type { Session } from '@lido/proto/lido/availability/v1/session.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { parseInstant } from '@lido/runtime/time/zone.ts';
import type { BookingParts } from '../bookings/parts.ts';
import type { SessionReason } from '../sessions/session-state.ts';
import { guestsAtOnce } from '../solver/packages/package-model.ts';
import type { PackageTarget } from './package-target.repository.ts';
import { sessionPages } from './session-search.repository.ts';

/** A session as an option of a package. */
export interface OfferedSession {
  session: Session;
  startMs: number;
  endMs: number;
  guests: number;
  reason: SessionReason | null;
}

/** The sessions of a package's options on its dates, by session type. */
export async function offeredSessions(
  parts: BookingParts,
  {
    target,
    dates,
    guests,
    basketId,
    givenUp,
  }: {
    target: PackageTarget;
    dates: readonly string[];
    guests: number;
    basketId: string | undefined;
    givenUp: readonly string[];
  },
  call: Call,
): Promise<Map<string, OfferedSession[]>> {
  const [dateFrom, dateTo] = [dates[0], dates.at(-1)];
  const found = new Map<string, OfferedSession[]>();
  if (dateFrom === undefined || dateTo === undefined) return found;
  const ids = target.offering.model.choices.flatMap(({ options }) => options.map(({ offeringId }) => offeringId));
  for (const id of new Set(ids)) {
    const offering = target.versioned.offerings.get(id);
    if (offering?.type !== 'session') continue;
    const atOnce = guestsAtOnce(guests, offering.row);
    const question = { range: { dateFrom, dateTo }, guests: atOnce, orderId: basketId, exceptItemIds: givenUp };
    const ofDates: OfferedSession[] = [];
    for await (const sessions of sessionPages(parts, { ...target, offering }, question, call)) {
      for (const session of sessions)
        if (dates.includes(session.startTime.slice(0, 10))) ofDates.push(offeredSession(session, atOnce));
    }
    found.set(id, ofDates);
  }
  return found;
}

function offeredSession(session: Session, guests: number): OfferedSession {
  return {
    ...{ session, guests },
    startMs: parseInstant(session.startTime) ?? 0,
    endMs: parseInstant(session.endTime ?? session.startTime) ?? 0,
    reason: (session.noAvailabilityReason ?? null) as SessionReason | null,
  };
}

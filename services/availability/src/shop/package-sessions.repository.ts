import type { Session } from '@lido/proto/lido/availability/v1/session.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { parseInstant } from '@lido/runtime/time/zone.ts';
import type { SessionReason } from '../sessions/session-state.ts';
import type { Asker } from '../solver/booking-window.ts';
import { guestsAtOnce } from '../solver/packages/package-model.ts';
import type { PackageTarget } from './package-target.repository.ts';
import type { DateRange } from './search.repository.ts';
import { comingSessions } from './session-search.repository.ts';

/** A session as an option of a package. */
export interface OfferedSession {
  session: Session;
  startMs: number;
  endMs: number;
  guests: number;
  reason: SessionReason | null;
}

/** Sessions of a package's options, in order, by their type and local date. */
export type OfferedSessions = ReadonlyMap<string, ReadonlyMap<string, OfferedSession[]>>;

/** For whom a package's sessions are looked at, and on which dates. */
interface SessionsQuestion {
  target: PackageTarget;
  range: DateRange;
  asker: Asker;
  guests: number;
  basketId: string | undefined;
  givenUp: readonly string[];
}

/** The sessions of a package's options on some dates. */
export async function offeredSessions(
  { target, range, asker, guests, basketId, givenUp }: SessionsQuestion,
  { em }: Call,
): Promise<OfferedSessions> {
  const { model } = target.offering;
  const ids = new Set(model.choices.flatMap(({ options }) => options.map(({ offeringId }) => offeringId)));
  const types = [...ids].flatMap((id) => {
    const offering = target.versioned.offerings.get(id);
    return offering?.type === 'session' ? [offering.row] : [];
  });
  const offered: OfferedSession[] = [];
  // What is left is judged for a number of guests, which is the same for most types.
  for (const [atOnce, ofSize] of Map.groupBy(types, (row) => guestsAtOnce(guests, row))) {
    const coming = { typeIds: ofSize.map(({ id }) => id), range, zone: target.site.timezone };
    const judged = { guests: atOnce, asker, orderId: basketId, exceptItemIds: givenUp };
    for await (const sessions of comingSessions(em, coming, judged))
      offered.push(...sessions.map((session) => offeredSession(session, atOnce)));
  }
  const ofTypes = Map.groupBy(offered, ({ session }) => session.sessionTypeId);
  const byDate = (sessions: OfferedSession[]) => Map.groupBy(sessions, ({ session }) => session.startTime.slice(0, 10));
  return new Map([...ofTypes].map(([id, sessions]) => [id, byDate(sessions)]));
}

function offeredSession(session: Session, guests: number): OfferedSession {
  return {
    ...{ session, guests },
    startMs: parseInstant(session.startTime) ?? 0,
    endMs: parseInstant(session.endTime ?? session.startTime) ?? 0,
    reason: (session.noAvailabilityReason ?? null) as SessionReason | null,
  };
}

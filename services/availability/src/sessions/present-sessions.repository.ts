import type { EntityName } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { Session } from '@lido/proto/lido/availability/v1/session.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { zonesOf } from '@lido/runtime/resource/load.ts';
import { currenciesOf } from '../offerings/currency.repository.ts';
import { rulesByParent } from '../offerings/rule.repository.ts';
import { toPriceRule } from '../sites/site-model.ts';
import type { Asker } from '../solver/booking-window.ts';
import { namesOf } from './resource-names.repository.ts';
import { presentBookings } from './present-bookings.repository.ts';
import { attendanceOf, bookedPlaces, nobody } from './session-booking.repository.ts';
import type { SessionRow } from './session.entity.ts';
import { toSession } from './session.message.ts';
import { seatsTaken } from './session.repository.ts';
import { SessionTypeEntity, type SessionTypeRow } from './session-type.entity.ts';

/** Who asks for places in sessions. */
export interface PlacesQuestion {
  guests: number;
  asker: Asker;
  isOfStaff?: boolean;
  /** The asker's order, which needs no further basket. */
  orderId?: string | null | undefined;
  /** An order that is planned anew: what it holds does not count at all. */
  exceptOrderId?: string | null;
  /** Items that are chosen anew, whose places do not count. */
  exceptItemIds?: readonly string[];
  /** Whether one of the guests is somewhere else during a session. */
  isGuestElsewhere?: (session: SessionRow) => boolean;
}

/** Sessions as clients see them, whatever their types and sites, with one query per table. */
export async function presentSessions(
  em: SqlEntityManager,
  rows: SessionRow[],
  question: PlacesQuestion & { withBookings?: boolean },
): Promise<Session[]> {
  const ids = (values: (string | null | undefined)[]): string[] => [...new Set(values.flatMap((value) => value ?? []))];
  const plain = { disableIdentityMap: true } as const;
  const typeRows = (await em.find(
    SessionTypeEntity as EntityName<SessionTypeRow>,
    { id: { $in: ids(rows.map((row) => row.sessionTypeId)) } },
    plain,
  )) as SessionTypeRow[];
  const types = new Map(typeRows.map((type) => [type.id, type]));
  const taken = await seatsTaken(
    em,
    rows.map((row) => row.id),
    {
      itemIds: question.exceptItemIds ?? [],
      orderId: question.orderId ?? null,
      wholeOrderId: question.exceptOrderId ?? null,
    },
  );
  const sessionIds = rows.map((row) => row.id);
  const attendance = await attendanceOf(em, sessionIds);
  const places = question.withBookings === true ? await bookedPlaces(em, { sessionIds }) : [];
  const bookings = Map.groupBy(await presentBookings(em, places), ({ sessionId }) => sessionId);
  const rules = await rulesByParent(em, [...types.keys()]);
  const siteIds = ids(rows.map((row) => row.siteId));
  const zones = await zonesOf(em, siteIds);
  const currencies = await currenciesOf(em, siteIds);
  const practitioners = await namesOf(em, 'practitioners', ids(rows.map((row) => row.practitionerId)));
  const rooms = await namesOf(em, 'rooms', ids(rows.map((row) => row.roomId)));
  return rows.flatMap((session) => {
    const type = types.get(session.sessionTypeId);
    if (!type) return [];
    const facts = {
      session,
      type,
      priceRules: rules.prices(type.id).map(toPriceRule),
      taken: taken.get(session.id),
      zone: zones.get(session.siteId) ?? 'UTC',
      isGuestElsewhere: question.isGuestElsewhere?.(session) ?? false,
    };
    const names = {
      practitioner: practitioners.get(session.practitionerId ?? ''),
      room: rooms.get(session.roomId ?? ''),
      currency: currencies.get(session.siteId),
    };
    const company = { attendance: attendance.get(session.id) ?? nobody, bookings: bookings.get(session.id) ?? [] };
    return [toSession(facts, { ...names, ...company }, question)];
  });
}

/** Staff ask about one guest and without memberships: they see what a passer-by could book, and all places that are free. */
export function staffQuestion(call: Call): PlacesQuestion {
  return { isOfStaff: true, guests: 1, asker: { nowMs: call.clock.nowMs(), memberships: [] } };
}

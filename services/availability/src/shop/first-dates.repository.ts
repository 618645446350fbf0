import type { EntityName } from '@mikro-orm/core';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { addDays, startOfDay } from '@lido/runtime/time/zone.ts';
import type { BookingParts } from '../bookings/parts.ts';
import { asksForMembership } from '../offerings/memberships.client.ts';
import type { Offering } from '../offerings/offering.ts';
import { presentSessions } from '../sessions/present-sessions.repository.ts';
import { SessionEntity, type SessionRow } from '../sessions/session.entity.ts';
import type { SessionTypeRow } from '../sessions/session-type.entity.ts';
import type { VersionedSite } from '../sites/compiled-sites.repository.ts';
import type { Asker } from '../solver/booking-window.ts';
import type { CompiledSite } from '../solver/compile-site.ts';
import { findBookableAreaDates } from '../solver/areas/area-dates.ts';
import { type BookableDate, findDatesOfAny } from '../solver/offering-dates.ts';
import { packageDates } from './package-dates.repository.ts';
import type { PackageTarget } from './package-target.repository.ts';
import { type DateRange, membershipsOf, searchable } from './search.repository.ts';
import { firstSessionDate } from './session-search.repository.ts';

/**
 * The first local date of a range on which the smallest party can book each of a site's offerings, in whatever duration, by the offering's
 * id; null where there is no such date. An offering for which that is not known is left out.
 */
export async function firstBookableDates(
  parts: BookingParts,
  versioned: VersionedSite,
  { offerings, range }: { offerings: readonly Offering[]; range: DateRange },
  call: Call,
): Promise<Map<string, string | null>> {
  const { site, compiled } = versioned;
  const days = searchable(range, versioned);
  if (!days) return new Map();
  const exclusive = offerings.find(asksForMembership);
  const memberships = exclusive ? await membershipsOf(parts, { offering: exclusive, site, versioned }, null, call) : [];
  const asker = { nowMs: call.clock.nowMs(), memberships };
  const sessionTypes = offerings.flatMap((offering) => (offering.type === 'session' ? [offering.row] : []));
  const { dates, unfinished } = await firstSessionDates(
    sessionTypes,
    { range: days, zone: site.timezone, asker },
    call,
  );
  for (const row of unfinished) {
    const target = { site, versioned, offering: { type: 'session', row } as const };
    const date = await firstSessionDate(parts, target, { range: days, guests: row.minGuests }, call);
    dates.set(row.id, date ?? null);
  }
  for (const { type, row } of offerings) {
    if (type !== 'appointment' && type !== 'area_booking') continue;
    const find = type === 'appointment' ? appointmentDates : areaDates;
    const date = firstDate(days, (soon) => find(compiled, row.id, soon, asker));
    dates.set(row.id, date ?? null);
  }
  for (const offering of offerings) {
    if (offering.type !== 'package') continue;
    const date = await firstPackageDate(parts, { site, versioned, offering }, days, call);
    if (date !== undefined) dates.set(offering.row.id, date);
  }
  return dates;
}

/** A package is searched as a whole, so that only so many dates with something of it are looked at. */
const packageDatesMax = 31;

/** Null when there is none; undefined when there are more dates than are looked at. */
async function firstPackageDate(
  parts: BookingParts,
  target: PackageTarget,
  range: DateRange,
  call: Call,
): Promise<string | null | undefined> {
  let looked = 0;
  const smallest = { range, guests: target.offering.row.minGuests };
  for await (const { date, hasAvailability } of packageDates(parts, target, smallest, call)) {
    if (hasAvailability) return date;
    if (++looked === packageDatesMax) return undefined;
  }
  return null;
}

/** Most offerings can be booked within the month, so only for the others all of the range is searched. */
const soonDays = 31;

function firstDate({ dateFrom, dateTo }: DateRange, datesIn: (range: DateRange) => string[]): string | undefined {
  const soon = addDays(dateFrom, soonDays - 1);
  const ranges =
    soon < dateTo
      ? [
          { dateFrom, dateTo: soon },
          { dateFrom: addDays(soon, 1), dateTo },
        ]
      : [{ dateFrom, dateTo }];
  for (const range of ranges) {
    const [first] = datesIn(range);
    if (first !== undefined) return first;
  }
  return undefined;
}

function appointmentDates(compiled: CompiledSite, id: string, range: DateRange, asker: Asker): string[] {
  const type = compiled.types.get(id);
  const query = { appointmentTypeId: id, ...range, ...asker, durationMinutes: 0, guests: type?.minGuests ?? 1 };
  return available(findDatesOfAny(compiled, query, type?.durationsMinutes ?? []));
}

function areaDates(compiled: CompiledSite, id: string, range: DateRange, asker: Asker): string[] {
  const query = { areaBookingTypeId: id, ...range, ...asker, guests: compiled.areas.types.get(id)?.minGuests ?? 1 };
  return available(findBookableAreaDates(compiled, query));
}

function available(dates: readonly BookableDate[]): string[] {
  return dates.flatMap(({ date, hasAvailability }) => (hasAvailability ? [date] : []));
}

/** So many sessions of each type are looked at together; most types have a place left among them. */
const sessionsPerType = 100;

/** The dates by type, and the types that have more sessions, but none to book among those that were looked at. */
async function firstSessionDates(
  types: readonly SessionTypeRow[],
  { range, zone, asker }: { range: DateRange; zone: string; asker: Asker },
  { em }: Call,
): Promise<{ dates: Map<string, string | null>; unfinished: SessionTypeRow[] }> {
  const dates = new Map<string, string | null>();
  if (types.length === 0) return { dates, unfinished: [] };
  const from = new Date(Math.max(asker.nowMs, startOfDay(range.dateFrom, zone)));
  const until = new Date(startOfDay(addDays(range.dateTo, 1), zone));
  const next = await em.execute<{ id: string }[]>(
    `select id from (
       select id, row_number() over (partition by session_type_id order by start_time, id) as place from sessions
       where session_type_id in (select jsonb_array_elements_text(?::jsonb)) and deleted_at is null and start_time >= ? and start_time < ?
     ) coming where place <= ?`,
    [JSON.stringify(types.map(({ id }) => id)), from, until, sessionsPerType],
  );
  const rows = (await em.find(
    SessionEntity as EntityName<SessionRow>,
    { id: { $in: next.map(({ id }) => id) } },
    { orderBy: { startTime: 'asc', id: 'asc' }, disableIdentityMap: true },
  )) as SessionRow[];
  // What is left is judged for a number of guests, which is the same for most types.
  for (const [guests, ofSize] of Map.groupBy(types, ({ minGuests }) => minGuests)) {
    const ids = new Set(ofSize.map(({ id }) => id));
    const sessions = await presentSessions(
      em,
      rows.filter(({ sessionTypeId }) => ids.has(sessionTypeId)),
      { guests, asker },
    );
    for (const { sessionTypeId, startTime, isValid } of sessions) {
      if (isValid && !dates.has(sessionTypeId)) dates.set(sessionTypeId, startTime.slice(0, 10));
    }
  }
  const looked = Map.groupBy(rows, ({ sessionTypeId }) => sessionTypeId);
  const unfinished = types.filter(({ id }) => !dates.has(id) && looked.get(id)?.length === sessionsPerType);
  for (const { id } of types) if (!dates.has(id)) dates.set(id, null);
  return { dates, unfinished };
}

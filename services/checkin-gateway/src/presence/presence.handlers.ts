import type { GetPresenceRequest, Presence, PresenceServiceService } from '@lido/proto/lido/checkin/v1/presence.ts';
import { invalid, Refusal } from '@lido/runtime/errors/refusal.ts';
import type { Call, Handlers } from '@lido/runtime/grpc/call.ts';
import { zonesOf } from '@lido/runtime/resource/load.ts';
import { addDays, dateOf, formatUtcMs, parseInstant, startOfDay } from '@lido/runtime/time/zone.ts';
import { type ComparedRow, findCompared } from './booked-items.repository.ts';
import { findVisibleBookable, type PresenceOwners } from './check-new-presence.handlers.ts';
import { clip, intersection, minutesOf, type Stretch, union } from './compare-presence.ts';

const daysMax = 366;
const rowsMax = 5_000;

/** The rpcs of the activity log. */
export function presenceHandlers(owners: PresenceOwners) {
  return {
    getPresence: (request, call) => getPresence(request, call, owners),
  } satisfies Handlers<typeof PresenceServiceService>;
}

async function getPresence(request: GetPresenceRequest, call: Call, owners: PresenceOwners): Promise<Presence> {
  const { objectId } = request;
  const bookable = await findVisibleBookable(objectId, call, owners);
  if (!bookable) throw invalid({ object_id: [`There is no bookable ${objectId}.`] });
  const zone = (await zonesOf(call.em, [bookable.siteId])).get(bookable.siteId) ?? 'UTC';
  const range = rangeOf(request, zone);
  const { organisationId } = call.principal;
  const [from, to] = [new Date(range.startMs), new Date(range.endMs)];
  const found = await findCompared(call.em, { organisationId, objectId, from, to }, rowsMax + 1);
  if (found.length > rowsMax)
    throw new Refusal('exhausted', 'too_many_rows', 'That is too much for one answer. Please ask for a shorter range.');
  const nowMs = call.clock.nowMs();
  const booked = union(found.flatMap((row) => bookedIn(row, range) ?? []));
  const present = union(found.flatMap((row) => presentIn(row, range, nowMs) ?? []));
  return {
    ...{ objectId, from: formatUtcMs(range.startMs), to: formatUtcMs(range.endMs) },
    ...{ bookedMinutes: minutesOf(booked), presentMinutes: minutesOf(present) },
    bookedPresentMinutes: minutesOf(intersection(booked, present)),
    rows: found.map((row) => toRow(row, range, nowMs)),
  };
}

function rangeOf({ from, to }: GetPresenceRequest, zone: string): Stretch {
  const startMs = parseInstant(from) ?? startOfDay(dateOf(from) ?? from, zone);
  const endMs = parseInstant(to) ?? startOfDay(addDays(dateOf(to) ?? to, 1), zone);
  if (endMs <= startMs) throw invalid({ to: ['must be after from'] });
  if (endMs - startMs > daysMax * 86_400_000) throw invalid({ to: [`must be at most ${daysMax} days after from`] });
  return { startMs, endMs };
}

function bookedIn({ isBooked, startsAt, endsAt }: ComparedRow, range: Stretch): Stretch | undefined {
  return isBooked ? clip({ startMs: startsAt.getTime(), endMs: endsAt.getTime() }, range) : undefined;
}

/** Whoever has not left is present until now. */
function presentIn({ checkIn, checkOut }: ComparedRow, range: Stretch, nowMs: number): Stretch | undefined {
  return checkIn ? clip({ startMs: checkIn.getTime(), endMs: checkOut?.getTime() ?? nowMs }, range) : undefined;
}

function toRow(row: ComparedRow, range: Stretch, nowMs: number): Presence['rows'][number] {
  const minutes = (stretch: Stretch | undefined): number => minutesOf(stretch ? [stretch] : []);
  const orNull = (at: Date | null): string | null => at && formatUtcMs(at.getTime());
  return {
    ...{ bookingId: row.bookingId, orderId: row.orderId, checkinId: row.checkinId },
    ...{ startsAt: formatUtcMs(row.startsAt.getTime()), endsAt: formatUtcMs(row.endsAt.getTime()) },
    ...{ checkIn: orNull(row.checkIn), checkOut: orNull(row.checkOut) },
    bookedMinutes: minutes(bookedIn(row, range)),
    presentMinutes: minutes(presentIn(row, range, nowMs)),
  };
}

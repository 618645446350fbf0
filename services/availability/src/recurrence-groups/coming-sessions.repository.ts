import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { type OwnedClaims, textArray, wantedClaims, wantedRows } from '../claims/claim.repository.ts';
import type { ClaimKind } from '../claims/claim.ts';
import type { Blocking, Occurrence } from './conflicts.ts';
import type { RecurrenceGroupRow } from './recurrence-group.entity.ts';
import type { ComingSession } from './regenerate.ts';

/** A timetable's sessions that have not begun, and the starts of those that somebody cancelled. */
export async function comingSessions(
  em: SqlEntityManager,
  groupId: string,
): Promise<{ sessions: ComingSession[]; cancelledStarts: Set<number> }> {
  const rows = await em.execute<{ id: string; start_ms: string; is_cancelled: boolean; has_bookings: boolean }[]>(
    `select s.id, (extract(epoch from s.start_time) * 1000)::bigint as start_ms, s.deleted_at is not null as is_cancelled,
       exists (select from bookings b where b.session_id = s.id and b.status <> 'released'
         and (b.expires_at is null or b.expires_at > lido_now())) as has_bookings
     from sessions s where s.recurrence_group_id = ? and s.start_time > lido_now() order by s.start_time, s.id`,
    [groupId],
  );
  const live = rows.filter((row) => !row.is_cancelled);
  return {
    sessions: live.map((row) => ({ id: row.id, startMs: Number(row.start_ms), hasBookings: row.has_bookings })),
    cancelledStarts: new Set(rows.filter((row) => row.is_cancelled).map((row) => Number(row.start_ms))),
  };
}

/** What stands in the way of claims, beside what is given up for them. Nothing is locked: who takes them looks again. */
export async function blockingClaims(
  em: SqlEntityManager,
  owned: OwnedClaims[],
  givenUp: readonly string[],
): Promise<Blocking[]> {
  const rows = await em.execute<BlockingRow[]>(
    `select c.resource_id, c.kind, c.booking_id, c.site_id, b.order_id, (extract(epoch from lower(c.during)) * 1000)::bigint as starts_ms,
       (extract(epoch from upper(c.during)) * 1000)::bigint as ends_ms
     from claims_in_the_way(${wantedClaims}, ${textArray}) c left join bookings b on b.id = c.booking_id`,
    [JSON.stringify(wantedRows(owned)), JSON.stringify(givenUp)],
  );
  return rows.map((row) => ({
    ...{ resourceId: row.resource_id, kind: row.kind, bookingId: row.booking_id },
    ...{ siteId: row.site_id, orderId: row.order_id },
    ...{ startsAtMs: Number(row.starts_ms), endsAtMs: Number(row.ends_ms) },
  }));
}

interface BlockingRow {
  resource_id: string;
  kind: ClaimKind;
  booking_id: string | null;
  site_id: string;
  order_id: string | null;
  starts_ms: string;
  ends_ms: string;
}

/** Saves a timetable's sessions, new ones and those that follow its change, in one statement. */
export async function saveOccurrences(
  em: SqlEntityManager,
  group: RecurrenceGroupRow,
  occurrences: readonly Occurrence[],
): Promise<void> {
  const rows = occurrences.map(({ id, startMs, endMs }) => ({
    ...{ id, start_time: new Date(startMs).toISOString(), end_time: new Date(endMs).toISOString() },
  }));
  await em.execute(
    `insert into sessions (id, organisation_id, created_at, created_by, updated_at, updated_by, site_id, session_type_id,
       recurrence_group_id, practitioner_id, room_id, capacity, start_time, end_time)
     select s.id, g.organisation_id, lido_now(), g.updated_by, lido_now(), g.updated_by, g.site_id, g.session_type_id, g.id,
       g.practitioner_id, g.room_id, g.capacity, s.start_time, s.end_time
     from recurrence_groups g, jsonb_to_recordset(?::jsonb) as s (id varchar, start_time timestamptz, end_time timestamptz)
     where g.id = ?
     on conflict (id) do update set practitioner_id = excluded.practitioner_id, room_id = excluded.room_id,
       capacity = excluded.capacity, end_time = excluded.end_time, updated_at = excluded.updated_at,
       updated_by = excluded.updated_by, version = sessions.version + 1`,
    [JSON.stringify(rows), group.id],
    'run',
  );
}

/** Cancels sessions without bookings. Those a timetable has dropped leave it too, so that the start is open to it again. */
export async function dropSessions(
  em: SqlEntityManager,
  ids: readonly string[],
  { isLeaving, actor }: { isLeaving: boolean; actor: string },
): Promise<void> {
  await em.execute(
    `update sessions set deleted_at = lido_now(), updated_at = lido_now(), updated_by = ?, version = version + 1,
       recurrence_group_id = case when ? then null else recurrence_group_id end
     where id = any (${textArray})`,
    [actor, isLeaving, JSON.stringify(ids)],
    'run',
  );
}

import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { Refusal } from '@lido/runtime/errors/refusal.ts';
import { type Principal, sees } from '@lido/runtime/grpc/principal.ts';
import { formatInstant } from '@lido/runtime/time/zone.ts';
import { type BlockingClaim, instantText, type OwnedAreas, textArray } from './claim.repository.ts';

/** What stands in the way, in the words and keys of a client. */
export interface Conflict {
  code: string;
  message: string;
  resource: { id: string; type: string; name: string };
  start_time: string;
  end_time: string;
  order_id: string | null;
}

/** Whom conflicts are told, and in which zone. What others hold at sites they do not see is another booking to them, and no more. */
export interface Telling {
  zone: string;
  principal: Principal;
}

/** How many conflicts a refusal names; the first are enough to act on. */
const conflictsMax = 20;

/** The refusal that names what stands in the way. */
export function conflictsWith(conflicts: Conflict[]): Refusal {
  const [first] = conflicts;
  const message = first?.message ?? 'This time is taken.';
  const blockedBy = [...new Set(conflicts.map(({ resource }) => resource.type))];
  return new Refusal('state_conflict', 'already_taken', message, {
    metadata: { blocked_by: blockedBy, conflicts },
  });
}

/** The claims that stand in the way, by the names of their resources and of who holds them. */
export async function claimConflicts(
  em: SqlEntityManager,
  blocking: BlockingClaim[],
  telling: Telling,
): Promise<Conflict[]> {
  const some = [...new Map(blocking.map((claim) => [`${claim.resourceId} ${claim.bookingId}`, claim])).values()];
  some.sort((a, b) => a.startsAtMs - b.startsAtMs);
  return named(em, some.slice(0, conflictsMax), telling);
}

/** Who is in areas at the time they are wanted whole. */
export async function areaConflicts(
  em: SqlEntityManager,
  owned: OwnedAreas[],
  areaIds: string[],
  telling: Telling,
): Promise<Conflict[]> {
  const wanted = owned.flatMap(({ areas }) => areas).filter(({ areaId }) => areaIds.includes(areaId));
  const times = wanted.map(({ areaId, startsAtMs, endsAtMs }) => ({
    ...{ area_id: areaId, starts_at: instantText(startsAtMs), ends_at: instantText(endsAtMs) },
  }));
  const rows = await em.execute<{ area_id: string; booking_id: string; starts_ms: string; ends_ms: string }[]>(
    `select distinct c.area_id, c.booking_id, (extract(epoch from lower(c.during)) * 1000)::bigint as starts_ms,
            (extract(epoch from upper(c.during)) * 1000)::bigint as ends_ms
     from jsonb_to_recordset(?::jsonb) as w(area_id varchar, starts_at timestamptz, ends_at timestamptz)
     join area_claims c on c.active and c.area_id = w.area_id and c.during && tstzrange(w.starts_at, w.ends_at, '[)')
       and (c.expires_at is null or c.expires_at > lido_now()) and c.booking_id <> all (${textArray})
     order by starts_ms limit ${conflictsMax}`,
    [JSON.stringify(times), JSON.stringify(owned.map(({ owner }) => owner.bookingId))],
  );
  const holders = rows.map((row) => ({
    ...{ kind: 'area', resourceId: row.area_id, bookingId: row.booking_id },
    ...{ startsAtMs: Number(row.starts_ms), endsAtMs: Number(row.ends_ms) },
  }));
  return named(em, holders, telling);
}

interface Holder {
  kind: string;
  resourceId: string;
  bookingId: string | null;
  startsAtMs: number;
  endsAtMs: number;
}

async function named(em: SqlEntityManager, holders: Holder[], { zone, principal }: Telling): Promise<Conflict[]> {
  const owners = await ownersOf(
    em,
    holders.flatMap(({ bookingId }) => bookingId ?? []),
  );
  const names = await namesOf(
    em,
    holders.map(({ resourceId }) => resourceId),
  );
  return holders.map(({ kind, resourceId, bookingId, startsAtMs, endsAtMs }) => {
    const known = owners.get(bookingId ?? '');
    const owner = known && sees(principal, known.site_id) ? known : anotherBooking;
    const resource = { id: resourceId, type: kind, name: names.get(resourceId) ?? kind };
    const [start, end] = [formatInstant(startsAtMs, zone), formatInstant(endsAtMs, zone)];
    return {
      code: owner.kind,
      message: `${resource.name} is taken by ${owner.name} from ${start} to ${end}.`,
      resource,
      start_time: start,
      end_time: end,
      order_id: owner.order_id,
    };
  });
}

const anotherBooking = { kind: 'booking', name: 'another booking', order_id: null };

interface Owner {
  id: string;
  site_id: string;
  kind: string;
  name: string;
  order_id: string | null;
}

async function ownersOf(em: SqlEntityManager, bookingIds: string[]): Promise<Map<string, Owner>> {
  const ids = JSON.stringify([...new Set(bookingIds)]);
  const rows = await em.execute<Owner[]>(
    `select id, site_id, offering_type as kind, summary->>'offeringName' as name, order_id from bookings where id = any (${textArray})
     union all select s.id, s.site_id, 'session', t.name, null from sessions s join session_types t on t.id = s.session_type_id
       where s.id = any (${textArray})
     union all select id, site_id, 'blocked_time', coalesce(label, 'blocked time'), null from blocked_times where id = any (${textArray})`,
    [ids, ids, ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

async function namesOf(em: SqlEntityManager, resourceIds: string[]): Promise<Map<string, string>> {
  const ids = JSON.stringify([...new Set(resourceIds)]);
  const tables = ['practitioners', 'rooms', 'equipment', 'bookable_areas'];
  const rows = await em.execute<{ id: string; name: string }[]>(
    tables.map((table) => `select id, name from ${table} where id = any (${textArray})`).join(' union all '),
    tables.map(() => ids),
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
}

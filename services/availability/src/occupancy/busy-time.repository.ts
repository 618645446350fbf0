import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { BusyTime } from './count-occupancy.ts';

/** Which time is looked at. */
interface During {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Reads what takes the time of resources, by resource. Holds that may still lapse are no bookings. */
export type BusyTimes = (
  em: SqlEntityManager,
  resourceIds: readonly string[],
  during: During,
) => Promise<Map<string, BusyTime[]>>;

/** What takes the time of practitioners and rooms: appointments and sessions, the time to clear up after them, and blocks. */
export const claimedTimes: BusyTimes = (em, resourceIds, during) =>
  busyTimes(
    em,
    `select c.resource_id as resource, ${span}, 1 as places, ${epochMs('coalesce(b.ends_at, s.end_time, lower(c.during))')} as ends_ms
     from jsonb_array_elements_text(?::jsonb) r (id)
     join claims c on c.active and c.expires_at is null and c.resource_id = r.id and ${isDuring}
     left join bookings b on b.id = c.booking_id
     left join sessions s on s.id = c.booking_id`,
    [JSON.stringify(resourceIds), during.fromMs, during.toMs],
  );

/** What takes places in areas: guests, the time to clear up after them, and blocks. */
export const areaTimes: BusyTimes = (em, areaIds, during) =>
  busyTimes(
    em,
    `select c.area_id as resource, ${span}, c.guests as places, ${epochMs('coalesce(b.ends_at, lower(c.during))')} as ends_ms
     from jsonb_array_elements_text(?::jsonb) r (id)
     join area_claims c on c.active and c.expires_at is null and c.area_id = r.id and ${isDuring}
     left join bookings b on b.id = c.booking_id`,
    [JSON.stringify(areaIds), during.fromMs, during.toMs],
  );

interface BusyRow {
  resource: string;
  from_ms: number;
  to_ms: number;
  /** When a booking ends before it is cleared up; the beginning, for a block. */
  ends_ms: number;
  places: number;
}

async function busyTimes(
  em: SqlEntityManager,
  sql: string,
  parameters: (string | number)[],
): Promise<Map<string, BusyTime[]>> {
  const rows = await em.execute<BusyRow[]>(sql, parameters);
  const times = rows.flatMap(({ resource: resourceId, from_ms: fromMs, to_ms: toMs, ends_ms, places }): BusyTime[] => {
    const endsMs = Math.min(Math.max(ends_ms, fromMs), toMs);
    return [
      { resourceId, places, fromMs, toMs: endsMs, use: 'booked' },
      { resourceId, places, fromMs: endsMs, toMs, use: 'blocked' },
    ];
  });
  return Map.groupBy(
    times.filter((time) => time.fromMs < time.toMs),
    ({ resourceId }) => resourceId,
  );
}

const epochMs = (instant: string): string => `(extract(epoch from ${instant}) * 1000)::float8`;
const span = `${epochMs('lower(c.during)')} as from_ms, ${epochMs('upper(c.during)')} as to_ms`;
const isDuring = 'c.during && tstzrange(to_timestamp(?::float8 / 1000), to_timestamp(?::float8 / 1000))';

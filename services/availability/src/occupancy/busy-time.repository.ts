import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { BusyTime } from './count-occupancy.ts';

/**
 * What takes the time of resources in `[fromMs, toMs)`, by resource: appointments and sessions, the time to clear up after
 * them, and blocks. Holds that may still lapse are no bookings.
 */
export async function busyTimes(
  em: SqlEntityManager,
  resourceIds: readonly string[],
  { fromMs, toMs }: { fromMs: number; toMs: number },
): Promise<Map<string, BusyTime[]>> {
  const rows = await em.execute<{ resource: string; from_ms: number; to_ms: number; ends_ms: number }[]>(
    `select c.resource_id as resource, ${epochMs('lower(c.during)')} as from_ms, ${epochMs('upper(c.during)')} as to_ms,
       ${epochMs('coalesce(b.ends_at, s.end_time, lower(c.during))')} as ends_ms
     from jsonb_array_elements_text(?::jsonb) r (id)
     join claims c on c.active and c.expires_at is null and c.resource_id = r.id
       and c.during && tstzrange(to_timestamp(?::float8 / 1000), to_timestamp(?::float8 / 1000))
     left join bookings b on b.id = c.booking_id
     left join sessions s on s.id = c.booking_id`,
    [JSON.stringify(resourceIds), fromMs, toMs],
  );
  const times = rows.flatMap(({ resource, from_ms, to_ms, ends_ms }): BusyTime[] => {
    const endsMs = Math.min(Math.max(ends_ms, from_ms), to_ms);
    return [
      { resourceId: resource, fromMs: from_ms, toMs: endsMs, use: 'booked' },
      { resourceId: resource, fromMs: endsMs, toMs: to_ms, use: 'blocked' },
    ];
  });
  return Map.groupBy(
    times.filter((time) => time.fromMs < time.toMs),
    ({ resourceId }) => resourceId,
  );
}

const epochMs = (instant: string): string => `(extract(epoch from ${instant}) * 1000)::float8`;

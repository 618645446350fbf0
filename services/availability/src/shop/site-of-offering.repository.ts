import type { SqlEntityManager } from '@mikro-orm/postgresql';

/** The first site of a live offering, for operations that name none; undefined when there is no such offering. */
export async function siteOfOffering(em: SqlEntityManager, offeringId: string): Promise<string | undefined> {
  const [row] = await em.execute<{ site_id: string }[]>(
    `select site_ids[1] as site_id from appointment_types where id = ? and deleted_at is null
     union all select site_id from area_booking_types where id = ? and deleted_at is null
     union all select site_id from session_types where id = ? and deleted_at is null
     union all select site_id from packages where id = ? and deleted_at is null`,
    [offeringId, offeringId, offeringId, offeringId],
  );
  return row?.site_id;
}

import type { Database } from '@lido/runtime/db/database.ts';

const batchMax = 500;

/**
 * Ends the claims and gives back the places of holds that lapsed. It only tidies: a lapsed hold blocks nobody even while this is down,
 * and rows that somebody is working on are passed over. Bookings keep their request, so that a late submit can claim again.
 */
export async function tidyClaims(db: Database): Promise<void> {
  for (const table of ['claims', 'area_claims']) {
    await db.fork().execute(
      `update ${table} set active = false where id in (
         select id from ${table} where active and expires_at <= lido_now() order by id limit ${batchMax} for update skip locked)`,
      [],
      'run',
    );
  }
  await db.fork().execute(
    `delete from session_seats where booking_id in (
       select booking_id from session_seats where expires_at <= lido_now() limit ${batchMax} for update skip locked)`,
    [],
    'run',
  );
}

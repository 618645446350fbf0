/**
 * Locks sessions with all that they and their bookings hold or shall hold, in the order in which a hold takes the same locks: claims
 * first, then the sessions' rows. Bookings that came since they were looked at make the transaction begin again (40001).
 */
export const sessionFunctions = `
create function lock_sessions(session_ids varchar[], wanted wanted_claim[], known_bookings varchar[]) returns void language plpgsql as $$
begin
  perform lock_time(wanted, known_bookings || session_ids);
  perform 1 from sessions where id = any (session_ids) order by id for update;
  if exists (select from bookings where session_id = any (session_ids) and status <> 'released'
      and (expires_at is null or expires_at > lido_now()) and id <> all (known_bookings)) then
    raise exception 'a session has other bookings than before' using errcode = '40001';
  end if;
end $$;`;

/**
 * Locks a session with all that it and its bookings hold or shall hold, in the order in which a hold takes the same locks: claims first,
 * then the session's row. Bookings that came since they were looked at make the transaction begin again (40001).
 */
export const sessionFunctions = `
create function lock_session(of_session varchar, wanted wanted_claim[], known_bookings varchar[]) returns void language plpgsql as $$
begin
  perform lock_time(wanted, known_bookings || of_session);
  perform 1 from sessions where id = of_session for update;
  if exists (select from bookings where session_id = of_session and status <> 'released' and id <> all (known_bookings)) then
    raise exception 'the session has other bookings than before' using errcode = '40001';
  end if;
end $$;`;

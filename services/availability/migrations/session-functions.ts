/**
 * Sessions with all that belongs to them. Locks sessions with all that they and their bookings hold or shall hold, in the order in which a hold takes the same locks: claims
 * first, then the sessions' rows. Bookings that came since they were looked at make the transaction begin again (40001).
 *
 * Places that have become free go to those who wait, strictly in their order: where the next party does not fit, nobody behind it is
 * served. Passed over are only parties that the session could never take, and those with a guest who is elsewhere by now.
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
end $$;

create function waiting_claims(booking_ids varchar[]) returns wanted_claim[] language sql stable as $$
  select coalesce(array_agg((b.organisation_id, b.site_id, guest, unit, b.starts_at, b.ends_at, 'guest', b.id, b.item_id, null,
    b.request->'sharing'->>'lineId')::wanted_claim), '{}')
  from bookings b, jsonb_array_elements_text(b.request->'guestIds') guest,
    generate_series(0, case when (b.request->'sharing'->>'isApart')::boolean then 1 else 0 end) unit
  where b.id = any (booking_ids)
$$;

create function promote_waiting(of_session varchar) returns setof varchar language plpgsql as $$
declare waiting bookings; place sessions; baskets_max int; guests_taken bigint; baskets_taken bigint;
begin
  perform lock_time(waiting_claims(array(select id from bookings where session_id = of_session and status = 'waitlisted')), '{}');
  select * into place from sessions where id = of_session for update;
  if place.deleted_at is not null or place.start_time <= lido_now() then return; end if;
  select coalesce(place.max_baskets, max_baskets_per_session) into baskets_max from session_types where id = place.session_type_id;
  for waiting in select * from bookings where session_id = of_session and status = 'waitlisted' order by waiting_no loop
    continue when waiting.guests > place.capacity;
    select coalesce(sum(guests), 0), count(distinct order_id) filter (where order_id <> waiting.order_id)
      into guests_taken, baskets_taken from session_seats
      where session_id = of_session and (expires_at is null or expires_at > lido_now());
    exit when guests_taken + waiting.guests > place.capacity or baskets_taken >= baskets_max;
    perform 1 from take_claims(waiting_claims(array[waiting.id]), '{}');
    continue when found;
    insert into session_seats (booking_id, session_id, guests, order_id, expires_at)
      values (waiting.id, of_session, waiting.guests, waiting.order_id, null);
    update bookings set status = 'confirmed', waiting_no = null, updated_at = lido_now() where id = waiting.id;
    return next waiting.id;
  end loop;
end $$;`;

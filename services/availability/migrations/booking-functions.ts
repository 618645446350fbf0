/**
 * Holding, renewing and giving back, each in one statement, so that its locks are held for no round trip. Each also gives every site
 * concerned its next version with what changed, as the last thing it does. What is held and given back at the same moment is exchanged
 * together (decision 21). A model that changed since the solver looked (LD001), an item of another order (LD002), too little room in a
 * session, an area or a practitioner's day (LD003), a change made from an older state of its booking (LD005), and an override of what
 * may not be overridden (LD006) end an exchange with nothing changed, as does a dry run (LD004). Claims that others were quicker to take
 * leave out only the hold that wanted them.
 */
export const bookingFunctions = `
create type daily_limit as (
  resource_id varchar, day_from timestamptz, day_to timestamptz, appointment_type_ids varchar[], category_ids varchar[], max_minutes int);

-- A hold need not outlive a crash of the database: whoever wants to book it for good finds that it is gone and claims again. So its
-- commit does not wait for the disk, and nobody else for it. What is booked later is flushed with all that came before.
create function commit_without_waiting() returns void language sql as $$
  select set_config('synchronous_commit', 'off', true)
$$;

create function next_site_versions(site_ids varchar[], what jsonb) returns table (site_id varchar, version bigint, stamp bigint) language sql as $$
  with next as (
    insert into site_versions as v (site_id, version, stamp)
    select sorted.id, 1, floor(random() * 9007199254740991)::bigint
    from (select distinct id from unnest(site_ids) id order by 1) sorted
    on conflict (site_id) do update set version = v.version + 1, stamp = excluded.stamp
    returning v.site_id, v.version, v.stamp),
  kept as (
    insert into site_changes (site_id, version, stamp, change) select next.site_id, next.version, next.stamp, what from next)
  select next.site_id, next.version, next.stamp from next
$$;

create function sites_of_practitioners(practitioner_ids varchar[]) returns varchar[] language sql stable as $$
  select coalesce(array_agg(distinct site_id), '{}') from practitioners p, unnest(p.site_ids) site_id where p.id = any (practitioner_ids)
$$;

create function save_bookings(held jsonb) returns jsonb language plpgsql as $$
declare saved jsonb;
begin
  -- A change that was made from an older state, or of what has been given back, would undo what came between.
  if jsonb_path_exists(held, '$[*] ? (@.from_revision != null)') then
    perform 1 from bookings b where b.id = any (array(select h->>'id' from jsonb_array_elements(held) h)) for update;
    if exists (
      select from jsonb_to_recordset(held) h(id varchar, from_revision bigint) left join bookings b on b.id = h.id
      where h.from_revision is not null and (b.status = 'released' or b.revision is distinct from h.from_revision))
    then
      raise exception 'the booking has changed meanwhile' using errcode = 'LD005';
    end if;
  end if;
  with kept as (
  insert into bookings (id, organisation_id, site_id, order_id, item_id, customer_id, offering_type, offering_id, session_id,
    starts_at, ends_at, guests, status, expires_at, price_minor, request, summary, created_at, updated_at, waiting_no)
  select h.id, h.organisation_id, h.site_id, h.order_id, h.item_id, h.customer_id, h.offering_type, h.offering_id, h.session_id,
    h.starts_at, h.ends_at, h.guests, h.status, h.expires_at, h.price_minor, h.request, h.summary, h.created_at, h.updated_at,
    case when h.status = 'waitlisted' then nextval('waiting_numbers') end
  from jsonb_populate_recordset(null::bookings, held) h
  on conflict (item_id) do update set offering_type = excluded.offering_type, offering_id = excluded.offering_id,
    session_id = excluded.session_id, starts_at = excluded.starts_at, ends_at = excluded.ends_at, guests = excluded.guests,
    status = excluded.status, expires_at = excluded.expires_at, price_minor = excluded.price_minor, request = excluded.request,
    summary = excluded.summary, customer_id = excluded.customer_id, updated_at = excluded.updated_at,
    -- Who goes to another session has not been there yet.
    checked_in_at = case when bookings.session_id = excluded.session_id then bookings.checked_in_at end,
    checked_out_at = case when bookings.session_id = excluded.session_id then bookings.checked_out_at end,
    no_show_at = case when bookings.session_id = excluded.session_id then bookings.no_show_at end,
    -- Who waits for the same session as before keeps their turn.
    waiting_no = case when bookings.session_id = excluded.session_id and excluded.waiting_no is not null
      then coalesce(bookings.waiting_no, excluded.waiting_no) else excluded.waiting_no end
  where bookings.order_id = excluded.order_id and not (bookings.status = 'confirmed' and excluded.status in ('held', 'waiting'))
  returning id, created_at, revision)
  select coalesce(jsonb_object_agg(id, jsonb_build_object(
    'createdAtMs', (extract(epoch from created_at) * 1000)::bigint, 'revision', revision)), '{}') into saved from kept;
  if (select count(*) from jsonb_object_keys(saved)) <> jsonb_array_length(held) then
    raise exception 'an item belongs to another order, or is booked for good' using errcode = 'LD002';
  end if;
  return saved;
end $$;

-- Whose appointments of a day are longer than they may be. No constraint sees that, so the days are locked, after the claims' own locks,
-- until the commit of whoever counts.
create function limits_exceeded(limits daily_limit[]) returns setof varchar language plpgsql as $$
declare day bigint;
begin
  for day in select distinct hashtextextended('day ' || l.resource_id || ' ' || l.day_from, 0) from unnest(limits) l order by 1
  loop perform pg_advisory_xact_lock(day); end loop;
  return query
    select l.resource_id from unnest(limits) l where l.max_minutes < (
      select coalesce(sum(extract(epoch from b.ends_at - b.starts_at) / 60), 0)
      from claims c join bookings b on b.id = c.booking_id join appointment_types t on t.id = b.offering_id
      where c.active and c.resource_id = l.resource_id and c.during && tstzrange(l.day_from, l.day_to, '[)') and lower(c.during) >= l.day_from
        and (c.expires_at is null or c.expires_at > lido_now())
        and (t.id = any (l.appointment_type_ids) or t.category_ids && l.category_ids::text[]));
end $$;

create function sites_of_bookings(booking_ids varchar[]) returns varchar[] language sql stable as $$
  select array(select b.site_id from bookings b where b.id = any (booking_ids))
    || sites_of_practitioners(array(select resource_id from claims where booking_id = any (booking_ids) and kind = 'practitioner'))
$$;

create function tell_of_bookings(booking_ids varchar[], what jsonb) returns table (site_id varchar, version bigint, stamp bigint)
language sql as $$
  select n.* from next_site_versions(sites_of_bookings(booking_ids), what) n
$$;

-- The sessions that a customer would have booked more often than their type lets them, what waits included. Their rows are locked.
create function sessions_booked_too_often(booking_ids varchar[]) returns setof varchar language sql as $$
  select distinct mine.session_id
  from bookings mine join sessions s on s.id = mine.session_id join session_types t on t.id = s.session_type_id
  where mine.id = any (booking_ids) and not coalesce((mine.request->>'skipsRules')::boolean, false)
    and t.max_bookings_per_member < (
    select count(*) from bookings b where b.session_id = mine.session_id and b.customer_id = mine.customer_id
      and b.status <> 'released' and (b.expires_at is null or b.expires_at > lido_now()))
$$;

-- Places that several share and what practitioners may do in a day, of all holds at once. It answers what is too full.
create function take_places(holds jsonb, given_up varchar[], has_places boolean) returns jsonb language plpgsql as $$
declare too_full jsonb; limits jsonb; seats wanted_seats[]; areas wanted_area[]; held varchar[] := bookings_of(holds);
begin
  limits := jsonb_path_query_array(holds, '$[*].limits[*]');
  if limits <> '[]' then
    select jsonb_agg(jsonb_build_object('kind', 'daily_maximum', 'resourceId', id)) into too_full
      from limits_exceeded(array(select l from jsonb_populate_recordset(null::daily_limit, limits) l)) id;
  end if;
  if too_full is not null or not has_places then return too_full; end if;
  seats := array(select s from jsonb_populate_recordset(null::wanted_seats, jsonb_path_query_array(holds, '$[*].seats[*]')) s);
  areas := array(select a from jsonb_populate_recordset(null::wanted_area, jsonb_path_query_array(holds, '$[*].areas[*]')) a);
  perform lock_places(
    array(select session_id from bookings where id = any (held) and session_id is not null), array(select a.area_id from unnest(areas) a), given_up);
  select jsonb_agg(jsonb_build_object('kind', 'member_limit', 'resourceId', id)) into too_full from sessions_booked_too_often(held) id;
  if too_full is not null then return too_full; end if;
  select jsonb_agg(jsonb_build_object('kind', 'session', 'resourceId', id)) into too_full from take_seats(seats, given_up) id;
  if too_full is not null then return too_full; end if;
  select jsonb_agg(jsonb_build_object('kind', 'area', 'resourceId', id)) into too_full from take_areas(areas, given_up) id;
  return too_full;
end $$;

create function claims_of(holds jsonb) returns wanted_claim[] language sql immutable as $$
  select array(select w from jsonb_populate_recordset(null::wanted_claim, jsonb_path_query_array(holds, '$[*].wanted[*]')) w)
$$;

create function bookings_of(holds jsonb) returns varchar[] language sql immutable as $$
  select array(select id #>> '{}' from jsonb_path_query(holds, '$[*].held[*].id') id)::varchar[]
$$;

create function exchange_time(
  holds jsonb, releases jsonb, home_site varchar, solver_version bigint, solver_stamp bigint, overrider jsonb, is_dry_run boolean)
returns jsonb language plpgsql as $$
declare
  released varchar[]; given_up varchar[]; wanted wanted_claim[]; lasts boolean; has_places boolean; saved jsonb; too_full jsonb;
  taken jsonb; lost varchar[] := '{}'; home record; stamp_before bigint;
begin
  released := array(
    select b.id from jsonb_to_recordset(releases) r(order_id varchar, item_ids varchar[]) join bookings b on b.order_id = r.order_id
    where b.status <> 'released' and (r.item_ids = '{}' or b.item_id = any (r.item_ids)));
  given_up := released || bookings_of(holds);
  wanted := claims_of(holds);
  perform lock_time(wanted, given_up);
  if overrider is not null then
    lost := override_claims(wanted, given_up, overrider->>'actor',
      array(select jsonb_array_elements_text(overrider->'siteIds'))::varchar[]);
    select jsonb_agg(distinct kind) into taken from claims_in_the_way(wanted, given_up);
    if taken is not null then
      raise exception 'what is held is not to be overridden' using errcode = 'LD006', detail = taken;
    end if;
  elsif exists (select from claims_in_the_way(wanted, given_up)) then
    -- Who was too late gets nothing of what they want, and nobody beside them loses by it.
    holds := coalesce((select jsonb_agg(h) from jsonb_array_elements(holds) h
      where not exists (select from claims_in_the_way(claims_of(jsonb_build_array(h)), given_up))), '[]');
  end if;
  given_up := released || bookings_of(holds);
  if given_up = '{}' then return '{"saved": {}}'; end if;
  select coalesce(bool_or(status = 'confirmed'), false), coalesce(bool_or(offering_type <> 'appointment'), false)
    into lasts, has_places from bookings where id = any (given_up);

  perform exchange_claims(claims_of(holds), given_up);
  update bookings set status = 'released', expires_at = null, waiting_no = null, updated_at = lido_now() where id = any (released);
  saved := save_bookings(jsonb_path_query_array(holds, '$[*].held[*]'));
  -- Appointments have no places, and most holds are of appointments alone.
  has_places := has_places or jsonb_path_exists(holds, '$[*].held[*] ? (@.offering_type != "appointment")');
  too_full := take_places(holds, given_up, has_places);
  if too_full is not null then raise exception 'there is no room for all of it' using errcode = 'LD003', detail = too_full; end if;

  select n.version, n.stamp into home from tell_of_bookings(given_up || lost,
    -- What was lost to an override is not among the changes, so the sites are read anew.
    case when overrider is null then jsonb_build_object('kind', 'claims', 'released', given_up,
      'taken', jsonb_path_query_array(holds, '$[*].taken[*]'), 'takenAreas', jsonb_path_query_array(holds, '$[*].takenAreas[*]'))
    else '{"kind":"model"}' end) n where n.site_id = home_site;
  select c.stamp into stamp_before from site_changes c where c.site_id = home_site and c.version = home.version - 1;
  if holds <> '[]' and (solver_version, solver_stamp) is distinct from (home.version - 1, coalesce(stamp_before, 0)) then
    perform prove_fresh(home_site, home.version, solver_version, solver_stamp);
  end if;
  if is_dry_run then raise exception 'all of it can be held' using errcode = 'LD004'; end if;
  if overrider is null and not lasts and not jsonb_path_exists(holds, '$[*].held[*] ? (@.status == "confirmed")') then
    perform commit_without_waiting();
  end if;
  return jsonb_build_object('saved', saved, 'released', released, 'version', home.version, 'stamp', home.stamp::text,
    'stampBefore', coalesce(stamp_before, 0)::text,
    'hasPlaces', has_places, 'lost', lost);
end $$;

-- What was planned from a site stands when nothing but claims has changed since; those were looked at under their locks.
create function prove_fresh(home_site varchar, home_version bigint, solver_version bigint, solver_stamp bigint) returns void
language plpgsql as $$
begin
  if solver_version > 0 and not exists (
    select from site_changes c where c.site_id = home_site and c.version = solver_version and c.stamp = solver_stamp) then
    raise exception 'what the solver looked at was undone by a crash' using errcode = 'LD001';
  end if;
  if (select count(*) from site_changes c where c.site_id = home_site and c.version > solver_version and c.version < home_version)
      <> home_version - solver_version - 1
    or exists (select from site_changes c where c.site_id = home_site and c.version > solver_version
      and c.version < home_version and c.change->>'kind' = 'model') then
    raise exception 'the site has changed since it was looked at' using errcode = 'LD001';
  end if;
end $$;

create function renew_time(ids varchar[], new_status varchar, until timestamptz) returns boolean language plpgsql as $$
declare renewed varchar[];
begin
  if new_status = 'held' then perform commit_without_waiting(); end if;
  perform lock_time('{}', ids);
  perform lock_places(array(select session_id from bookings where id = any (ids) and status = 'waiting'), '{}', ids);
  perform 1 from bookings where id = any (ids) order by id for update;
  -- What was given back meanwhile stays so; what has lapsed may be somebody else's by now, and has to be claimed again.
  if exists (select from bookings where id = any (ids) and (status = 'released' or expires_at <= lido_now())) then return false; end if;
  -- What has been confirmed meanwhile stays so, too.
  renewed := array(select id from bookings where id = any (ids) and status in ('held', 'waiting'));
  update claims set expires_at = until where active and booking_id = any (renewed);
  update session_seats set expires_at = until where booking_id = any (renewed);
  update area_claims set expires_at = until where active and booking_id = any (renewed);
  -- What waits in a basket goes on waiting, and joins the list when all else is confirmed.
  update bookings set expires_at = until, updated_at = lido_now(),
    status = case when status <> 'waiting' then new_status when new_status = 'confirmed' then 'waitlisted' else 'waiting' end,
    waiting_no = case when status = 'waiting' and new_status = 'confirmed' then nextval('waiting_numbers') else waiting_no end
  where id = any (renewed);
  perform tell_of_bookings(renewed, jsonb_build_object('kind', 'expiry', 'bookingIds', renewed,
    'expiresAtMs', (extract(epoch from until) * 1000)::bigint));
  return true;
end $$;`;

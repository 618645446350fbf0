/**
 * Holding, renewing and giving back, each in one statement, so that its locks are held for no round trip. Each also gives every site
 * concerned its next version with what changed, as the last thing it does. A model that changed since the solver looked (LD001) and an
 * item of another order (LD002) end a hold with nothing changed, as does a change made from an older state of its booking (LD005); so does a dry run, which tells by its error (LD004) which plan it would
 * have taken. A hold brings several plans and takes the first that is still free: claims, seats of sessions and guests in areas alike.
 */
export const bookingFunctions = `
create type daily_limit as (
  resource_id varchar, day_from timestamptz, day_to timestamptz, appointment_type_ids varchar[], category_ids varchar[], max_minutes int);

-- A hold need not outlive a crash of the database: whoever wants to book it for good finds that it is gone and claims again. So its
-- commit does not wait for the disk, and nobody else for it. What is booked later is flushed with all that came before.
create function commit_without_waiting() returns void language sql as $$
  select set_config('synchronous_commit', 'off', true)
$$;

create function next_site_versions(site_ids varchar[], what jsonb) returns table (site_id varchar, version bigint) language sql as $$
  with next as (
    insert into site_versions as v (site_id, version, stamp)
    select sorted.id, 1, floor(random() * 9007199254740991)::bigint
    from (select distinct id from unnest(site_ids) id order by 1) sorted
    on conflict (site_id) do update set version = v.version + 1, stamp = excluded.stamp
    returning v.site_id, v.version, v.stamp),
  kept as (
    insert into site_changes (site_id, version, stamp, change) select next.site_id, next.version, next.stamp, what from next)
  select next.site_id, next.version from next
$$;

create function sites_of_practitioners(practitioner_ids varchar[]) returns varchar[] language sql stable as $$
  select coalesce(array_agg(distinct site_id), '{}') from practitioners p, unnest(p.site_ids) site_id where p.id = any (practitioner_ids)
$$;

create function save_bookings(held jsonb) returns void language plpgsql as $$
declare saved int;
begin
  -- A change that was made from an older state, or of what has been given back, would undo what came between.
  perform 1 from bookings b where b.id = any (array(select h->>'id' from jsonb_array_elements(held) h)) for update;
  if exists (
    select from jsonb_to_recordset(held) h(id varchar, from_revision bigint) left join bookings b on b.id = h.id
    where h.from_revision is not null and (b.status = 'released' or b.revision is distinct from h.from_revision))
  then
    raise exception 'the booking has changed meanwhile' using errcode = 'LD005';
  end if;
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
    -- Who waits for the same session as before keeps their turn.
    waiting_no = case when bookings.session_id = excluded.session_id and excluded.waiting_no is not null
      then coalesce(bookings.waiting_no, excluded.waiting_no) else excluded.waiting_no end
  where bookings.order_id = excluded.order_id and not (bookings.status = 'confirmed' and excluded.status in ('held', 'waiting'));
  get diagnostics saved = row_count;
  if saved <> jsonb_array_length(held) then
    raise exception 'an item belongs to another order, or is booked for good' using errcode = 'LD002';
  end if;
end $$;

create function hold_time(
  plans jsonb, home_site varchar, solver_version bigint, solver_stamp bigint, overriding_actor varchar, is_dry_run boolean)
returns jsonb language plpgsql as $$
declare plan jsonb; wanted wanted_claim[]; given_up varchar[]; blocked jsonb; home_version bigint; chosen int := 0;
begin
  for plan in select value from jsonb_array_elements(plans) loop
    wanted := array(select w from jsonb_populate_recordset(null::wanted_claim, plan->'wanted') w);
    given_up := array(select jsonb_array_elements_text(plan->'givenUp'))::varchar[];
    -- A plan that fails gives its locks back with the subtransaction, so that the next one takes its own in sorted order.
    begin
      blocked := take_plan(wanted, plan, given_up, overriding_actor);
      if blocked is not null then raise exception 'taken' using errcode = 'LD003'; end if;
      exit;
    exception when sqlstate 'LD003' then chosen := chosen + 1;
    end;
  end loop;
  if chosen = jsonb_array_length(plans) then return jsonb_build_object('blocked', blocked); end if;

  select n.version into home_version from next_site_versions(
    home_site || sites_of_practitioners(array(select w.resource_id from unnest(wanted) w where w.kind = 'practitioner')),
    -- Who lost a claim to an override is not among the given up, so the site is read anew.
    case when overriding_actor is null then plan->'change' else '{"kind":"model"}' end) n
  where n.site_id = home_site;
  if solver_version > 0 and not exists (
    select from site_changes c where c.site_id = home_site and c.version = solver_version and c.stamp = solver_stamp) then
    raise exception 'what the solver looked at was undone by a crash' using errcode = 'LD001';
  end if;
  if home_version <> solver_version + 1 then
    if (select count(*) from site_changes c where c.site_id = home_site and c.version > solver_version and c.version < home_version)
        <> home_version - solver_version - 1
      or exists (select from site_changes c where c.site_id = home_site and c.version > solver_version
        and c.version < home_version and c.change->>'kind' = 'model') then
      raise exception 'the site has changed since it was looked at' using errcode = 'LD001';
    end if;
  end if;
  if is_dry_run then raise exception '%', chosen using errcode = 'LD004'; end if;
  if overriding_actor is null and not jsonb_path_exists(plan, '$.held[*] ? (@.status == "confirmed")') then
    perform commit_without_waiting();
  end if;
  return jsonb_build_object('plan', chosen, 'saved', (
    select jsonb_object_agg(b.id, jsonb_build_object(
      'createdAtMs', (extract(epoch from b.created_at) * 1000)::bigint, 'revision', b.revision)) from bookings b
    where b.id = any (array(select h->>'id' from jsonb_array_elements(plan->'held') h))));
end $$;

-- What it has taken when it answers what blocks it, its caller rolls back.
create function take_plan(wanted wanted_claim[], plan jsonb, given_up varchar[], overriding_actor varchar)
returns jsonb language plpgsql as $$
declare blocked jsonb; seats wanted_seats[]; areas wanted_area[]; has_places boolean;
begin
  select jsonb_agg(jsonb_build_object('kind', c.kind, 'resourceId', c.resource_id, 'bookingId', c.booking_id,
      'startsAtMs', (extract(epoch from lower(c.during)) * 1000)::bigint, 'endsAtMs', (extract(epoch from upper(c.during)) * 1000)::bigint))
    into blocked from take_claims(wanted, given_up, overriding_actor) c;
  if blocked is not null then return blocked; end if;
  -- Appointments have no places, and most holds are of appointments alone.
  has_places := plan->'seats' <> '[]' or plan->'areas' <> '[]'
    or exists (select from bookings where id = any (given_up) and offering_type <> 'appointment');
  perform save_bookings(plan->'held');
  if plan->'limits' <> '[]' then
    select jsonb_agg(jsonb_build_object('kind', 'daily_maximum', 'resourceId', id)) into blocked
      from limits_exceeded(array(select l from jsonb_populate_recordset(null::daily_limit, plan->'limits') l)) id;
  end if;
  if blocked is not null or not has_places then return blocked; end if;
  seats := array(select s from jsonb_populate_recordset(null::wanted_seats, plan->'seats') s);
  areas := array(select a from jsonb_populate_recordset(null::wanted_area, plan->'areas') a);
  perform lock_places(array(select s.session_id from unnest(seats) s), array(select a.area_id from unnest(areas) a), given_up);
  select jsonb_agg(jsonb_build_object('kind', 'session', 'resourceId', id)) into blocked from take_seats(seats, given_up) id;
  if blocked is not null then return blocked; end if;
  select jsonb_agg(jsonb_build_object('kind', 'area', 'resourceId', id)) into blocked from take_areas(areas, given_up) id;
  return blocked;
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

create function tell_of_bookings(booking_ids varchar[], what jsonb) returns void language sql as $$
  select 1 from next_site_versions(
    array(select site_id from bookings where id = any (booking_ids))
      || sites_of_practitioners(array(select resource_id from claims where booking_id = any (booking_ids) and kind = 'practitioner')), what)
$$;

create function release_time(of_order varchar, only_items varchar[]) returns void language plpgsql as $$
declare ids varchar[];
begin
  ids := array(select id from bookings where order_id = of_order and status <> 'released'
    and (cardinality(only_items) = 0 or item_id = any (only_items)));
  if cardinality(ids) = 0 then return; end if;
  perform lock_time('{}', ids);
  if not exists (select from bookings where id = any (ids) and status = 'confirmed') then perform commit_without_waiting(); end if;
  update claims set active = false where active and booking_id = any (ids);
  delete from session_seats where booking_id = any (ids);
  update area_claims set active = false where active and booking_id = any (ids);
  update bookings set status = 'released', expires_at = null, waiting_no = null, updated_at = lido_now() where id = any (ids);
  perform tell_of_bookings(ids, jsonb_build_object('kind', 'claims', 'released', ids, 'taken', '[]'::jsonb));
end $$;

create function renew_time(ids varchar[], new_status varchar, until timestamptz) returns boolean language plpgsql as $$
begin
  if new_status = 'held' then perform commit_without_waiting(); end if;
  perform lock_time('{}', ids);
  perform lock_places(array(select session_id from bookings where id = any (ids) and status = 'waiting'), '{}', ids);
  -- What has lapsed may be somebody else's by now; it has to be claimed again.
  if exists (select from bookings where id = any (ids) and expires_at <= lido_now()) then return false; end if;
  update claims set expires_at = until where active and booking_id = any (ids);
  update session_seats set expires_at = until where booking_id = any (ids);
  update area_claims set expires_at = until where active and booking_id = any (ids);
  -- What waits in a basket goes on waiting, and joins the list when all else is confirmed.
  update bookings set expires_at = until, updated_at = lido_now(),
    status = case when status <> 'waiting' then new_status when new_status = 'confirmed' then 'waitlisted' else 'waiting' end,
    waiting_no = case when status = 'waiting' and new_status = 'confirmed' then nextval('waiting_numbers') else waiting_no end
  where id = any (ids);
  perform tell_of_bookings(ids, jsonb_build_object('kind', 'expiry', 'bookingIds', ids,
    'expiresAtMs', (extract(epoch from until) * 1000)::bigint));
  return true;
end $$;`;

/**
 * The one way to take time. Refuses on a live overlap before it locks anything; then locks what is wanted in one sorted order, ends
 * what has expired or is given up, looks again, and inserts. It answers the claims that stand in the way, none when all were taken.
 * Two callers can never wait for each other in a circle, but for two who override different times of one booking: one of them is made to
 * try again. The constraint on the table stays the backstop.
 *
 * For an actor who may override, what stands in the way is ended before; nothing ever overlaps.
 *
 * A lock is a resource and an hour, so that only those wait for each other whose times touch the same hour. What is longer than a day,
 * or has as many times as a timetable, locks the whole resource, which everybody else holds shared.
 */
export const claimFunctions = `
create type wanted_claim as (
  organisation_id varchar, site_id varchar, resource_id varchar, unit int, starts_at timestamptz, ends_at timestamptz,
  kind varchar, booking_id varchar, item_id varchar, expires_at timestamptz,
  shared_by varchar);

create function claims_in_the_way(wanted wanted_claim[], given_up varchar[]) returns setof claims language sql stable as $$
  select distinct c.* from unnest(wanted) w
  join claims c on c.active and c.resource_id = w.resource_id and c.unit = w.unit
    and c.during && tstzrange(w.starts_at, w.ends_at, '[)')
  where (c.expires_at is null or c.expires_at > (select lido_now()))
    -- Items of one line of a package may share their guests' time.
    and (c.unit > 0 or c.shared_by is null or c.shared_by is distinct from w.shared_by)
    and (c.booking_id is null or c.booking_id <> all (given_up))
$$;

create function lock_time(wanted wanted_claim[], booking_ids varchar[]) returns void language plpgsql as $$
begin
  perform case when is_exclusive then pg_advisory_xact_lock(key)::text else pg_advisory_xact_lock_shared(key)::text end from (
    with times as (
      select w.resource_id, w.starts_at, w.ends_at from unnest(wanted) w
      union select c.resource_id, lower(c.during), upper(c.during) from claims c where c.active and c.booking_id = any (booking_ids)),
    spans as (
      select times.*, ends_at - starts_at > interval '1 day' or count(*) over (partition by resource_id) > 24 as is_whole from times),
    names as (
      select resource_id as name, is_whole from spans
      union select resource_id || ' ' || hour, true from spans,
        generate_series(floor(extract(epoch from starts_at) / 3600)::bigint, ceil(extract(epoch from ends_at) / 3600)::bigint - 1) hour
      where not is_whole)
    select hashtextextended(name, 0) as key, bool_or(is_whole) as is_exclusive from names group by 1 order by 1) locks;
end $$;

-- Nobody takes any time of a resource until the end of the transaction.
create function lock_all_time(of_resource varchar) returns void language sql as $$
  select lock_time(
    array[(null, null, of_resource, 0, lido_now(), lido_now() + interval '2 days', null, null, null, null, null)::wanted_claim], '{}')
$$;

-- For who has the locks and has looked.
create function exchange_claims(wanted wanted_claim[], given_up varchar[]) returns void language plpgsql as $$
begin
  update claims c set active = false where c.active and c.booking_id = any (given_up);
  update claims c set active = false from unnest(wanted) w
  where c.active and c.resource_id = w.resource_id and c.unit = w.unit
    and c.during && tstzrange(w.starts_at, w.ends_at, '[)') and c.expires_at <= (select lido_now());

  insert into claims (organisation_id, site_id, resource_id, unit, during, kind, booking_id, item_id, expires_at, shared_by)
  select w.organisation_id, w.site_id, w.resource_id, w.unit, tstzrange(w.starts_at, w.ends_at, '[)'),
         w.kind, w.booking_id, w.item_id, w.expires_at, w.shared_by
  from unnest(wanted) w order by w.resource_id, w.unit, w.starts_at;
end $$;

create function take_claims(wanted wanted_claim[], given_up varchar[]) returns setof claims language plpgsql as $$
begin
  return query select * from claims_in_the_way(wanted, given_up);
  if found then return; end if;
  perform lock_time(wanted, given_up);
  return query select * from claims_in_the_way(wanted, given_up);
  if found then return; end if;
  perform exchange_claims(wanted, given_up);
end $$;

-- Who has all units of a room, and not only as many as they are guests, gets its new ones. Nobody takes any time of it meanwhile.
create function claim_new_units(room varchar, units_before int, units int) returns setof claims language plpgsql as $$
declare wanted wanted_claim[];
begin
  perform lock_all_time(room);
  wanted := array(
    select (whole.organisation_id, whole.site_id, room, new_unit, lower(whole.during), upper(whole.during), 'room',
      whole.booking_id, whole.item_id, whole.expires_at, null)::wanted_claim
    from (
      select c.organisation_id, c.site_id, c.during, c.booking_id, c.item_id, c.expires_at from claims c
      where c.active and c.resource_id = room and c.unit < units_before and upper(c.during) > lido_now()
        and (c.expires_at is null or c.expires_at > lido_now())
      group by 1, 2, 3, 4, 5, 6 having count(*) = units_before) whole
    left join bookings b on b.id = whole.booking_id
    left join appointment_types t on t.id = b.offering_id
    cross join generate_series(units_before, units - 1) new_unit
    where t.allocate_multi_capacity_rooms is not true and not exists (
      select from claims c where c.active and c.resource_id = room and c.unit = new_unit and c.booking_id = whole.booking_id
        and c.during = whole.during));
  return query select * from claims_in_the_way(wanted, '{}');
  if found then return; end if;
  perform exchange_claims(wanted, '{}');
end $$;

-- Who booked what somebody took keeps the booking, which lacks it from now on; who only held it keeps nothing and has to claim again.
-- Seats are never held beside what can be taken. Sessions and blocked times lack it as well, and what blocks nothing any more is gone.
create function bookings_lacking(losers varchar[], lost varchar[]) returns varchar[] language plpgsql as $$
declare lacking varchar[]; lapsed varchar[];
begin
  -- Who has lost a unit of a room does not keep the others.
  update claims c set active = false from unnest(losers, lost) l(id, resource_id)
    where c.active and c.booking_id = l.id and c.resource_id = l.resource_id;
  with losses as (
    select id, array_agg(resource_id)::text[] as ids from unnest(losers, lost) pair(id, resource_id) group by id),
  of_sessions as (
    update sessions s set updated_at = lido_now(), version = version + 1,
      practitioner_id = case when practitioner_id <> all (l.ids) then practitioner_id end,
      room_id = case when room_id <> all (l.ids) then room_id end
    from losses l where s.id = l.id),
  of_blocks as (
    update blocked_times b set updated_at = lido_now(), version = version + 1,
      practitioner_ids = array(select unnest(practitioner_ids) except select unnest(l.ids)),
      room_ids = array(select unnest(room_ids) except select unnest(l.ids)),
      area_ids = array(select unnest(area_ids) except select unnest(l.ids)),
      deleted_at = case when practitioner_ids || room_ids || area_ids <@ l.ids then lido_now() end
    from losses l where b.id = l.id),
  told as (
    update bookings b set updated_at = lido_now(), expires_at = case when b.status = 'held' then lido_now() else b.expires_at end,
      summary = (select jsonb_object_agg(key, case jsonb_typeof(value)
        when 'array' then jsonb_path_query_array(value, '$[*] ? (!(@.id == $lost[*]))', jsonb_build_object('lost', l.ids))
        else value end) from jsonb_each(b.summary))
    from losses l where b.id = l.id returning b.id, b.status)
  select coalesce(array_agg(id), '{}'), array_agg(id) filter (where status = 'held') into lacking, lapsed from told;
  update claims set active = false where active and booking_id = any (lapsed);
  update area_claims set active = false where active and booking_id = any (lapsed);
  return lacking;
end $$;

-- Ends what stands in the way at the sites where an actor may, writes it down, and answers the bookings that lost by it. What is left
-- in the way refuses them like everybody: what is held at other sites, and guests, who can not be in two places, whoever says so.
create function override_claims(wanted wanted_claim[], given_up varchar[], actor varchar, at_sites varchar[]) returns varchar[]
language plpgsql as $$
declare losers varchar[]; lost varchar[];
begin
  perform lock_time(wanted, given_up);
  with ended as (
    update claims c set active = false
    where id in (select id from claims_in_the_way(wanted, given_up) where kind <> 'guest' and site_id = any (at_sites)) returning c.*),
  noted as (
  insert into claim_overrides (organisation_id, site_id, resource_id, kind, during, lost_by, taken_by, actor, created_at)
  select ended.organisation_id, ended.site_id, ended.resource_id, ended.kind, ended.during, ended.booking_id,
    (select w.booking_id from unnest(wanted) w where w.resource_id = ended.resource_id and w.unit = ended.unit
      and tstzrange(w.starts_at, w.ends_at, '[)') && ended.during limit 1), actor, lido_now()
  from ended)
  select array_agg(booking_id), array_agg(resource_id) into losers, lost from ended;
  return bookings_lacking(losers, lost);
end $$;`;

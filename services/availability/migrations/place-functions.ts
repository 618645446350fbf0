/**
 * Places that several share: seats of a session, summed under its row's lock, and guests in an area, whose peak over the whole time is
 * checked under the area's lock. Both answer what is too full, none when all was taken. Locks are taken in one sorted order, sessions
 * before areas and both after the locks of claims.
 */
export const placeFunctions = `
create type wanted_seats as (session_id varchar, booking_id varchar, order_id varchar, guests int, expires_at timestamptz);
create type wanted_area as (
  organisation_id varchar, site_id varchar, area_id varchar, starts_at timestamptz, ends_at timestamptz, kind varchar, guests int,
  capacity int, max_baskets int, order_id varchar, booking_id varchar, item_id varchar, expires_at timestamptz);

create function lock_places(session_ids varchar[], area_ids varchar[], booking_ids varchar[]) returns void language plpgsql as $$
declare area varchar;
begin
  perform 1 from sessions
    where id = any (session_ids || array(select session_id from session_seats where booking_id = any (booking_ids)))
    order by id for update;
  for area in
    select unnest(area_ids) union select area_id from area_claims where active and booking_id = any (booking_ids) order by 1
  loop perform pg_advisory_xact_lock(hashtextextended('area ' || area, 0)); end loop;
end $$;

create function take_seats(wanted wanted_seats[], given_up varchar[]) returns setof varchar language plpgsql as $$
begin
  -- Nobody overtakes those who wait; who only keeps places does not. More than the session has places for can not be overtaken.
  return query select w.session_id from unnest(wanted) w join sessions s on s.id = w.session_id
    where exists (select from bookings b where b.session_id = s.id and b.status = 'waitlisted' and b.id <> w.booking_id
        and b.guests <= s.capacity)
      and w.guests > coalesce((select sum(s.guests) from session_seats s where s.booking_id = w.booking_id
        and s.session_id = w.session_id and (s.expires_at is null or s.expires_at > lido_now())), 0);
  if found then return; end if;
  delete from session_seats where booking_id = any (given_up);
  insert into session_seats (booking_id, session_id, guests, order_id, expires_at)
  select w.booking_id, w.session_id, w.guests, w.order_id, w.expires_at from unnest(wanted) w;
  return query
    select s.id from sessions s join session_types t on t.id = s.session_type_id
    join session_seats seats on seats.session_id = s.id and (seats.expires_at is null or seats.expires_at > lido_now())
    where s.id in (select w.session_id from unnest(wanted) w)
    group by s.id, t.id
    having s.deleted_at is not null or sum(seats.guests) > s.capacity
      or count(distinct seats.order_id) > coalesce(s.max_baskets, t.max_baskets_per_session);
end $$;

-- A block takes an area from whoever is in it; like override_claims, and under the area's lock.
create function override_areas(wanted wanted_area[], given_up varchar[], actor varchar) returns varchar[]
language plpgsql as $$
declare losers varchar[]; lost varchar[];
begin
  perform lock_places('{}', array(select w.area_id from unnest(wanted) w), given_up);
  with ended as (
    update area_claims c set active = false where c.active and (c.expires_at is null or c.expires_at > lido_now())
      and c.booking_id <> all (given_up) and exists (
        select from unnest(wanted) w where w.area_id = c.area_id and w.kind = 'block' and c.during && tstzrange(w.starts_at, w.ends_at, '[)'))
    returning c.*),
  noted as (
  insert into claim_overrides (organisation_id, site_id, resource_id, kind, during, lost_by, taken_by, actor, created_at)
  select ended.organisation_id, ended.site_id, ended.area_id, 'area', ended.during, ended.booking_id,
    (select w.booking_id from unnest(wanted) w where w.area_id = ended.area_id
      and tstzrange(w.starts_at, w.ends_at, '[)') && ended.during limit 1), actor, lido_now()
  from ended)
  select array_agg(booking_id), array_agg(area_id) into losers, lost from ended;
  return bookings_lacking(losers, lost);
end $$;

create function take_areas(wanted wanted_area[], given_up varchar[]) returns setof varchar language plpgsql as $$
begin
  update area_claims set active = false where active and booking_id = any (given_up);
  insert into area_claims (organisation_id, site_id, area_id, during, kind, guests, max_baskets, order_id, booking_id, item_id, expires_at)
  select w.organisation_id, w.site_id, w.area_id, tstzrange(w.starts_at, w.ends_at, '[)'), w.kind, w.guests, w.max_baskets, w.order_id,
    w.booking_id, w.item_id, w.expires_at from unnest(wanted) w;
  -- The number of guests rises only where somebody comes, so the peak is at one of the starts. Each basket there puts up with so many,
  -- its own included.
  return query
    with live as (
      select distinct c.* from unnest(wanted) w join area_claims c on c.active and c.area_id = w.area_id
        and c.during && tstzrange(w.starts_at, w.ends_at, '[)') and (c.expires_at is null or c.expires_at > lido_now())),
    loads as (
      select w.ordinality, w.area_id, w.capacity, l.max_baskets, w.kind, l.guests, l.order_id, l.kind as other_kind, l.booking_id <> w.booking_id as is_other,
        came.id as at
      from unnest(wanted) with ordinality w
      join live came on came.area_id = w.area_id and came.during && tstzrange(w.starts_at, w.ends_at, '[)')
      join live l on l.area_id = w.area_id and l.during @> greatest(lower(came.during), w.starts_at))
    select area_id from loads group by ordinality, area_id, capacity, kind, at
    having sum(guests) > capacity or count(distinct order_id) > min(max_baskets)
      or bool_or(is_other and 'block' in (kind, other_kind));
end $$;`;

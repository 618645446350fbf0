/**
 * Holding, renewing and giving back, each in one statement, so that its locks are held for no round trip. Each also gives every site
 * concerned its next version with what changed, as the last thing it does. A model that changed since the solver looked (LD001) and an
 * item of another order (LD002) end a hold with nothing changed. A hold brings several plans and takes the first that is still free.
 */
export const bookingFunctions = `
create function next_site_versions(site_ids varchar[], what jsonb) returns table (site_id varchar, version bigint) language sql as $$
  with next as (
    insert into site_versions as v (site_id, version)
    select sorted.id, 1 from (select distinct id from unnest(site_ids) id order by 1) sorted
    on conflict (site_id) do update set version = v.version + 1
    returning v.site_id, v.version),
  kept as (insert into site_changes (site_id, version, change) select next.site_id, next.version, what from next)
  select next.site_id, next.version from next
$$;

create function sites_of_practitioners(practitioner_ids varchar[]) returns varchar[] language sql stable as $$
  select coalesce(array_agg(distinct site_id), '{}') from practitioners p, unnest(p.site_ids) site_id where p.id = any (practitioner_ids)
$$;

create function save_bookings(held jsonb) returns void language plpgsql as $$
declare saved int;
begin
  insert into bookings (id, organisation_id, site_id, order_id, item_id, customer_id, offering_type, offering_id, session_id,
    starts_at, ends_at, guests, status, expires_at, price_minor, request, summary, created_at, updated_at)
  select h.id, h.organisation_id, h.site_id, h.order_id, h.item_id, h.customer_id, h.offering_type, h.offering_id, h.session_id,
    h.starts_at, h.ends_at, h.guests, h.status, h.expires_at, h.price_minor, h.request, h.summary, h.created_at, h.updated_at
  from jsonb_populate_recordset(null::bookings, held) h
  on conflict (item_id) do update set offering_type = excluded.offering_type, offering_id = excluded.offering_id,
    session_id = excluded.session_id, starts_at = excluded.starts_at, ends_at = excluded.ends_at, guests = excluded.guests,
    status = excluded.status, expires_at = excluded.expires_at, price_minor = excluded.price_minor, request = excluded.request,
    summary = excluded.summary, customer_id = excluded.customer_id, updated_at = excluded.updated_at
  where bookings.order_id = excluded.order_id;
  get diagnostics saved = row_count;
  if saved <> jsonb_array_length(held) then
    raise exception 'an item belongs to another order' using errcode = 'LD002';
  end if;
end $$;

create function hold_time(plans jsonb, home_site varchar, solver_version bigint, needs_same_claims boolean)
returns jsonb language plpgsql as $$
declare plan jsonb; wanted wanted_claim[]; home_version bigint; chosen int := 0;
begin
  for plan in select value from jsonb_array_elements(plans) loop
    wanted := array(select w from jsonb_populate_recordset(null::wanted_claim, plan->'wanted') w);
    -- A plan that fails gives its locks back with the subtransaction, so that the next one takes its own in sorted order.
    begin
      perform 1 from take_claims(wanted, array(select jsonb_array_elements_text(plan->'givenUp'))::varchar[]);
      if found then raise exception 'taken' using errcode = 'LD003'; end if;
      perform save_bookings(plan->'held');
      exit;
    exception when sqlstate 'LD003' then chosen := chosen + 1;
    end;
  end loop;
  if chosen = jsonb_array_length(plans) then return null; end if;

  select n.version into home_version from next_site_versions(
    home_site || sites_of_practitioners(array(select w.resource_id from unnest(wanted) w where w.kind = 'practitioner')),
    plan->'change') n
  where n.site_id = home_site;
  if home_version <> solver_version + 1 then
    if needs_same_claims
      or (select count(*) from site_changes c where c.site_id = home_site and c.version > solver_version and c.version < home_version)
        <> home_version - solver_version - 1
      or exists (select from site_changes c where c.site_id = home_site and c.version > solver_version
        and c.version < home_version and c.change->>'kind' = 'model') then
      raise exception 'the site has changed since it was looked at' using errcode = 'LD001';
    end if;
  end if;
  return jsonb_build_object('plan', chosen, 'createdAtMs', (
    select jsonb_object_agg(b.id, (extract(epoch from b.created_at) * 1000)::bigint) from bookings b
    where b.id in (select h.id from jsonb_populate_recordset(null::bookings, plan->'held') h)));
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
  update claims set active = false where active and booking_id = any (ids);
  delete from session_seats where booking_id = any (ids);
  update bookings set status = 'released', expires_at = null, updated_at = lido_now() where id = any (ids);
  perform tell_of_bookings(ids, jsonb_build_object('kind', 'claims', 'released', ids, 'taken', '[]'::jsonb));
end $$;

create function renew_time(ids varchar[], new_status varchar, until timestamptz) returns boolean language plpgsql as $$
begin
  perform lock_time('{}', ids);
  if exists (select from bookings b where b.id = any (ids)
      and exists (select from claims c where c.booking_id = b.id)
      and not exists (select from claims c where c.booking_id = b.id and c.active and (c.expires_at is null or c.expires_at > lido_now())))
    then return false;
  end if;
  update claims set expires_at = until where active and booking_id = any (ids);
  update session_seats set expires_at = until where booking_id = any (ids);
  update bookings set status = new_status, expires_at = until, updated_at = lido_now() where id = any (ids);
  perform tell_of_bookings(ids, jsonb_build_object('kind', 'expiry', 'bookingIds', ids,
    'expiresAtMs', (extract(epoch from until) * 1000)::bigint));
  return true;
end $$;`;

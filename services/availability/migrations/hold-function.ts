/**
 * A whole hold in one statement, so that its locks are held for no round trip: the claims are taken, the bookings saved and every site
 * concerned gets its next version with what changed. Answers whether the time was free. A model that changed since the solver looked
 * (LD001) and an item of another order (LD002) end it with nothing changed.
 */
export const holdFunction = `
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

create function hold_time(
  wanted wanted_claim[], given_up varchar[], held jsonb, home_site varchar, solver_version bigint, needs_same_claims boolean, change jsonb
) returns boolean language plpgsql as $$
declare home_version bigint;
begin
  perform 1 from take_claims(wanted, given_up);
  if found then return false; end if;
  perform save_bookings(held);

  with concerned as (
    select home_site as site_id
    union select unnest(p.site_ids) from practitioners p join unnest(wanted) w on w.kind = 'practitioner' and w.resource_id = p.id),
  next as (
    insert into site_versions (site_id, version) select site_id, 1 from (select site_id from concerned order by 1) sorted
    on conflict (site_id) do update set version = site_versions.version + 1
    returning site_id, version),
  kept as (insert into site_changes (site_id, version, change) select site_id, version, hold_time.change from next)
  select version into home_version from next where site_id = home_site;

  if home_version <> solver_version + 1 then
    if needs_same_claims
      or (select count(*) from site_changes c where c.site_id = home_site and c.version > solver_version and c.version < home_version)
        <> home_version - solver_version - 1
      or exists (select from site_changes c where c.site_id = home_site and c.version > solver_version
        and c.version < home_version and c.change->>'kind' = 'model') then
      raise exception 'the site has changed since it was looked at' using errcode = 'LD001';
    end if;
  end if;
  return true;
end $$;`;

// A movement begins an episode when no visit that could have begun before reaches it.
const beginsEpisode = `not exists (
      select 1 from movements before
      where before.organisation_id = m.organisation_id and before.customer_id = m.customer_id
        and before.at < m.at and before.at >= m.at - interval '24 hours' and before.reaches > m.at)`;

/** What a decision about visits reads. */
export const visitFunctions = `
-- The customer's movements that can share a visit with one at an instant, in their order.
create function episode_of(of_organisation varchar, of_customer varchar, around timestamptz)
returns jsonb language plpgsql as $$
declare
  first_at timestamptz := around;
  next_at timestamptz := 'infinity';
begin
  select m.at into first_at from movements m
    where m.organisation_id = of_organisation and m.customer_id = of_customer and m.at <= around and ${beginsEpisode}
    order by m.at desc limit 1;
  select m.at into next_at from movements m
    where m.organisation_id = of_organisation and m.customer_id = of_customer and m.at > around + interval '24 hours'
      and ${beginsEpisode}
    order by m.at limit 1;
  return (
    select coalesce(jsonb_agg(jsonb_build_object('id', m.id, 'atMs', (extract(epoch from m.at) * 1000)::bigint,
      'siteId', m.site_id, 'kind', m.kind, 'zone', m.zone, 'repeatKey', m.repeat_key, 'visitId', m.visit_id,
      'membershipId', m.membership_id, 'methodType', m.method_type, 'methodId', m.method_id, 'methodName', m.method_name,
      'rules', jsonb_build_object('duplicateMs', m.duplicate_ms, 'minStaySeconds', m.min_stay_seconds,
        'maxVisitMinutes', m.max_visit_minutes)) order by m.at, m.id), '[]')
    from movements m
    where m.organisation_id = of_organisation and m.customer_id = of_customer
      and m.at >= coalesce(first_at, around) and m.at < coalesce(next_at, 'infinity'));
end $$;

-- The stored visits that the movements of an episode could have begun, and one more.
create function stored_visits(episode jsonb, of_visit varchar) returns jsonb language plpgsql as $$
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object('id', v.id, 'siteId', v.site_id, 'membershipId', v.membership_id,
      'methodType', v.method_type, 'methodId', v.method_id, 'methodName', v.method_name, 'zone', v.zone,
      'checkedInMs', (extract(epoch from v.checked_in_at) * 1000)::bigint, 'endsByMs', (extract(epoch from v.ends_by) * 1000)::bigint,
      'checkedOutMs', (extract(epoch from v.checked_out_at) * 1000)::bigint, 'closedBy', v.closed_by,
      'isEntered', v.entered, 'isTakenBack', v.deleted_at is not null, 'version', v.version)), '[]')
    from visits v
    where v.id = any (array(select m->>'visitId' from jsonb_array_elements(episode) m) || of_visit::text));
end $$;

-- What a movement at an instant is added to: the movements around it, what is stored of their visits, whether it is there itself, and
-- since when a visit of none of these has been open that should have ended by now.
create function surroundings_of(of_organisation varchar, of_customer varchar, around timestamptz,
  movement_id varchar, visit_id varchar, at_time timestamptz,
  out episode jsonb, out visits jsonb, out is_known boolean, out overdue_since timestamptz) language plpgsql as $$
begin
  episode := episode_of(of_organisation, of_customer, around);
  visits := stored_visits(episode, visit_id);
  is_known := exists (select from movements where id = movement_id);
  select v.checked_in_at into overdue_since from visits v
    where v.organisation_id = of_organisation and v.customer_id = of_customer and v.checked_out_at is null and v.deleted_at is null
      and v.ends_by <= at_time and not visits @> jsonb_build_array(jsonb_build_object('id', v.id));
end $$;

-- How many visits a membership has left of its limit, which may be fewer than none; null without one. One that was taken back is none.
create function visits_left(of_membership varchar, visit_limit int) returns int language sql stable as $$
  select case when visit_limit is not null then
    visit_limit - (select count(*)::int from visits where membership_id = of_membership and deleted_at is null) end
$$;

-- Waits until nobody else decides about the same subject, though not for longer than somebody waits at a door, and reads what the ones
-- before have left behind.
create function begin_turn(subject text, of_organisation varchar, of_customer varchar, around timestamptz,
  of_device varchar, of_medium varchar, of_reader varchar, of_event varchar, since timestamptz, movement_id varchar, visit_id varchar,
  at_time timestamptz, within_ms int,
  out first_tap jsonb, out episode jsonb, out visits jsonb, out is_known boolean, out overdue_since timestamptz) language plpgsql as $$
begin
  perform set_config('statement_timeout', within_ms::text, true), set_config('lock_timeout', within_ms::text, true);
  perform pg_advisory_xact_lock(hashtextextended(subject, 1));
  select t.decision into first_tap from taps t
    where t.device_id = of_device and t.medium_value = of_medium and t.reader_ref is not distinct from of_reader
      and t.event_id <> of_event and t.duplicate_of is null and t.decision is not null
      and t.occurred_at > since and t.occurred_at <= around
    order by t.occurred_at limit 1;
  if of_customer is null then
    episode := '[]'; visits := '[]'; is_known := false;
  else
    select s.episode, s.visits, s.is_known, s.overdue_since into episode, visits, is_known, overdue_since
      from surroundings_of(of_organisation, of_customer, around, movement_id, visit_id, at_time) s;
  end if;
end $$;

-- Stores a movement and what it makes of the visits, in the given order, and tells of it. A visit that is no longer as it was read is
-- for the caller to look at again.
create function save_movement(movement jsonb, visit_changes jsonb, told jsonb) returns void language plpgsql as $$
declare change jsonb; event jsonb;
begin
  if movement <> 'null' then insert into movements select * from jsonb_populate_record(null::movements, movement); end if;
  for change in select value from jsonb_array_elements(visit_changes) loop
    insert into visits as v
      select * from jsonb_populate_record(null::visits, change)
    on conflict (id) do update set site_id = excluded.site_id, membership_id = excluded.membership_id,
      method_type = excluded.method_type, method_id = excluded.method_id, method_name = excluded.method_name, zone = excluded.zone,
      checked_in_at = excluded.checked_in_at, ends_by = excluded.ends_by, checked_out_at = excluded.checked_out_at,
      closed_by = excluded.closed_by, deleted_at = excluded.deleted_at, updated_at = excluded.updated_at,
      updated_by = excluded.updated_by, version = excluded.version
    where v.version = excluded.version - 1;
    if not found then raise exception 'the visit has changed meanwhile' using errcode = 'serialization_failure'; end if;
  end loop;
  for event in select value from jsonb_array_elements(told) loop
    perform write_event((event->>'id')::uuid, event->>'type', event->>'aggregate_id', event->>'organisation_id', event->>'site_id',
      event->>'actor', event->>'request_id', event->>'traceparent', decode(event->>'payload', 'base64'));
  end loop;
end $$;
`;

/** How a tap is heard and how its decision is kept, each in one statement. */
export const tapFunctions = `
-- A device, removed ones included, with the rules of its site as far as the site has chosen any.
create function door_of(of_device varchar, out device jsonb, out policy jsonb, out site jsonb) language plpgsql as $$
begin
  select jsonb_build_object('id', d.id, 'organisationId', d.organisation_id, 'siteId', d.site_id, 'name', d.name,
      'direction', d.direction, 'zone', d.zone, 'mediumFormat', d.medium_format, 'uidBytes', d.uid_bytes,
      'offlinePolicy', d.offline_policy, 'relayId', d.relay_id, 'unlockMs', d.unlock_ms, 'moreRelays', d.more_relays,
      'isAllowed', d.enabled and d.deleted_at is null),
    case when p.id is not null then jsonb_build_object('antiPassback', p.anti_passback, 'antiPassbackMinutes', p.anti_passback_minutes,
      'duplicateMs', p.duplicate_ms, 'minStaySeconds', p.min_stay_seconds, 'maxVisitMinutes', p.max_visit_minutes,
      'bookingEarlyMinutes', p.booking_early_minutes, 'reentryDelaySeconds', p.reentry_delay_seconds,
      'paymentRequired', p.payment_required, 'capacity', p.capacity, 'zoneCapacities', p.zone_capacities,
      'staffCustomerIds', to_jsonb(p.staff_customer_ids)) end,
    s.site
    into device, policy, site
    from devices d left join visit_policies p on p.id = d.site_id left join known_sites s on s.id = d.site_id
    where d.id = of_device;
end $$;

-- Stores a tap before anything is decided, so that none is lost, and looks up who holds the medium. One that was heard of before
-- has what was kept of it, and its answer instead where it was decided.
create function hear_tap(tap jsonb, of_organisation varchar, of_medium varchar, at_time timestamptz,
  out decision jsonb, out earlier jsonb, out is_medium_blocked boolean, out customer jsonb, out memberships jsonb, out bookings jsonb)
language plpgsql as $$
begin
  insert into taps select * from jsonb_populate_record(null::taps, tap) on conflict (device_id, event_id) do nothing;
  if not found then
    select t.decision, jsonb_build_object('readerRef', t.reader_ref, 'mediumKind', t.medium_kind, 'mediumValue', t.medium_value,
        'receivedMs', (extract(epoch from t.received_at) * 1000)::bigint)
      into decision, earlier from taps t where t.device_id = tap->>'device_id' and t.event_id = tap->>'event_id';
    if decision is not null then return; end if;
  end if;
  select h.is_medium_blocked, h.customer, h.memberships, h.bookings into is_medium_blocked, customer, memberships, bookings
    from holder_of(of_organisation, of_medium, at_time) h;
end $$;

-- Keeps what was decided, and in the log of attempts as well, where a journal may have told of the same tap that was set apart; false, and
-- nothing else, when something was decided before.
create function keep_decision(of_device varchar, of_event varchar, what jsonb, of_customer varchar, repeats varchar)
returns boolean language plpgsql as $$
begin
  update taps set decision = what, customer_id = of_customer, duplicate_of = repeats
    where device_id = of_device and event_id = of_event and decision is null;
  if not found then return false; end if;
  insert into attempts (device_id, event_id, organisation_id, site_id, customer_id, occurred_at, outcome, reason)
    select device_id, event_id, organisation_id, site_id, customer_id, occurred_at, what->>'outcome', what->>'reason'
    from taps where device_id = of_device and event_id = of_event
  on conflict (device_id, event_id) do update set customer_id = excluded.customer_id, occurred_at = excluded.occurred_at,
    outcome = excluded.outcome, reason = excluded.reason;
  return true;
end $$;

-- The same with all that follows from it.
create function settle_tap(of_device varchar, of_event varchar, what jsonb, of_customer varchar, repeats varchar,
  movement jsonb, visit_changes jsonb, told jsonb) returns boolean language plpgsql as $$
begin
  if not keep_decision(of_device, of_event, what, of_customer, repeats) then return false; end if;
  perform save_movement(movement, visit_changes, told);
  return true;
end $$;

-- Keeps what a reader was told in the place of a decision that was kept too late, and takes its movement away; false, and nothing else,
-- when something else is kept by now.
create function replace_decision(of_device varchar, of_event varchar, late jsonb, told jsonb, of_movement varchar)
returns boolean language plpgsql as $$
begin
  update taps set decision = told, duplicate_of = null where device_id = of_device and event_id = of_event and decision = late;
  if not found then return false; end if;
  update attempts set outcome = told->>'outcome', reason = told->>'reason' where device_id = of_device and event_id = of_event;
  delete from movements where id = of_movement;
  return true;
end $$;
`;

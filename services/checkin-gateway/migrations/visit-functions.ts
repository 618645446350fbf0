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

-- Waits until nobody else decides about the same subject, and reads what the ones before have left behind.
create function begin_turn(subject text, of_organisation varchar, of_customer varchar, around timestamptz,
  of_device varchar, of_medium varchar, of_reader varchar, of_event varchar, since timestamptz,
  out first_tap jsonb, out episode jsonb) language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtextextended(subject, 1));
  select t.decision into first_tap from taps t
    where t.device_id = of_device and t.medium_value = of_medium and t.reader_ref is not distinct from of_reader
      and t.event_id <> of_event and t.duplicate_of is null and t.decision is not null
      and t.occurred_at > since and t.occurred_at <= around
    order by t.occurred_at limit 1;
  episode := case when of_customer is null then '[]' else episode_of(of_organisation, of_customer, around) end;
end $$;
`;

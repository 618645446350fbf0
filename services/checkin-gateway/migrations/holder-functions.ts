/** What lets somebody in, as decisions read it: memberships whatever their state, and bookings that have not ended at an instant. */
export const holderFunctions = `
create function holdings_of(of_organisation varchar, of_customer varchar, at_time timestamptz,
  out memberships jsonb, out bookings jsonb) language plpgsql as $$
begin
  select coalesce(jsonb_agg(jsonb_build_object('id', m.id, 'siteId', m.site_id, 'status', m.status,
      'attentionReason', m.attention_reason, 'startDate', m.start_date, 'endDate', m.end_date,
      'visitLimit', m.visit_limit) order by m.start_date, m.id), '[]')
    into memberships
    from known_memberships m where m.organisation_id = of_organisation and m.customer_id = of_customer;
  select coalesce(jsonb_agg(jsonb_build_object('siteId', b.site_id,
      'startMs', (extract(epoch from b.starts_at) * 1000)::bigint,
      'endMs', (extract(epoch from b.ends_at) * 1000)::bigint) order by b.starts_at, b.id), '[]')
    into bookings
    from known_bookings b where b.organisation_id = of_organisation and b.customer_id = of_customer and b.ends_at > at_time;
end $$;

create function customer_object(c known_customers) returns jsonb language sql stable as $$
  select jsonb_build_object('id', c.id, 'brandId', c.brand_id, 'firstName', c.first_name, 'lastName', c.last_name,
    'fullName', c.full_name, 'email', c.email, 'isBlocked', c.access_blocked_at is not null, 'isErased', c.erased_at is not null)
$$;

-- No row where the organisation has no such medium; a barcode may also be a customer's own id.
create function holder_of(of_organisation varchar, of_medium varchar, at_time timestamptz)
returns table (is_medium_blocked boolean, customer jsonb, memberships jsonb, bookings jsonb) language plpgsql as $$
declare holder varchar;
begin
  select m.customer_id, m.blocked_at is not null into holder, is_medium_blocked
    from known_media m where m.organisation_id = of_organisation and m.value = of_medium;
  if not found then
    select c.id, false into holder, is_medium_blocked
      from known_customers c where c.organisation_id = of_organisation and c.id = of_medium;
    if not found then return; end if;
  end if;
  select customer_object(c) into customer from known_customers c where c.id = holder and c.organisation_id = of_organisation;
  select h.memberships, h.bookings into memberships, bookings from holdings_of(of_organisation, holder, at_time) h;
  return next;
end $$;
`;

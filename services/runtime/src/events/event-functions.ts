import { functionMigration } from '../db/function-migration.ts';

/** How large an event's payload may be. */
export const payloadBytesMax = 1_000_000;

/** What every service tells its events by, from its own statements and from its own functions in SQL. */
export const eventFunctions = functionMigration(`
-- The aggregate's version row stays locked until the commit: versions are gapless and in commit order.
create function write_event(event_id uuid, event_type varchar, of_aggregate varchar, of_organisation varchar, of_site varchar,
  by_actor varchar, in_request varchar, in_trace varchar, what bytea) returns void language plpgsql as $$
declare next bigint;
begin
  -- A server takes messages of 1 MiB, of which the envelope and the headers need a little.
  if octet_length(what) > ${payloadBytesMax} then
    raise program_limit_exceeded using message = 'The event ' || event_type || ' of ' || of_aggregate || ' is too large to be told.';
  end if;
  insert into aggregate_versions as v (aggregate_id, version) values (of_aggregate, 1)
    on conflict (aggregate_id) do update set version = v.version + 1 returning v.version into next;
  insert into outbox (id, type, aggregate_id, version, organisation_id, site_id, actor, occurred_at, request_id, traceparent, payload)
    values (event_id, event_type, of_aggregate, next, of_organisation, of_site, by_actor, lido_now(), in_request, in_trace, what);
end $$;

-- What is to be published next, for the one relay that may; another one that was woken meanwhile waits its turn, or its events would wait
-- for its next look. It waits longer than a publish may take. Looks only when the lock is taken, so that what another relay has just published is not seen as waiting.
create function waiting_events(at_most int) returns setof outbox language plpgsql as $$
begin
  perform set_config('lock_timeout', '3s', true);
  perform pg_advisory_xact_lock(hashtext('lido.relay'));
  return query select * from outbox where published_at is null and set_aside_at is null order by seq limit at_most;
end $$;
`);

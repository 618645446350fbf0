import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { currentTraceparent } from '../telemetry/telemetry.ts';
import { newUuid } from '../service/ids.ts';

/** A fact to be told: `type` is a subject literal, `payload` the aggregate's full public state in proto. */
export interface OutgoingEvent {
  type: `lido.${string}`;
  aggregateId: string;
  organisationId: string;
  siteId?: string | null | undefined;
  payload: Uint8Array;
}

/** Who did it, and in which request: the audit log's columns. */
export interface Origin {
  actor: string;
  requestId: string;
}

/**
 * Writes an event in the caller's transaction, so that it is told exactly when the change is true.
 * The aggregate's version row stays locked until the commit: versions are gapless and in commit order.
 */
export async function writeEvent(em: SqlEntityManager, event: OutgoingEvent, origin: Origin): Promise<void> {
  await em.execute(
    `with next as (
       insert into aggregate_versions (aggregate_id, version) values (?, 1)
       on conflict (aggregate_id) do update set version = aggregate_versions.version + 1
       returning version)
     insert into outbox (id, type, aggregate_id, version, organisation_id, site_id, actor, occurred_at, request_id, traceparent, payload)
     select ?, ?, ?, next.version, ?, ?, ?, lido_now(), ?, ?, ? from next`,
    [
      event.aggregateId,
      newUuid(),
      event.type,
      event.aggregateId,
      event.organisationId,
      event.siteId ?? null,
      origin.actor,
      origin.requestId,
      currentTraceparent(),
      Buffer.from(event.payload),
    ],
    'run',
  );
}

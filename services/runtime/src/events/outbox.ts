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

/** Writes an event in the caller's transaction, so that it is told exactly when the change is true. */
export async function writeEvent(em: SqlEntityManager, event: OutgoingEvent, origin: Origin): Promise<void> {
  await em.execute(
    'select write_event(?, ?, ?, ?, ?, ?, ?, ?, ?)',
    [
      ...[newUuid(), event.type, event.aggregateId, event.organisationId, event.siteId ?? null],
      ...[origin.actor, origin.requestId, currentTraceparent(), Buffer.from(event.payload)],
    ],
    'run',
  );
}

/** The same as a function in SQL reads it that writes events beside what they tell of. */
export function eventRecord(event: OutgoingEvent, origin: Origin): Record<string, unknown> {
  return {
    ...{ id: newUuid(), type: event.type, aggregate_id: event.aggregateId, organisation_id: event.organisationId },
    ...{ site_id: event.siteId ?? null, actor: origin.actor, request_id: origin.requestId },
    ...{ traceparent: currentTraceparent(), payload: Buffer.from(event.payload).toString('base64') },
  };
}

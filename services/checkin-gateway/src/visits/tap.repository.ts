import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { DeviceRow } from '../devices/device.entity.ts';
import type { Decision } from './decision.ts';
import type { Medium } from './media.ts';
import type { Passage, Tap } from './tap.ts';

/** Stores a tap before anything is decided, so that none is lost. Answers the decision of one that was decided before. */
export async function keepTap(
  em: SqlEntityManager,
  tap: Tap,
  device: DeviceRow,
  medium: Medium | undefined,
): Promise<Decision | undefined> {
  const inserted = await em.execute<unknown[]>(
    `insert into taps (device_id, event_id, organisation_id, site_id, reader_ref, occurred_at, received_at,
                       clock_source, origin, medium_kind, medium_value)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (device_id, event_id) do nothing returning 1`,
    [
      ...[tap.deviceId, tap.eventId, device.organisationId, device.siteId, tap.readerRef, tap.occurredAt],
      ...[tap.receivedAt, tap.clockSource, tap.origin, tap.medium.kind, medium?.value ?? null],
    ],
  );
  if (inserted.length > 0) return undefined;
  const [row] = await em.execute<{ decision: Decision | null }[]>(
    'select decision from taps where device_id = ? and event_id = ?',
    [tap.deviceId, tap.eventId],
  );
  return row?.decision ?? undefined;
}

/** The first tap of the same medium at the same reader within the window before this one, with its decision. */
export async function findFirstTap(
  em: SqlEntityManager,
  tap: Tap,
  medium: Medium,
  windowMs: number,
): Promise<Decision | undefined> {
  const [row] = await em.execute<{ decision: Decision }[]>(
    `select decision from taps
     where device_id = ? and medium_value = ? and reader_ref is not distinct from ?::varchar and event_id <> ?
       and duplicate_of is null and decision is not null and occurred_at > ? and occurred_at <= ?
     order by occurred_at limit 1`,
    [
      ...[tap.deviceId, medium.value, tap.readerRef, tap.eventId],
      ...[new Date(tap.occurredAt.getTime() - windowMs), tap.occurredAt],
    ],
  );
  return row?.decision;
}

/** Who tapped and which tap this one repeats, where either is known. */
export interface TapFindings {
  readonly customerId: string | undefined;
  readonly duplicateOf: string | undefined;
}

/**
 * Stores what was decided, and a denial in the log of attempts as well. Answers false, and changes nothing, when something
 * was stored before.
 */
export async function keepDecision(
  em: SqlEntityManager,
  tap: Tap,
  decision: Decision,
  findings: TapFindings,
): Promise<boolean> {
  const decided = await em.execute<unknown[]>(
    `with decided as (
       update taps set decision = ?::jsonb, customer_id = ?, duplicate_of = ?
       where device_id = ? and event_id = ? and decision is null
       returning device_id, event_id, organisation_id, site_id, customer_id, occurred_at),
     logged as (
       insert into attempts (device_id, event_id, organisation_id, site_id, customer_id, occurred_at, reason)
       select decided.*, ? from decided where ?)
     select 1 from decided`,
    [
      ...[JSON.stringify(decision), findings.customerId ?? null, findings.duplicateOf ?? null],
      ...[tap.deviceId, tap.eventId],
      ...[decision.reason, decision.outcome === 'denied' && findings.duplicateOf === undefined],
    ],
  );
  return decided.length > 0;
}

/** Notes whether somebody went through after a decision. */
export async function keepPassage(em: SqlEntityManager, { deviceId, eventId, passed, at }: Passage): Promise<void> {
  await em.execute(
    'update taps set passed = ?, passed_at = ? where device_id = ? and event_id = ?',
    [passed, at, deviceId, eventId],
    'run',
  );
}

import { createHmac, randomBytes } from 'node:crypto';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { DeviceRow } from '../devices/device.entity.ts';
import type { Decision } from './decision.ts';
import { isSecret, type Medium } from './media.ts';
import type { Passage, Tap } from './tap.ts';

/** Lives as long as the process: what is kept of a PIN tells a repeat from another, and nobody what it was. */
const concealKey = randomBytes(32);

/** How a medium is stored: as it is, or concealed where it is a key itself. */
export function keptForm(medium: Medium | undefined): string | null {
  if (!medium || !isSecret(medium)) return medium?.value ?? null;
  return createHmac('sha256', concealKey).update(medium.value).digest('hex');
}

/** Stores a tap before anything is decided, so that none is lost. Answers the decision of one that was decided before. */
export async function keepTap(
  em: SqlEntityManager,
  { tap, device, medium }: { tap: Tap; device: DeviceRow; medium: Medium | undefined },
): Promise<Decision | undefined> {
  const inserted = await em.execute<unknown[]>(
    `insert into taps (device_id, event_id, organisation_id, site_id, reader_ref, occurred_at, received_at,
                       clock_source, origin, medium_kind, medium_value)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (device_id, event_id) do nothing returning 1`,
    [
      ...[tap.deviceId, tap.eventId, device.organisationId, device.siteId, tap.readerRef, tap.occurredAt],
      ...[tap.receivedAt, tap.clockSource, tap.origin, tap.medium.kind, keptForm(medium)],
    ],
  );
  if (inserted.length > 0) return undefined;
  const [row] = await em.execute<{ decision: Decision | null }[]>(
    'select decision from taps where device_id = ? and event_id = ?',
    [tap.deviceId, tap.eventId],
  );
  return row?.decision ?? undefined;
}

/** Who tapped and which tap this one repeats, where either is known. */
export interface TapFindings {
  readonly customerId: string | undefined;
  readonly duplicateOf: string | undefined;
}

/**
 * Stores what was decided, and in the log of attempts as well. Answers false, and changes nothing, when something was
 * stored before.
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
       insert into attempts (device_id, event_id, organisation_id, site_id, customer_id, occurred_at, outcome, reason)
       select decided.*, ?, ? from decided)
     select 1 from decided`,
    [
      ...[JSON.stringify(decision), findings.customerId ?? null, findings.duplicateOf ?? null],
      ...[tap.deviceId, tap.eventId],
      ...[decision.outcome, decision.reason],
    ],
  );
  return decided.length > 0;
}

/** Whether a device has sent a tap. */
export async function hasTap(em: SqlEntityManager, deviceId: string, eventId: string): Promise<boolean> {
  const rows = await em.execute<unknown[]>('select 1 from taps where device_id = ? and event_id = ?', [
    deviceId,
    eventId,
  ]);
  return rows.length > 0;
}

/** Notes whether somebody went through after a decision. */
export async function keepPassage(em: SqlEntityManager, { deviceId, eventId, passed, at }: Passage): Promise<void> {
  await em.execute(
    'update taps set passed = ?, passed_at = ? where device_id = ? and event_id = ?',
    [passed, at, deviceId, eventId],
    'run',
  );
}

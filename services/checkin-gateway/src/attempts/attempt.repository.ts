import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { newUuid } from '@lido/runtime/service/ids.ts';
import type { Decision } from '../visits/decision.ts';
import type { MediumKind } from '../visits/media.ts';
import type { AttemptRow } from './attempt.entity.ts';
import type { RefusedAttempt } from './refusals.job.ts';

/** What the log shows of the tap behind a line. */
export interface AttemptedTap {
  readonly readerRef: string | null;
  readonly mediumKind: MediumKind;
  readonly mediumValue: string | null;
  readonly decision: Pick<Decision, 'checkInId' | 'flags'> | null;
  readonly passed: boolean | null;
}

/** The taps behind lines of the log, by event id; refusals have none. What was kept of a PIN or a token stays where it is. */
export async function findAttemptedTaps(
  em: SqlEntityManager,
  attempts: readonly Pick<AttemptRow, 'deviceId' | 'eventId'>[],
): Promise<Map<string, AttemptedTap>> {
  if (attempts.length === 0) return new Map();
  const rows = await em.execute<(AttemptedTap & { eventId: string; deviceId: string })[]>(
    `select event_id as "eventId", device_id as "deviceId", reader_ref as "readerRef", medium_kind as "mediumKind", decision, passed,
       case when medium_kind not in ('pin', 'token') then medium_value end as "mediumValue"
     from taps where (device_id, event_id) in (${attempts.map(() => '(?, ?)').join(', ')})`,
    attempts.flatMap(({ deviceId, eventId }) => [deviceId, eventId]),
  );
  return new Map(rows.map((row) => [keyOf(row), row]));
}

/** Names a line; devices number their events themselves, so that two may use one number. */
export function keyOf({ deviceId, eventId }: Pick<AttemptRow, 'deviceId' | 'eventId'>): string {
  return `${deviceId} ${eventId}`;
}

/** Writes down that a device was refused; one that does not exist leaves no line. */
export async function keepRefused(
  em: SqlEntityManager,
  { deviceId, reason, count }: RefusedAttempt,
  at: Date,
): Promise<void> {
  await em.execute(
    `insert into attempts (device_id, event_id, organisation_id, site_id, occurred_at, outcome, reason, count)
     select id, ?, organisation_id, site_id, ?, 'refused', ?, ? from devices where id = ?`,
    [newUuid(), at, reason, count, deviceId],
    'run',
  );
}

/** What was tapped at a device lately. */
export interface TapCounts {
  readonly taps: number;
  readonly denials: number;
}

/** How often was tapped and denied at each of some devices within the last hour; devices without a tap are left out. */
export async function countTaps(em: SqlEntityManager, deviceIds: readonly string[]): Promise<Map<string, TapCounts>> {
  if (deviceIds.length === 0) return new Map();
  const rows = await em.execute<(TapCounts & { deviceId: string })[]>(
    `select device_id as "deviceId", count(*)::int as taps, count(*) filter (where outcome = 'denied')::int as denials
     from attempts
     where device_id in (${deviceIds.map(() => '?').join(', ')}) and outcome <> 'refused'
       and occurred_at > lido_now() - interval '1 hour'
     group by device_id`,
    deviceIds,
  );
  return new Map(rows.map((row) => [row.deviceId, row]));
}

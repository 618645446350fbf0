import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { Decision, Reason } from './decision.ts';
import type { JournalEntry } from './journal.ts';
import type { Tap } from './tap.ts';
import type { ReadTap } from './tap-case.repository.ts';
import { keptForm, type TapFindings } from './tap.repository.ts';

/**
 * Whether a tap's decision stands. A device that opened although we had denied, or could not decide in time, never heard us: what it
 * did is the fact, and replaces our answer once.
 */
const stands = `(taps.decision is not null and not (taps.device_decision is null and ?::varchar = 'granted' and (
  taps.decision ->> 'outcome' = 'denied'
  or jsonb_exists_any(taps.decision -> 'flags', array['decision_timeout', 'internal_error']))))`;

/** A tap as it was stored. */
export interface StoredTap extends Omit<Tap, 'medium'> {
  /** As it is compared; of a PIN or a token, which are concealed, its holder's own id. Null where there is neither. */
  readonly medium: { readonly kind: Tap['medium']['kind']; readonly value: string | null };
}

/** The taps of exits that opened without a decision, the oldest first. */
export async function findUnsettled(em: SqlEntityManager, countMax: number): Promise<StoredTap[]> {
  const rows = await em.execute<
    (Omit<StoredTap, 'occurredAt' | 'receivedAt'> & Record<'occurredAt' | 'receivedAt', string>)[]
  >(
    `select event_id as "eventId", device_id as "deviceId", reader_ref as "readerRef", occurred_at as "occurredAt",
       received_at as "receivedAt", clock_source as "clockSource", 'replay' as origin,
       jsonb_build_object('kind', medium_kind,
         'value', case when medium_kind in ('pin', 'token') then customer_id else medium_value end) as medium
     from taps where device_decision is null and decision ->> 'outcome' = 'granted'
       and jsonb_exists_any(decision -> 'flags', array['decision_timeout', 'internal_error'])
     order by received_at limit ?`,
    [countMax],
  );
  return rows.map((row) => ({ ...row, occurredAt: new Date(row.occurredAt), receivedAt: new Date(row.receivedAt) }));
}

/** What is stored of an entry that was taken before; undefined where it is new, or set apart. */
export async function findTaken(
  em: SqlEntityManager,
  { tap, deviceDecision }: JournalEntry,
): Promise<Decision | undefined> {
  const [row] = await em.execute<{ decision: Decision }[]>(
    `select decision from taps where device_id = ? and event_id = ? and ${stands}`,
    [tap.deviceId, tap.eventId, deviceDecision],
  );
  return row?.decision;
}

/**
 * Stores an entry with what became of it, in the log of attempts as well. Answers false, and changes nothing, when it was taken
 * before.
 */
export function keepReplayed(
  em: SqlEntityManager,
  entry: JournalEntry,
  read: ReadTap,
  outcome: { decision: Decision; findings: TapFindings },
): Promise<boolean> {
  return keepEntry(em, entry, read, { ...outcome, quarantinedAt: null });
}

/** Sets an entry apart whose time can not be right; when it is sent again it is looked at anew. */
export async function keepQuarantined(em: SqlEntityManager, entry: JournalEntry, read: ReadTap): Promise<void> {
  await keepEntry(em, entry, read, { decision: null, findings: undefined, quarantinedAt: entry.tap.receivedAt });
}

/** What the log of attempts says of an entry that is set apart. */
const clockAhead: Reason = 'clock_ahead';

interface Keeping {
  readonly decision: Decision | null;
  readonly findings: TapFindings | undefined;
  readonly quarantinedAt: Date | null;
}

async function keepEntry(
  em: SqlEntityManager,
  { tap, deviceDecision }: JournalEntry,
  { device, medium }: ReadTap,
  { decision, findings, quarantinedAt }: Keeping,
): Promise<boolean> {
  const kept = await em.execute<unknown[]>(
    `with kept as (
       insert into taps (device_id, event_id, organisation_id, site_id, reader_ref, occurred_at, received_at, clock_source, origin,
         medium_kind, medium_value, customer_id, decision, device_decision, quarantined_at)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?)
       on conflict (device_id, event_id) do update set occurred_at = excluded.occurred_at, received_at = excluded.received_at,
         clock_source = excluded.clock_source, origin = excluded.origin, customer_id = excluded.customer_id,
         decision = excluded.decision, device_decision = excluded.device_decision, quarantined_at = excluded.quarantined_at
       where not ${stands}
       returning device_id, event_id, organisation_id, site_id, customer_id, occurred_at),
     logged as (
       insert into attempts (device_id, event_id, organisation_id, site_id, customer_id, occurred_at, outcome, reason)
       select kept.*, ?, ? from kept
       on conflict (device_id, event_id) do update set customer_id = excluded.customer_id, occurred_at = excluded.occurred_at,
         outcome = excluded.outcome, reason = excluded.reason)
     select 1 from kept`,
    [
      ...[tap.deviceId, tap.eventId, device.organisationId, device.siteId, tap.readerRef, tap.occurredAt],
      ...[tap.receivedAt, tap.clockSource, tap.origin, tap.medium.kind, keptForm(medium), findings?.customerId ?? null],
      ...[decision && JSON.stringify(decision), deviceDecision, quarantinedAt, deviceDecision],
      ...[deviceDecision, decision?.reason ?? clockAhead],
    ],
  );
  return kept.length > 0;
}

import { createHmac, randomBytes } from 'node:crypto';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { holderColumns, type HolderRow, type KnownHolder, toHolder } from '../projections/known.repository.ts';
import type { Decision } from './decision.ts';
import { isSecret, type Medium } from './media.ts';
import type { EarlierTap } from './repeated-tap.ts';
import type { Passage, Tap } from './tap.ts';
import type { ReadTap } from './tap-case.repository.ts';

/** Lives as long as the process: what is kept of a PIN tells a repeat from another, and nobody what it was. */
const concealKey = randomBytes(32);

/** How a medium is stored: as it is, or concealed where it is a key itself. */
export function keptForm(medium: Medium | undefined): string | null {
  if (!medium || !isSecret(medium)) return medium?.value ?? null;
  return createHmac('sha256', concealKey).update(medium.value).digest('hex');
}

/** What is there once a tap has been stored: what was kept of it before, its answer, or else who holds the medium. */
export interface HeardTap {
  readonly earlier: EarlierTap | undefined;
  readonly decision: Decision | undefined;
  readonly holder: KnownHolder | undefined;
}

/** Stores a tap before anything is decided, so that none is lost, and looks up its holder in the same statement. */
export async function hearTap(em: SqlEntityManager, { tap, device, medium }: ReadTap): Promise<HeardTap> {
  const record = {
    ...{ device_id: tap.deviceId, event_id: tap.eventId, organisation_id: device.organisationId },
    ...{ site_id: device.siteId, reader_ref: tap.readerRef, occurred_at: tap.occurredAt, received_at: tap.receivedAt },
    ...{ clock_source: tap.clockSource, origin: tap.origin },
    ...{ medium_kind: tap.medium.kind, medium_value: keptForm(medium) },
  };
  const [row] = await em.execute<(HolderRow & { decision: Decision | null; earlier: EarlierTap | null })[]>(
    `select decision, earlier, ${holderColumns} from hear_tap(?, ?, ?, ?)`,
    [JSON.stringify(record), device.organisationId, medium?.value ?? null, tap.occurredAt],
  );
  return { earlier: row?.earlier ?? undefined, decision: row?.decision ?? undefined, holder: toHolder(row) };
}

/** A tap as it is kept, to be compared with one under the same id. */
export function earlierOf({ tap, medium }: ReadTap): EarlierTap {
  const { readerRef, receivedAt } = tap;
  return { readerRef, mediumKind: tap.medium.kind, mediumValue: keptForm(medium), receivedMs: receivedAt.getTime() };
}

/** Who tapped and which tap this one repeats, where either is known. */
export interface TapFindings {
  readonly customerId: string | undefined;
  readonly duplicateOf: string | undefined;
}

/** Keeps what was decided, and in the log of attempts as well. Answers false, and changes nothing, when something was kept before. */
export async function keepDecision(em: SqlEntityManager, tap: Tap, kept: KeptDecision): Promise<boolean> {
  const [row] = await em.execute<{ kept: boolean }[]>('select keep_decision(?, ?, ?, ?, ?) as kept', [
    ...decisionValues(tap, kept),
  ]);
  return row?.kept ?? false;
}

/** The same with all that follows from it, in one statement. */
export async function settleTap(
  em: SqlEntityManager,
  tap: Tap,
  kept: KeptDecision,
  consequences: [movement: string, visits: string, told: string],
): Promise<boolean> {
  const [row] = await em.execute<{ kept: boolean }[]>('select settle_tap(?, ?, ?, ?, ?, ?, ?, ?) as kept', [
    ...decisionValues(tap, kept),
    ...consequences,
  ]);
  return row?.kept ?? false;
}

/** What takes the place of a decision that was kept too late, and the movement that goes with it. */
export interface Replacement {
  readonly late: Decision;
  readonly told: Decision;
  readonly movementId: string | undefined;
}

/** Keeps what was told in the place of what was decided too late. Answers false, and changes nothing, where something else is kept. */
export async function replaceDecision(
  em: SqlEntityManager,
  { deviceId, eventId }: Tap,
  { late, told, movementId }: Replacement,
): Promise<boolean> {
  const [row] = await em.execute<{ replaced: boolean }[]>('select replace_decision(?, ?, ?, ?, ?) as replaced', [
    ...[deviceId, eventId, JSON.stringify(late), JSON.stringify(told), movementId ?? null],
  ]);
  return row?.replaced ?? false;
}

/** A decision with what was found out on the way. */
export interface KeptDecision {
  readonly decision: Decision;
  readonly findings: TapFindings;
}

function decisionValues({ deviceId, eventId }: Tap, { decision, findings }: KeptDecision): (string | null)[] {
  const { customerId = null, duplicateOf = null } = findings;
  return [deviceId, eventId, JSON.stringify(decision), customerId, duplicateOf];
}

/** Whether a device has sent a tap. */
export async function hasTap(em: SqlEntityManager, deviceId: string, eventId: string): Promise<boolean> {
  const rows = await em.execute<unknown[]>('select 1 from taps where device_id = ? and event_id = ?', [
    deviceId,
    eventId,
  ]);
  return rows.length > 0;
}

/** Notes whether somebody went through after a decision, also with the visit that they came in for. */
export async function keepPassage(em: SqlEntityManager, { deviceId, eventId, passed, at }: Passage): Promise<void> {
  await em.execute(
    `with told as (
       update taps set passed = ?, passed_at = ? where device_id = ? and event_id = ? returning decision)
     update visits set entered = ? from told
     where id = decision ->> 'checkInId' and (decision ->> 'action' = 'check_in' or decision -> 'flags' @> '["already_inside"]')`,
    [passed, at, deviceId, eventId, passed],
    'run',
  );
}

import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { Decision } from './decision.ts';
import type { Surroundings } from './movement-record.ts';
import { surroundingsColumns, type SurroundingsRow, toSurroundings } from './movement.repository.ts';
import { customerKey } from './record-movement.repository.ts';
import type { ReadTap } from './tap-case.repository.ts';
import { movementIdsOf } from './tap-movement.ts';
import { keptForm } from './tap.repository.ts';

/** What the taps before have left behind; around somebody unknown lies nothing. */
export interface Turn extends Surroundings {
  /** The first one of the same medium at the same reader within the window. */
  readonly previous: Decision | undefined;
}

export interface TurnOptions {
  readonly customerId: string | undefined;
  /** How long a tap of the same medium is a repeat of the first, in milliseconds. */
  readonly windowMs: number;
  readonly nowMs: number;
  /** How long this and each later statement of the transaction may take, in milliseconds. */
  readonly withinMs: number;
}

/** Waits until no other tap of the customer is being decided, or none of the same medium at the device, and reads what they have left behind. */
export async function beginTurn(
  em: SqlEntityManager,
  { tap, device, medium }: ReadTap,
  { customerId, windowMs, nowMs, withinMs }: TurnOptions,
): Promise<Turn> {
  const subject = customerId ? customerKey(customerId) : `medium ${device.id} ${medium?.value ?? tap.eventId}`;
  const { id, visitId } = movementIdsOf(tap);
  const [row] = await em.execute<(SurroundingsRow & { previous: Decision | null })[]>(
    `select first_tap as previous, ${surroundingsColumns} from begin_turn(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      ...[subject, device.organisationId, customerId ?? null, tap.occurredAt],
      ...[tap.deviceId, keptForm(medium), tap.readerRef, tap.eventId],
      ...[new Date(tap.occurredAt.getTime() - windowMs), id, visitId, new Date(nowMs), withinMs],
    ],
  );
  return { ...toSurroundings(row), previous: row?.previous ?? undefined };
}

import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { Decision } from './decision.ts';
import type { Movement } from './movement.ts';
import { customerKey } from './record-movement.repository.ts';
import type { ReadTap } from './tap-case.repository.ts';
import { keptForm } from './tap.repository.ts';

/** What the taps before have left behind: the first one of the same medium at the same reader within the window, and the movements. */
export interface Turn {
  readonly previous: Decision | undefined;
  /** Those that can share a visit with one at the tap's time; none of somebody unknown. */
  readonly episode: readonly Movement[];
}

/** Waits until no other tap of the customer is being decided, or none of the same medium at the device, and reads what they have left behind. */
export async function beginTurn(
  em: SqlEntityManager,
  { tap, device, medium }: ReadTap,
  { customerId, windowMs }: { customerId: string | undefined; windowMs: number },
): Promise<Turn> {
  const subject = customerId ? customerKey(customerId) : `medium ${device.id} ${medium?.value ?? tap.eventId}`;
  const [row] = await em.execute<{ previous: Decision | null; episode: Movement[] }[]>(
    'select first_tap as previous, episode from begin_turn(?, ?, ?, ?, ?, ?, ?, ?, ?)',
    [
      ...[subject, device.organisationId, customerId ?? null, tap.occurredAt],
      ...[tap.deviceId, keptForm(medium), tap.readerRef, tap.eventId],
      new Date(tap.occurredAt.getTime() - windowMs),
    ],
  );
  return { previous: row?.previous ?? undefined, episode: row?.episode ?? [] };
}

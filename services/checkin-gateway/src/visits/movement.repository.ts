import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { Movement } from './movement.ts';
import type { Surroundings } from './movement-record.ts';

/** Whose movements are meant. */
export interface Subject {
  readonly organisationId: string;
  readonly customerId: string;
}

/** Surroundings as a function in SQL answers them. */
export interface SurroundingsRow extends Pick<Surroundings, 'episode' | 'visits' | 'isKnown'> {
  readonly overdueSince: Date | null;
}

/** What a function in SQL answers of surroundings. */
export const surroundingsColumns = 'episode, visits, is_known as "isKnown", overdue_since as "overdueSince"';

/** Reads what a movement is added to; the caller holds the customer's lock. Without a movement it is what lies around the instant. */
export async function findSurroundings(
  em: SqlEntityManager,
  { organisationId, customerId }: Subject,
  { at, movement, nowMs }: { at: Date; movement?: Pick<Movement, 'id' | 'visitId'>; nowMs: number },
): Promise<Surroundings> {
  const [row] = await em.execute<SurroundingsRow[]>(
    `select ${surroundingsColumns} from surroundings_of(?, ?, ?, ?, ?, ?)`,
    [organisationId, customerId, at, movement?.id ?? null, movement?.visitId ?? null, new Date(nowMs)],
  );
  return toSurroundings(row);
}

/** Surroundings as they were read; nothing lies around where nothing was read. */
export function toSurroundings(row: SurroundingsRow | undefined): Surroundings {
  if (!row) return { episode: [], visits: [], isKnown: false, overdueSince: undefined };
  return { ...row, overdueSince: row.overdueSince ? new Date(row.overdueSince) : undefined };
}

/**
 * The customer's movements that can share a visit with one at `at`, in their order. What lies before and after them makes its own
 * visits, whatever is added at that time.
 */
export async function findEpisode(em: SqlEntityManager, subject: Subject, at: Date): Promise<Movement[]> {
  const [row] = await em.execute<{ episode: Movement[] }[]>('select episode_of(?, ?, ?) as episode', [
    subject.organisationId,
    subject.customerId,
    at,
  ]);
  return row?.episode ?? [];
}

/** A movement as its table has it. */
export function movementRecord(subject: Subject, movement: Movement, nowMs: number): Record<string, unknown> {
  const { rules } = movement;
  return {
    ...{ id: movement.id, organisation_id: subject.organisationId, customer_id: subject.customerId },
    ...{ site_id: movement.siteId, at: new Date(movement.atMs), kind: movement.kind, zone: movement.zone },
    reaches: new Date(movement.atMs + rules.maxVisitMinutes * 60_000),
    ...{ repeat_key: movement.repeatKey, visit_id: movement.visitId, membership_id: movement.membershipId },
    ...{ method_type: movement.methodType, method_id: movement.methodId, method_name: movement.methodName },
    ...{ duplicate_ms: rules.duplicateMs, min_stay_seconds: rules.minStaySeconds },
    ...{ max_visit_minutes: rules.maxVisitMinutes, recorded_at: new Date(nowMs) },
  };
}

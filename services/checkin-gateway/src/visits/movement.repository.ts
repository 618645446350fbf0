import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { Movement } from './movement.ts';

/** Whose movements are meant. */
export interface Subject {
  readonly organisationId: string;
  readonly customerId: string;
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

/** Keeps a movement; answers false when it was kept before. */
export async function keepMovement(
  em: SqlEntityManager,
  subject: Subject,
  movement: Movement,
  recordedAt: Date,
): Promise<boolean> {
  const { rules } = movement;
  const kept = await em.execute<unknown[]>(
    `insert into movements (id, organisation_id, customer_id, site_id, at, reaches, kind, zone, repeat_key, visit_id,
       membership_id, method_type, method_id, method_name, duplicate_ms, min_stay_seconds, max_visit_minutes, recorded_at)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (id) do nothing returning 1`,
    [
      ...[movement.id, subject.organisationId, subject.customerId, movement.siteId, new Date(movement.atMs)],
      ...[new Date(movement.atMs + rules.maxVisitMinutes * 60_000), movement.kind, movement.zone, movement.repeatKey],
      ...[movement.visitId, movement.membershipId, movement.methodType, movement.methodId, movement.methodName],
      ...[rules.duplicateMs, rules.minStaySeconds, rules.maxVisitMinutes, recordedAt],
    ],
  );
  return kept.length > 0;
}

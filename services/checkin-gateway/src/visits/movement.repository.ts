import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { Movement, MovementKind } from './movement.ts';

/** Whose movements are meant. */
export interface Subject {
  readonly organisationId: string;
  readonly customerId: string;
}

interface MovementColumns extends Omit<Movement, 'atMs' | 'kind' | 'rules'> {
  at: Date;
  kind: MovementKind;
  duplicateMs: number;
  minStaySeconds: number;
  maxVisitMinutes: number;
}

// A movement begins an episode when no visit that could have begun before reaches it.
const beginsEpisode = `not exists (
  select 1 from movements before
  where before.organisation_id = m.organisation_id and before.customer_id = m.customer_id
    and before.at < m.at and before.at >= m.at - interval '24 hours' and before.reaches > m.at)`;

const ofSubject = 'm.organisation_id = ? and m.customer_id = ?';

/**
 * The customer's movements that can share a visit with one at `at`, in their order. What lies before and after them makes its own
 * visits, whatever is added at that time.
 */
export async function findEpisode(em: SqlEntityManager, subject: Subject, at: Date): Promise<Movement[]> {
  const who = [subject.organisationId, subject.customerId];
  const rows = await em.execute<MovementColumns[]>(
    `select m.id, m.at, m.site_id as "siteId", m.kind, m.zone, m.repeat_key as "repeatKey",
            m.visit_id as "visitId", m.membership_id as "membershipId", m.method_type as "methodType",
            m.method_id as "methodId", m.method_name as "methodName", m.duplicate_ms as "duplicateMs",
            m.min_stay_seconds as "minStaySeconds", m.max_visit_minutes as "maxVisitMinutes"
     from movements m
     where ${ofSubject}
       and m.at >= coalesce((select m.at from movements m where ${ofSubject} and m.at <= ? and ${beginsEpisode}
                             order by m.at desc limit 1), ?)
       and m.at < coalesce((select m.at from movements m where ${ofSubject} and m.at > ?::timestamptz + interval '24 hours'
                              and ${beginsEpisode} order by m.at limit 1), 'infinity')
     order by m.at, m.id`,
    [...who, ...who, at, at, ...who, at],
  );
  return rows.map(({ at: instant, duplicateMs, minStaySeconds, maxVisitMinutes, ...row }) => ({
    ...row,
    atMs: new Date(instant).getTime(),
    rules: { duplicateMs, minStaySeconds, maxVisitMinutes },
  }));
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

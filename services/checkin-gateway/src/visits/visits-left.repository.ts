import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { HeldMembership, KnownMembership } from './decision.ts';
import { membershipKey } from './record-movement.repository.ts';
import { lockSubject } from './visit.repository.ts';

/**
 * The memberships with the visits that are left of each. Visits are counted where they are made, so that doors need nobody for it.
 * Whoever counts holds the membership's lock until the end, so that two of its members never have the last visit; a customer's lock
 * comes before it, and a site's after it.
 */
export async function findVisitsLeft(
  em: SqlEntityManager,
  memberships: readonly KnownMembership[],
): Promise<HeldMembership[]> {
  const limited = memberships.filter(({ visitLimit }) => visitLimit !== null).map(({ id }) => id);
  for (const id of limited.toSorted()) await lockSubject(em, membershipKey(id));
  const made = await countVisits(em, limited);
  return memberships.map(({ visitLimit, ...membership }) => ({
    ...membership,
    visitsRemaining: visitLimit === null ? null : visitLimit - (made.get(membership.id) ?? 0),
  }));
}

async function countVisits(em: SqlEntityManager, membershipIds: readonly string[]): Promise<Map<string, number>> {
  if (membershipIds.length === 0) return new Map();
  const rows = await em.execute<{ id: string; count: number }[]>(
    `select membership_id as id, count(*)::int as count from visits
     where membership_id in (${membershipIds.map(() => '?').join(', ')}) and deleted_at is null group by membership_id`,
    [...membershipIds],
  );
  return new Map(rows.map(({ id, count }) => [id, count]));
}

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
  const limited = memberships.filter(({ visitLimit }) => visitLimit !== null);
  for (const id of limited.map((membership) => membership.id).toSorted()) await lockSubject(em, membershipKey(id));
  const left = await countLeft(em, limited);
  return memberships.map(({ visitLimit: _, ...membership }) => ({
    ...membership,
    visitsRemaining: left.get(membership.id) ?? null,
  }));
}

async function countLeft(em: SqlEntityManager, limited: readonly KnownMembership[]): Promise<Map<string, number>> {
  if (limited.length === 0) return new Map();
  const rows = await em.execute<{ id: string; left: number }[]>(
    `select id, visits_left(id, "visitLimit") as left from jsonb_to_recordset(?) as held (id varchar, "visitLimit" int)`,
    [JSON.stringify(limited)],
  );
  return new Map(rows.map(({ id, left }) => [id, left]));
}

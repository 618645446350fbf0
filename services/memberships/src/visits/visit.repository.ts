import type { SqlEntityManager } from '@mikro-orm/postgresql';

/** Keeps that a visit was made by a membership. */
export async function keepVisit(
  em: SqlEntityManager,
  { id, membershipId }: { id: string; membershipId: string },
): Promise<void> {
  await em.execute(
    `insert into membership_visits (id, membership_id) values (?, ?)
     on conflict (id) do update set membership_id = excluded.membership_id`,
    [id, membershipId],
    'run',
  );
}

/** Forgets a visit that turned out to be none. */
export async function takeBackVisit(em: SqlEntityManager, id: string): Promise<void> {
  await em.execute('delete from membership_visits where id = ?', [id], 'run');
}

/** How many visits were made by each of the memberships; those without any are left out. */
export async function countVisits(
  em: SqlEntityManager,
  membershipIds: readonly string[],
): Promise<Map<string, number>> {
  if (membershipIds.length === 0) return new Map();
  const rows = await em.execute<{ membershipId: string; count: number }[]>(
    `select membership_id as "membershipId", count(*)::int as count from membership_visits
     where membership_id in (${membershipIds.map(() => '?').join(', ')}) group by membership_id`,
    [...membershipIds],
  );
  return new Map(rows.map(({ membershipId, count }) => [membershipId, count]));
}

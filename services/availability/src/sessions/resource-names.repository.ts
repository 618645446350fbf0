import type { SqlEntityManager } from '@mikro-orm/postgresql';

/** The names of practitioners or rooms by id, removed ones included. */
export async function namesOf(
  em: SqlEntityManager,
  table: 'practitioners' | 'rooms',
  ids: string[],
): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await em.execute<{ id: string; name: string }[]>(
    `select id, name from ${table} where id in (select jsonb_array_elements_text(?::jsonb))`,
    [JSON.stringify(ids)],
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
}

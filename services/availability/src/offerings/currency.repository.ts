import type { SqlEntityManager } from '@mikro-orm/postgresql';

/** The currencies of sites by id, in lower case as offerings show them. */
export async function currenciesOf(em: SqlEntityManager, siteIds: string[]): Promise<Map<string, string>> {
  if (siteIds.length === 0) return new Map();
  const rows = await em.execute<{ id: string; currency: string }[]>(
    `select id, lower(site->>'currency') as currency from known_sites where id in (select jsonb_array_elements_text(?::jsonb))`,
    [JSON.stringify(siteIds)],
  );
  return new Map(rows.map(({ id, currency }) => [id, currency]));
}

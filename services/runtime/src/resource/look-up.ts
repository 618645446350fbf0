import type { EntityName, FilterQuery } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { BaseRow } from '../db/base.ts';
import { toMessages } from './load.ts';
import type { ResourceSpec } from './spec.ts';

/**
 * Fetches what other rows name by id, with one query for all of them. The answer gives the messages of some of the ids in the
 * order they are named; what was removed since is left out.
 */
export async function lookUp<Row extends BaseRow, Message>(
  spec: ResourceSpec<Row, Message>,
  em: SqlEntityManager,
  ids: readonly (string | null | undefined)[],
): Promise<(ids: readonly (string | null | undefined)[]) => Message[]> {
  const wanted = [...new Set(ids.flatMap((id) => id ?? []))];
  if (wanted.length === 0) return () => [];
  const where = { id: { $in: wanted }, deletedAt: null } as FilterQuery<Row>;
  const rows = (await em.find(spec.entity as EntityName<Row>, where, { disableIdentityMap: true })) as Row[];
  const messages = await toMessages(spec, rows, em);
  const byId = new Map(rows.map((row, index) => [row.id, messages[index]]));
  return (some) => some.flatMap((id) => byId.get(id ?? '') ?? []);
}

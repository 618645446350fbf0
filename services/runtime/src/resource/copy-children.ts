import type { EntityName, FilterQuery, RequiredEntityData } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { BaseRow } from '../db/base.ts';
import type { Call } from '../grpc/call.ts';
import type { ChildRow, ChildSpec } from './children-of.ts';
import { writableValues } from './copy.ts';
import { firstColumns } from './create.ts';

type Copied<Row extends ChildRow> = Pick<ChildSpec<Row, never, BaseRow, unknown>, 'entity' | 'newId' | 'orderBy'> & {
  writable: readonly (keyof Row & string)[];
};

/** Gives a parent's copy the live children of the parent, in their order. Answers the copies' ids by those they were copied from. */
export async function copyChildren<Row extends ChildRow>(
  spec: Copied<Row>,
  { from, to }: { from: string; to: string },
  { em, call }: { em: SqlEntityManager; call: Call },
): Promise<Map<string, string>> {
  const entity = spec.entity as EntityName<Row>;
  const where = { parentId: from, deletedAt: null } as FilterQuery<Row>;
  const orderBy = { ...(spec.orderBy ?? { createdAt: 'asc' }), id: 'asc' } as never;
  const copies = new Map<string, string>();
  for (const row of (await em.find(entity, where, { orderBy })) as Row[]) {
    const copied = { ...writableValues(row, spec.writable), ...firstColumns(call), id: spec.newId(), parentId: to };
    copies.set(row.id, copied.id);
    em.create(entity, copied as unknown as RequiredEntityData<Row>);
  }
  await em.flush();
  return copies;
}

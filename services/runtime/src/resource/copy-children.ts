import type { EntityName, RequiredEntityData } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { Call } from '../grpc/call.ts';
import { type ChildRow, type ChildRows, liveOf } from './children-of.ts';
import { writableValues } from './copy.ts';
import { firstColumns } from './create.ts';

type Copied<Row extends ChildRow> = Pick<
  ChildRows<Row, never, never>,
  'entity' | 'newId' | 'orderBy' | 'place' | 'complete'
> & {
  writable: readonly (keyof Row & string)[];
};

/** Gives a parent's copy the live children of the parent, in their order. Answers the copies' ids by those they were copied from. */
export async function copyChildren<Row extends ChildRow>(
  spec: Copied<Row>,
  { from, to }: { from: string; to: string },
  { em, call }: { em: SqlEntityManager; call: Call },
): Promise<Map<string, string>> {
  const entity = spec.entity as EntityName<Row>;
  const orderBy = { ...(spec.orderBy ?? { createdAt: 'asc' }), id: 'asc' } as never;
  const copies = new Map<string, string>();
  for (const row of (await em.find(entity, liveOf<Row>(from), { orderBy })) as Row[]) {
    const copied = { ...writableValues(row, spec.writable), ...firstColumns(call), id: spec.newId(), parentId: to };
    copies.set(row.id, copied.id);
    const copy = em.create(entity, copied as unknown as RequiredEntityData<Row>) as Row;
    spec.place?.(copy, copies.size);
    spec.complete?.(copy, undefined);
  }
  await em.flush();
  return copies;
}

import type { BaseRow } from '../db/base.ts';
import type { Call } from '../grpc/call.ts';
import { finishBody, requireWritableScope } from './create.ts';
import { loadVisible } from './load.ts';
import type { ResourceSpec } from './spec.ts';

/** The shape of every update: the resource under its own key, and the names of the fields the body carried. */
export type UpdateRequest<Key extends string, Message> = { id: string; updateMask: string[] | null } & Record<
  Key,
  Message | null
>;

/**
 * Changes the fields that the body carried: a value sets, null clears to the column's default, lists replace.
 * `key` is the request's field that holds the message.
 */
export function update<Row extends BaseRow, Message extends object, Key extends string>(
  spec: ResourceSpec<Row, Message>,
  key: Key,
) {
  return (request: UpdateRequest<Key, Message>, call: Call): Promise<Message> =>
    call.transact(async (transaction) => {
      const row = await loadVisible(spec, request.id, call, {
        em: transaction.em,
        use: 'write',
        isArchivedFound: true,
      });
      const before = { ...row };
      const mask = request.updateMask ?? [];
      assignMasked(spec, row, request[key], mask);
      requireWritableScope(spec, row, call);
      touch(row, call);
      const written = { row, message: request[key], carries: (field: string) => mask.includes(field) };
      return finishBody(spec, written, { ...transaction, before }, call);
    });
}

/** Copies the masked writable keys of a message to its row. Mask names are the contract's, in snake case. */
export function assignMasked<Row extends BaseRow>(
  spec: { writable: readonly string[]; fixed?: readonly string[] | undefined; defaults?: Partial<Row> | undefined },
  row: Row,
  message: object | null,
  mask: readonly string[],
): void {
  const carried = new Set(mask.map(camelCase));
  const values = (message ?? {}) as Record<string, unknown>;
  const target = row as Record<string, unknown>;
  const defaults = (spec.defaults ?? {}) as Record<string, unknown>;
  for (const key of spec.writable) {
    if (carried.has(key) && spec.fixed?.includes(key) !== true) target[key] = values[key] ?? defaults[key] ?? null;
  }
}

/** Notes who changed a row and when. */
export function touch(row: BaseRow, call: Call): void {
  row.updatedAt = new Date(call.clock.nowMs());
  row.updatedBy = call.actor;
}

function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

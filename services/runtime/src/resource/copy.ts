import type { BaseRow } from '../db/base.ts';
import type { Call, Transaction } from '../grpc/call.ts';
import { insertRow, takeBody } from './create.ts';
import { loadVisible, told } from './load.ts';
import type { ResourceSpec } from './spec.ts';
import { assignMasked, type UpdateRequest } from './update.ts';

/** Copies what hangs on a row, such as its rules, to the row's copy. */
export type CopyParts<Row> = (from: Row, to: Row, transaction: Transaction, call: Call) => Promise<void>;

/**
 * Adds a live row with the writable values of another, archived ones included, and with its lists of children, but for what the body
 * carries. `key` is the request's field that holds it; `copyParts` brings along what else a person expects of a copy.
 */
export function copy<Row extends BaseRow, Message extends object, Key extends string>(
  spec: ResourceSpec<Row, Message>,
  key: Key,
  copyParts?: CopyParts<Row>,
) {
  return (request: UpdateRequest<Key, Message>, call: Call): Promise<Message> =>
    call.transact(async (transaction) => {
      const { em } = transaction;
      const from = await loadVisible(spec, request.id, call, { em, use: 'read', isArchivedFound: true });
      const values = writableValues(from, spec.writable) as Row;
      // What is fixed for a row's life is still open for its copy.
      const mask = request.updateMask ?? [];
      assignMasked({ ...spec, fixed: [] }, values, request[key], mask);
      const row = insertRow(spec, values, transaction, call);
      const written = { row, message: request[key], carries: (field: string) => mask.includes(field) };
      // Before anything is saved, for the database has no sentence for what it refuses.
      await takeBody(spec, written, transaction, call);
      await em.flush();
      for (const list of spec.lists ?? []) {
        if (!mask.includes(list.field)) await list.copy({ from: from.id, to: row.id }, { em, call });
      }
      await copyParts?.(from, row, transaction, call);
      return told(spec, row, transaction, call);
    });
}

/** A row's values of some columns, shared with nobody. */
export function writableValues<Row extends BaseRow>(row: Row, columns: readonly (keyof Row & string)[]): Partial<Row> {
  return Object.fromEntries(columns.map((column) => [column, structuredClone(row[column])])) as Partial<Row>;
}

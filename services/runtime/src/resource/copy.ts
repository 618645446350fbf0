import type { BaseRow } from '../db/base.ts';
import type { Call, Transaction } from '../grpc/call.ts';
import { finishWrite, insertRow } from './create.ts';
import { loadVisible } from './load.ts';
import type { ResourceSpec } from './spec.ts';
import { assignMasked, type UpdateRequest } from './update.ts';

/** Copies what hangs on a row, such as its rules, to the row's copy. */
export type CopyParts<Row> = (from: Row, to: Row, transaction: Transaction, call: Call) => Promise<void>;

/**
 * Adds a live row with the writable values of another, archived ones included, but for those the body carries. `key` is the
 * request's field that holds them; `copyParts` brings along what a person expects of a copy beside the row itself.
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
      assignMasked({ ...spec, fixed: [] }, values, request[key], request.updateMask ?? []);
      const to = insertRow(spec, values, transaction, call);
      await em.flush();
      await copyParts?.(from, to, transaction, call);
      return finishWrite(spec, to, transaction, call);
    });
}

/** A row's values of some columns, shared with nobody. */
export function writableValues<Row extends BaseRow>(row: Row, columns: readonly (keyof Row & string)[]): Partial<Row> {
  return Object.fromEntries(columns.map((column) => [column, structuredClone(row[column])])) as Partial<Row>;
}

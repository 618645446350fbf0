import type { BaseRow } from '../db/base.ts';
import type { Call, Transaction } from '../grpc/call.ts';
import { loadVisible, told } from './load.ts';
import type { ResourceSpec } from './spec.ts';
import { touch } from './update.ts';

/** Throws the refusal that keeps a row from being removed, where something still needs it. */
export type RefuseWhileNeeded<Row> = (row: Row, transaction: Transaction, call: Call) => Promise<void>;

/** Removes a row for good as far as clients can see: it is not found afterwards. The row itself is kept for what refers to it. */
export function remove<Row extends BaseRow, Message>(
  spec: ResourceSpec<Row, Message>,
  refuseWhileNeeded?: RefuseWhileNeeded<Row>,
) {
  const removeTelling = removeAndTell(spec, refuseWhileNeeded);
  return async (request: { id: string }, call: Call): Promise<object> => {
    await removeTelling(request, call);
    return {};
  };
}

/** The same, for rpcs that answer what they have removed. */
export function removeAndTell<Row extends BaseRow, Message>(
  spec: ResourceSpec<Row, Message>,
  refuseWhileNeeded?: RefuseWhileNeeded<Row>,
) {
  return ({ id }: { id: string }, call: Call): Promise<Message> =>
    call.transact(async (transaction) => {
      const row = await loadVisible(spec, id, call, { em: transaction.em, use: 'write' });
      await refuseWhileNeeded?.(row, transaction, call);
      row.deletedAt = new Date(call.clock.nowMs());
      touch(row, call);
      return told(spec, row, transaction, call);
    });
}

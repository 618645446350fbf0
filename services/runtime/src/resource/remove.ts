import type { BaseRow } from '../db/base.ts';
import type { Call } from '../grpc/call.ts';
import { loadVisible, told } from './load.ts';
import type { ResourceSpec } from './spec.ts';
import { touch } from './update.ts';

/** Removes a row for good as far as clients can see: it is not found afterwards. The row itself is kept for what refers to it. */
export function remove<Row extends BaseRow, Message>(spec: ResourceSpec<Row, Message>) {
  return async ({ id }: { id: string }, call: Call): Promise<object> => {
    await call.transact(async (transaction) => {
      const row = await loadVisible(spec, id, call, { em: transaction.em, use: 'write' });
      row.deletedAt = new Date(call.clock.nowMs());
      touch(row, call);
      await told(spec, row, transaction, call);
      return {};
    });
    return {};
  };
}

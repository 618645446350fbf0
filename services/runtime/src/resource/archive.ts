import type { BaseRow } from '../db/base.ts';
import { invalid } from '../errors/refusal.ts';
import type { Call } from '../grpc/call.ts';
import { loadVisible, told } from './load.ts';
import type { ResourceSpec } from './spec.ts';
import { touch } from './update.ts';

/** Takes a row out of use; it stays readable and can be restored. A second time changes nothing. */
export function archive<Row extends BaseRow, Message>(spec: ResourceSpec<Row, Message>) {
  return setArchived(spec, (call) => new Date(call.clock.nowMs()));
}

/** Brings an archived row back, unless what it names was removed meanwhile. A live one is answered as it is. */
export function restore<Row extends BaseRow, Message>(spec: ResourceSpec<Row, Message>) {
  return setArchived(spec, () => null);
}

/** Archives a row and answers nothing, for deletes whose answer has no body. */
export function archiveSilently<Row extends BaseRow, Message>(spec: ResourceSpec<Row, Message>) {
  const archiveRow = archive(spec);
  return async (request: { id: string }, call: Call): Promise<object> => {
    await archiveRow(request, call);
    return {};
  };
}

function setArchived<Row extends BaseRow, Message>(
  spec: ResourceSpec<Row, Message>,
  deletedAt: (call: Call) => Date | null,
) {
  return ({ id }: { id: string }, call: Call): Promise<Message> =>
    call.transact(async (transaction) => {
      const row = await loadVisible(spec, id, call, { em: transaction.em, use: 'write', isArchivedFound: true });
      const target = deletedAt(call);
      if ((target === null) !== (row.deletedAt === null || row.deletedAt === undefined)) {
        const errors = target === null ? await spec.check?.(row, transaction, call) : undefined;
        if (errors && Object.keys(errors).length > 0) throw invalid(errors);
        row.deletedAt = target;
        touch(row, call);
      }
      return told(spec, row, transaction, call);
    });
}

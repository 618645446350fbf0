import type { BaseRow } from '../db/base.ts';
import type { Call } from '../grpc/call.ts';
import { loadVisible, toMessages } from './load.ts';
import type { ResourceSpec } from './spec.ts';

/** Fetches one row by id; archived ones stay readable. */
export function get<Row extends BaseRow, Message>(spec: ResourceSpec<Row, Message>) {
  return async ({ id }: { id: string }, call: Call): Promise<Message> => {
    const row = await loadVisible(spec, id, call, { use: 'read', isArchivedFound: true });
    const [message] = (await toMessages(spec, [row], call.em)) as [Message];
    return message;
  };
}

import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { Refusal } from '../errors/refusal.ts';
import type { Call } from '../grpc/call.ts';

/** An aggregate's state and the version of its newest event. */
export interface Exported<Message> {
  message: Message;
  version: number;
}

/**
 * Reads rows and the versions of their newest events in one snapshot: nobody is told an old state under a new version.
 * An export is of all organisations, so that only services may have it.
 */
export function exportRows<Row extends { id: string }, Message>(
  call: Call,
  find: (em: SqlEntityManager) => Promise<Row[]>,
  describe: (em: SqlEntityManager, rows: Row[]) => Promise<Message[]> | Message[],
): Promise<Exported<Message>[]> {
  if (call.principal.kind !== 'KIND_SERVICE')
    throw new Refusal('forbidden', 'forbidden', 'Only other services may export this.');
  const read = async (em: SqlEntityManager): Promise<Exported<Message>[]> => {
    const rows = await find(em);
    const versions = await versionsOf(em, rows);
    const messages = await describe(em, rows);
    return messages.map((message, index) => ({ message, version: versions.get(rows[index]?.id ?? '') ?? 0 }));
  };
  return call.em.transactional(read, { isolationLevel: 'repeatable read' as never, readOnly: true });
}

/** How many rows a page has when so many are asked for. */
export function exportLimit(asked: number, most: number): number {
  return Math.min(Math.max(1, asked), most);
}

async function versionsOf(em: SqlEntityManager, rows: readonly { id: string }[]): Promise<Map<string, number>> {
  const versions = await em.execute<{ id: string; version: string }[]>(
    'select aggregate_id as id, version from aggregate_versions where aggregate_id in (select jsonb_array_elements_text(?::jsonb))',
    [JSON.stringify(rows.map(({ id }) => id))],
  );
  return new Map(versions.map(({ id, version }) => [id, Number(version)]));
}

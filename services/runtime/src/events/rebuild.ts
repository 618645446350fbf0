import type { Database } from '../db/database.ts';

/** Marks all that the outbox still keeps as untold: a stream that had to be made anew has lost it. Consumers pass over what they had. */
export async function tellAgain(db: Pick<Database, 'fork'>): Promise<void> {
  await db.fork().execute('update outbox set published_at = null where published_at is not null', [], 'run');
}

/** A page of a projection's source, in the order of its keys. */
export interface ExportPage<Row> {
  rows: Row[];
  /** The key to go on after; undefined at the end. */
  next: string | undefined;
}

/** Fills a projection from its owner, page by page; events that come meanwhile win, because only higher versions are applied. */
export async function rebuildProjection<Row>(
  page: (afterId: string) => Promise<ExportPage<Row>>,
  keep: (rows: readonly Row[]) => Promise<void>,
): Promise<number> {
  let count = 0;
  for (let after: string | undefined = ''; after !== undefined; ) {
    const { rows, next }: ExportPage<Row> = await page(after);
    await keep(rows);
    count += rows.length;
    after = next;
  }
  return count;
}

import type { EntitySchema, FilterQuery, QueryOrderMap } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { BaseRow } from '../db/base.ts';
import type { FieldErrors } from '../errors/refusal.ts';
import type { Call, Transaction } from '../grpc/call.ts';

/** Where rows live in the tree of tenants, and so who sees them. */
export type Scope<Row> =
  /** Rows of one or several sites. The first named site gives the row its time zone. */
  | { of: 'site'; sites(row: Row): string[]; where(siteIds: string[]): FilterQuery<Row> }
  /** Rows of one brand, for whoever works at one of its sites. */
  | { of: 'brand'; brand(row: Row): string; where(brandIds: string[]): FilterQuery<Row> }
  /** Rows of the whole organisation. */
  | { of: 'organisation' };

/** Formats instants in the time zone of a row's site, UTC where it has none. */
export interface Formats {
  instant(value: Date): string;
}

/** A filter of a list: the request's value becomes a condition. Absent values filter nothing. */
export type Filter<Row> = (value: never, call: Call) => FilterQuery<Row>;

/** The transaction of one row's change. */
export interface Saving<Row = unknown> extends Transaction {
  /** The row as it was before an update. */
  before?: Readonly<Row>;
}

/** The event a resource tells of each change. */
export interface SavedEvent<Message> {
  saved: `lido.${string}`;
  encode(message: Message): Uint8Array;
}

/** The unit of work and the call that a change belongs to. */
export interface Work {
  em: SqlEntityManager;
  call: Call;
}

/** Children that the parent's own body may carry as a whole list, such as a package's price rules. */
export interface ChildList<ParentRow extends BaseRow> {
  /** The list's name in the contract. */
  field: string;
  /** Makes a parent's children what the message's list says, and answers what is wrong with them by `field.index.name`. */
  replace(parent: ParentRow, message: object, work: Work): Promise<FieldErrors>;
  /** Gives a parent's copy the children of the parent. */
  copy(parents: { from: string; to: string }, work: Work): Promise<unknown>;
}

/**
 * All that generic functions need to serve one resource. Row and message share their keys in camel case,
 * so that a family costs its table, its message and this.
 */
export interface ResourceSpec<Row extends BaseRow, Message> {
  /** The noun in sentences, such as `room`. */
  noun: string;
  entity: EntitySchema<Row>;
  newId(): string;
  scope: Scope<Row>;
  /** The message keys a client may set; each is a column of the same name. */
  writable: readonly (keyof Row & keyof Message & string)[];
  /** Those of them that only a new row takes; an update leaves them as they are. */
  fixed?: readonly (keyof Row & keyof Message & string)[];
  /** Values of columns that the request leaves out, for new rows. */
  defaults?: Partial<Row>;
  toMessage(row: Row, formats: Formats): Message;
  /** What the messages show of other tables, fetched for all rows at once. */
  embed?(rows: Row[], em: SqlEntityManager): Promise<(row: Row, formats: Formats) => Partial<Message>>;
  /** Whether deleting means removal, not the archive: then nobody reads, changes or copies a deleted row any more. */
  isGoneOnceDeleted?: boolean;
  /** Children whose whole list the body of a create, an update or a copy may carry. */
  lists?: readonly ChildList<Row>[];
  filters: Record<string, Filter<Row>>;
  orderBy: QueryOrderMap<Row> | QueryOrderMap<Row>[];
  event?: SavedEvent<Message>;
  /** Rules beyond single fields: answers what is wrong with the row as it would be saved. */
  check?(row: Row, transaction: Saving<Row>, call: Call): Promise<FieldErrors>;
  /** What else a change brings about, in its transaction. */
  saved?(row: Row, transaction: Saving<Row>, call: Call): Promise<void>;
}

/** The columns every message shows in the same way. */
export function stamps(
  row: BaseRow,
  { instant }: Formats,
): { createdAt: string; updatedAt: string; deletedAt: string | null } {
  return {
    createdAt: instant(row.createdAt),
    updatedAt: instant(row.updatedAt),
    deletedAt: row.deletedAt ? instant(row.deletedAt) : null,
  };
}

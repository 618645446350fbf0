import type { EntityName, FilterQuery, QueryOrderMap, RequiredEntityData } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { BaseRow } from '../db/base.ts';
import { type FieldErrors, invalid, notFound } from '../errors/refusal.ts';
import type { Call } from '../grpc/call.ts';
import { firstColumns } from './create.ts';
import { conditions, type ListRequest, type ListResponse, pageOf } from './list.ts';
import { formatsFor, loadVisible, told } from './load.ts';
import type { Filter, Formats, ResourceSpec } from './spec.ts';
import { assignMasked, touch } from './update.ts';

/** A row that belongs to a parent: a price rule, an address, a note. */
export interface ChildRow extends BaseRow {
  parentId: string;
}

/** What generic functions need to know of one kind of a parent's children. */
export interface ChildRows<Row extends ChildRow, Message, ParentRow extends BaseRow> {
  entity: ResourceSpec<Row, Message>['entity'];
  newId(): string;
  writable: readonly (keyof Row & keyof Message & string)[];
  defaults?: Partial<Row>;
  /** The child as clients see it, its instants in the parent's time zone. */
  toMessage(row: Row, formats: Formats): Message;
  /** What the messages show of other tables, fetched for all rows at once. */
  embed?(rows: Row[], em: SqlEntityManager): Promise<(row: Row) => Partial<Message>>;
  filters?: Record<string, Filter<Row>>;
  /** The oldest first unless this says otherwise. */
  orderBy?: QueryOrderMap<Row>;
  /** Keeps a child's place among the others, counted from 1, for children whose order means something. */
  place?(row: Row, position: number): void;
  /** Completes a child whose columns have just been written; `before` is the child as it was, unless it is new. */
  complete?(row: Row, before: Row | undefined): void;
  /** What is wrong with the child as it would be saved. */
  check?(row: Row, parent: ParentRow, em: SqlEntityManager): FieldErrors | Promise<FieldErrors>;
}

/** What serves a parent's children. The parent decides who may see and change them. */
export interface ChildSpec<Row extends ChildRow, Message, ParentRow extends BaseRow, ParentMessage>
  extends ChildRows<Row, Message, ParentRow> {
  parent: ResourceSpec<ParentRow, ParentMessage>;
  /** Whether an archived parent is not found either, because archiving it took its children away. */
  isGoneWithParent?: boolean;
}

type ChildId = { parentId: string; id: string };
type ChildRequest<Key extends string, Message> = { parentId: string } & Record<Key, Message | null>;
type UpdateChild<Key extends string, Message> = ChildRequest<Key, Message> & {
  id: string;
  updateMask: string[] | null;
};

/** The handlers of a parent's children; `key` is the request's field that holds the message. Every change is told as a change of the parent. */
export function childrenOf<
  Row extends ChildRow,
  Message extends object,
  ParentRow extends BaseRow,
  ParentMessage,
  Key extends string,
>(spec: ChildSpec<Row, Message, ParentRow, ParentMessage>, key: Key) {
  const entity = spec.entity as EntityName<Row>;
  const orderBy = { ...(spec.orderBy ?? { createdAt: 'asc' }), id: 'asc' } as never;
  const shown = async (rows: Row[], parent: ParentRow, em: SqlEntityManager): Promise<Message[]> => {
    const formats = await formatsOf(spec, parent, em);
    const embedded = await spec.embed?.(rows, em);
    return rows.map((row) => ({ ...spec.toMessage(row, formats), ...embedded?.(row) }));
  };
  const checked = async (row: Row, parent: ParentRow, em: SqlEntityManager): Promise<Message> => {
    const errors = (await spec.check?.(row, parent, em)) ?? {};
    if (Object.keys(errors).length > 0) throw invalid(errors);
    const [message] = (await shown([row], parent, em)) as [Message];
    return message;
  };

  return {
    list: async (request: { parentId: string } & ListRequest, call: Call): Promise<ListResponse<Message>> => {
      const parent = await readParent(spec, request.parentId, call);
      const { page, perPage, offset } = pageOf(request);
      const where = { $and: [liveOf<Row>(request.parentId), ...conditions(spec.filters ?? {}, request, call)] };
      const options = { orderBy, limit: perPage, offset };
      const [rows, total] = await call.em.findAndCount(entity, where as FilterQuery<Row>, options);
      return { data: await shown(rows as Row[], parent, call.em), page: { page, perPage, total } };
    },
    /** For the lists that the contract does not page. */
    listAll: async ({ parentId }: { parentId: string }, call: Call): Promise<{ data: Message[] }> => {
      const parent = await readParent(spec, parentId, call);
      const rows = await call.em.find(entity, liveOf<Row>(parentId), { orderBy });
      return { data: await shown(rows as Row[], parent, call.em) };
    },
    get: async ({ parentId, id }: ChildId, call: Call): Promise<Message> => {
      const parent = await readParent(spec, parentId, call);
      const [message] = (await shown([await findChild(call.em, entity, parentId, id)], parent, call.em)) as [Message];
      return message;
    },
    create: (request: ChildRequest<Key, Message>, call: Call): Promise<Message> =>
      changeParent(spec, request.parentId, call, (em, parent) => {
        const row = insertChild(spec, request.parentId, request[key], { em, call });
        return checked(row, parent, em);
      }),
    update: (request: UpdateChild<Key, Message>, call: Call): Promise<Message> =>
      changeParent(spec, request.parentId, call, async (em, parent) => {
        const row = await findChild(em, entity, request.parentId, request.id);
        changeChild(spec, row, { message: request[key], mask: request.updateMask ?? [] }, call);
        return checked(row, parent, em);
      }),
    remove: ({ parentId, id }: ChildId, call: Call): Promise<object> =>
      changeParent(spec, parentId, call, async (em) => {
        removeChild(await findChild(em, entity, parentId, id), call);
        return {};
      }),
  };
}

type ParentOf<ParentRow extends BaseRow, ParentMessage> = Pick<
  ChildSpec<ChildRow, unknown, ParentRow, ParentMessage>,
  'parent' | 'isGoneWithParent'
>;

function readParent<ParentRow extends BaseRow, ParentMessage>(
  { parent, isGoneWithParent = false }: ParentOf<ParentRow, ParentMessage>,
  parentId: string,
  call: Call,
): Promise<ParentRow> {
  return loadVisible(parent, parentId, call, { use: 'read', isArchivedFound: !isGoneWithParent });
}

/** Changes something of a parent in one transaction, and tells of it as a change of the parent. */
export function changeParent<ParentRow extends BaseRow, ParentMessage, A>(
  { parent: parentSpec, isGoneWithParent = false }: ParentOf<ParentRow, ParentMessage>,
  parentId: string,
  call: Call,
  work: (em: SqlEntityManager, parent: ParentRow) => Promise<A>,
): Promise<A> {
  return call.transact(async (transaction) => {
    const { em } = transaction;
    const options = { em, use: 'write', isArchivedFound: !isGoneWithParent } as const;
    const parent = await loadVisible(parentSpec, parentId, call, options);
    const answer = await work(em, parent);
    await em.flush();
    touch(parent, call);
    await told(parentSpec, parent, transaction, call);
    return answer;
  });
}

async function formatsOf<ParentRow extends BaseRow, ParentMessage>(
  { parent: { scope } }: ParentOf<ParentRow, ParentMessage>,
  parent: ParentRow,
  em: SqlEntityManager,
): Promise<Formats> {
  return (await formatsFor(scope, [parent], em))(parent);
}

/** The condition that keeps a load to a parent's live children. */
export function liveOf<Row extends ChildRow>(parentId: string): FilterQuery<Row> {
  return { parentId, deletedAt: null } as FilterQuery<Row>;
}

/** A live child of the parent, or the refusal of a missing one. */
export async function findChild<Row extends ChildRow>(
  em: SqlEntityManager,
  entity: EntityName<Row>,
  parentId: string,
  id: string,
): Promise<Row> {
  const row = await em.findOne(entity, { $and: [{ id }, liveOf<Row>(parentId)] } as FilterQuery<Row>);
  if (!row) throw notFound(id);
  return row as Row;
}

/** A new child in the unit of work, with the message's writable keys. */
export function insertChild<Row extends ChildRow, Message extends object, ParentRow extends BaseRow>(
  spec: ChildRows<Row, Message, ParentRow>,
  parentId: string,
  message: Message | null,
  { em, call }: { em: SqlEntityManager; call: Call },
): Row {
  const columns = { ...spec.defaults, ...firstColumns(call), id: spec.newId(), parentId };
  const row = em.create(spec.entity as EntityName<Row>, columns as unknown as RequiredEntityData<Row>) as Row;
  assignMasked(spec, row, message, spec.writable);
  spec.complete?.(row, undefined);
  return row;
}

/** Changes the keys of a child that the mask names. */
export function changeChild<Row extends ChildRow, Message extends object, ParentRow extends BaseRow>(
  spec: ChildRows<Row, Message, ParentRow>,
  row: Row,
  { message, mask }: { message: Message | null; mask: readonly string[] },
  call: Call,
): void {
  const before = { ...row };
  assignMasked(spec, row, message, mask);
  spec.complete?.(row, before);
  touch(row, call);
}

/** Takes a child away; its row is kept for what refers to it. */
export function removeChild(row: ChildRow, call: Call): void {
  row.deletedAt = new Date(call.clock.nowMs());
  touch(row, call);
}

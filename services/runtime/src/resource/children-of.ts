import type { EntityName, FilterQuery, QueryOrderMap, RequiredEntityData } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { BaseRow } from '../db/base.ts';
import { type FieldErrors, invalid, notFound } from '../errors/refusal.ts';
import type { Call } from '../grpc/call.ts';
import { firstColumns } from './create.ts';
import { type ListRequest, type ListResponse, pageOf } from './list.ts';
import { formatsFor, loadVisible, told } from './load.ts';
import type { Formats, ResourceSpec } from './spec.ts';
import { assignMasked, touch } from './update.ts';

/** A row that belongs to a parent: a price rule, an address, a note. */
export interface ChildRow extends BaseRow {
  parentId: string;
}

/** What generic functions need to serve a parent's children. The parent decides who may see and change them. */
export interface ChildSpec<Row extends ChildRow, Message, ParentRow extends BaseRow, ParentMessage> {
  entity: ResourceSpec<Row, Message>['entity'];
  parent: ResourceSpec<ParentRow, ParentMessage>;
  newId(): string;
  writable: readonly (keyof Row & keyof Message & string)[];
  defaults?: Partial<Row>;
  /** The child as clients see it, its instants in the parent's time zone. */
  toMessage(row: Row, formats: Formats): Message;
  /** The oldest first unless this says otherwise. */
  orderBy?: QueryOrderMap<Row>;
  /** Whether an archived parent is not found either, because archiving it took its children away. */
  isGoneWithParent?: boolean;
  /** What is wrong with the child as it would be saved. */
  check?(row: Row): FieldErrors;
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
  const checked = async (row: Row, parent: ParentRow, em: SqlEntityManager): Promise<Message> => {
    const errors = spec.check?.(row) ?? {};
    if (Object.keys(errors).length > 0) throw invalid(errors);
    return spec.toMessage(row, await formatsOf(spec, parent, em));
  };

  return {
    list: async (request: { parentId: string } & ListRequest, call: Call): Promise<ListResponse<Message>> => {
      const formats = await formatsOf(spec, await readParent(spec, request.parentId, call), call.em);
      const { page, perPage, offset } = pageOf(request);
      const options = { orderBy, limit: perPage, offset };
      const [rows, total] = await call.em.findAndCount(entity, liveOf<Row>(request.parentId), options);
      return { data: rows.map((row) => spec.toMessage(row as Row, formats)), page: { page, perPage, total } };
    },
    /** For the lists that the contract does not page. */
    listAll: async ({ parentId }: { parentId: string }, call: Call): Promise<{ data: Message[] }> => {
      const formats = await formatsOf(spec, await readParent(spec, parentId, call), call.em);
      const rows = await call.em.find(entity, liveOf<Row>(parentId), { orderBy });
      return { data: rows.map((row) => spec.toMessage(row as Row, formats)) };
    },
    get: async ({ parentId, id }: ChildId, call: Call): Promise<Message> => {
      const formats = await formatsOf(spec, await readParent(spec, parentId, call), call.em);
      return spec.toMessage(await findChild(call.em, entity, parentId, id), formats);
    },
    create: (request: ChildRequest<Key, Message>, call: Call): Promise<Message> =>
      changeParent(spec, request.parentId, call, (em, parent) => {
        const row = em.create(entity, newRow(spec, request.parentId, call) as RequiredEntityData<Row>) as Row;
        assignMasked(spec, row, request[key], spec.writable);
        return checked(row, parent, em);
      }),
    update: (request: UpdateChild<Key, Message>, call: Call): Promise<Message> =>
      changeParent(spec, request.parentId, call, async (em, parent) => {
        const row = await findChild(em, entity, request.parentId, request.id);
        assignMasked(spec, row, request[key], request.updateMask ?? []);
        touch(row, call);
        return checked(row, parent, em);
      }),
    remove: ({ parentId, id }: ChildId, call: Call): Promise<object> =>
      changeParent(spec, parentId, call, async (em) => {
        const row = await findChild(em, entity, parentId, id);
        row.deletedAt = new Date(call.clock.nowMs());
        touch(row, call);
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
function changeParent<ParentRow extends BaseRow, ParentMessage, A>(
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

function liveOf<Row extends ChildRow>(parentId: string): FilterQuery<Row> {
  return { parentId, deletedAt: null } as FilterQuery<Row>;
}

async function findChild<Row extends ChildRow>(
  em: SqlEntityManager,
  entity: EntityName<Row>,
  parentId: string,
  id: string,
): Promise<Row> {
  const row = await em.findOne(entity, { $and: [{ id }, liveOf<Row>(parentId)] } as FilterQuery<Row>);
  if (!row) throw notFound(id);
  return row as Row;
}

function newRow<Row extends ChildRow>(
  { defaults, newId }: { defaults?: Partial<Row>; newId(): string },
  parentId: string,
  call: Call,
): object {
  return { ...defaults, ...firstColumns(call), id: newId(), parentId };
}

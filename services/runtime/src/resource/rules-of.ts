import type { EntityName, FilterQuery, RequiredEntityData } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { BaseRow } from '../db/base.ts';
import { type FieldErrors, invalid, notFound } from '../errors/refusal.ts';
import type { Call, Transaction } from '../grpc/call.ts';
import { type ListRequest, type ListResponse, pageOf } from './list.ts';
import { loadVisible, told } from './load.ts';
import type { ResourceSpec } from './spec.ts';
import { assignMasked, touch } from './update.ts';

/** A row that belongs to a parent: a price rule, an availability rule. */
export interface ChildRow extends BaseRow {
  parentId: string;
}

/** What generic functions need to serve a parent's rules. The parent decides who may see and change them. */
export interface RuleSpec<Row extends ChildRow, Message, ParentRow extends BaseRow, ParentMessage> {
  entity: ResourceSpec<Row, Message>['entity'];
  parent: ResourceSpec<ParentRow, ParentMessage>;
  newId(): string;
  writable: readonly (keyof Row & keyof Message & string)[];
  defaults?: Partial<Row>;
  toMessage(row: Row): Message;
  /** What is wrong with the rule as it would be saved. */
  check?(row: Row): FieldErrors;
}

type ChildId = { parentId: string; id: string };
type ChildRequest<Message> = { parentId: string; rule: Message | null };
type UpdateChild<Message> = ChildRequest<Message> & { id: string; updateMask: string[] | null };

/** The five handlers of a parent's rules. Every change is told as a change of the parent. */
export function rulesOf<Row extends ChildRow, Message extends object, ParentRow extends BaseRow, ParentMessage>(
  spec: RuleSpec<Row, Message, ParentRow, ParentMessage>,
) {
  const entity = spec.entity as EntityName<Row>;
  const readable = (parentId: string, call: Call) =>
    loadVisible(spec.parent, parentId, call, { use: 'read', isArchivedFound: true });
  const write = <A>(parentId: string, call: Call, work: (transaction: Transaction) => Promise<A>): Promise<A> =>
    changeParent(spec.parent, parentId, call, work);
  const checked = (row: Row): Message => {
    const errors = spec.check?.(row) ?? {};
    if (Object.keys(errors).length > 0) throw invalid(errors);
    return spec.toMessage(row);
  };

  return {
    list: async (request: { parentId: string } & ListRequest, call: Call): Promise<ListResponse<Message>> => {
      await readable(request.parentId, call);
      const { page, perPage, offset } = pageOf(request);
      const where = { parentId: request.parentId, deletedAt: null } as FilterQuery<Row>;
      const options = { orderBy: { createdAt: 'asc', id: 'asc' } as never, limit: perPage, offset };
      const [rows, total] = await call.em.findAndCount(entity, where, options);
      return { data: rows.map((row) => spec.toMessage(row as Row)), page: { page, perPage, total } };
    },
    get: async ({ parentId, id }: ChildId, call: Call): Promise<Message> => {
      await readable(parentId, call);
      return spec.toMessage(await findChild(call.em, entity, parentId, id));
    },
    create: ({ parentId, rule }: ChildRequest<Message>, call: Call): Promise<Message> =>
      write(parentId, call, async ({ em }) => {
        const row = em.create(entity, newRow(spec, parentId, call) as RequiredEntityData<Row>) as Row;
        assignMasked(spec, row, rule, spec.writable);
        return checked(row);
      }),
    update: ({ parentId, id, rule, updateMask }: UpdateChild<Message>, call: Call): Promise<Message> =>
      write(parentId, call, async ({ em }) => {
        const row = await findChild(em, entity, parentId, id);
        assignMasked(spec, row, rule, updateMask ?? []);
        touch(row, call);
        return checked(row);
      }),
    remove: ({ parentId, id }: ChildId, call: Call): Promise<object> =>
      write(parentId, call, async ({ em }) => {
        const row = await findChild(em, entity, parentId, id);
        row.deletedAt = new Date(call.clock.nowMs());
        return {};
      }),
  };
}

/** Changes something of a parent in one transaction, and tells of it as a change of the parent. */
function changeParent<ParentRow extends BaseRow, ParentMessage, A>(
  parentSpec: ResourceSpec<ParentRow, ParentMessage>,
  parentId: string,
  call: Call,
  work: (transaction: Transaction) => Promise<A>,
): Promise<A> {
  return call.transact(async (transaction) => {
    const parent = await loadVisible(parentSpec, parentId, call, {
      em: transaction.em,
      use: 'write',
      isArchivedFound: true,
    });
    const answer = await work(transaction);
    await transaction.em.flush();
    touch(parent, call);
    await told(parentSpec, parent, transaction, call);
    return answer;
  });
}

async function findChild<Row extends ChildRow>(
  em: SqlEntityManager,
  entity: EntityName<Row>,
  parentId: string,
  id: string,
): Promise<Row> {
  const row = await em.findOne(entity, { id, parentId, deletedAt: null } as FilterQuery<Row>);
  if (!row) throw notFound(id);
  return row as Row;
}

function newRow<Row extends ChildRow, Message, ParentRow extends BaseRow, ParentMessage>(
  spec: RuleSpec<Row, Message, ParentRow, ParentMessage>,
  parentId: string,
  call: Call,
): object {
  const now = new Date(call.clock.nowMs());
  return {
    ...spec.defaults,
    id: spec.newId(),
    parentId,
    organisationId: call.principal.organisationId,
    createdAt: now,
    createdBy: call.actor,
    updatedAt: now,
    updatedBy: call.actor,
  };
}

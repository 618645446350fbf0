import type { EntityName, FilterQuery, RequiredEntityData } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { BaseRow } from '../db/base.ts';
import { type FieldErrors, invalid, notFound } from '../errors/refusal.ts';
import type { Call, Transaction } from '../grpc/call.ts';
import type { ListResponse } from './list.ts';
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

type ChildRequest<Message> = { parentId: string; rule: Message | null };

/** The five handlers of a parent's rules. Every change is told as a change of the parent. */
export function rulesOf<Row extends ChildRow, Message extends object, ParentRow extends BaseRow, ParentMessage>(
  spec: RuleSpec<Row, Message, ParentRow, ParentMessage>,
) {
  const entity = spec.entity as EntityName<Row>;
  const findAll = async (em: SqlEntityManager, parentId: string): Promise<Row[]> =>
    (await em.find(entity, { parentId, deletedAt: null } as FilterQuery<Row>, {
      orderBy: { createdAt: 'asc', id: 'asc' } as never,
    })) as Row[];
  const findOne = async (em: SqlEntityManager, parentId: string, id: string): Promise<Row> => {
    const row = await em.findOne(entity, { id, parentId, deletedAt: null } as FilterQuery<Row>);
    if (!row) throw notFound(id);
    return row as Row;
  };
  const writing = <A>(parentId: string, call: Call, work: (transaction: Transaction) => Promise<A>): Promise<A> =>
    call.transact(async (transaction) => {
      const parent = await loadVisible(spec.parent, parentId, call, {
        em: transaction.em,
        use: 'write',
        isArchivedFound: true,
      });
      const answer = await work(transaction);
      await transaction.em.flush();
      touch(parent, call);
      await told(spec.parent, parent, transaction, call);
      return answer;
    });
  const checked = (row: Row): Row => {
    const errors = spec.check?.(row) ?? {};
    if (Object.keys(errors).length > 0) throw invalid(errors);
    return row;
  };

  return {
    list: async ({ parentId }: { parentId: string }, call: Call): Promise<ListResponse<Message>> => {
      await loadVisible(spec.parent, parentId, call, { use: 'read', isArchivedFound: true });
      const data = (await findAll(call.em, parentId)).map((row) => spec.toMessage(row));
      return { data, page: { page: 1, perPage: Math.max(data.length, 1), total: data.length } };
    },
    get: async ({ parentId, id }: { parentId: string; id: string }, call: Call): Promise<Message> => {
      await loadVisible(spec.parent, parentId, call, { use: 'read', isArchivedFound: true });
      return spec.toMessage(await findOne(call.em, parentId, id));
    },
    create: ({ parentId, rule }: ChildRequest<Message>, call: Call): Promise<Message> =>
      writing(parentId, call, async ({ em }) => {
        const row = em.create(entity, newRow(spec, parentId, call) as RequiredEntityData<Row>) as Row;
        assignMasked(spec, row, rule, spec.writable);
        return spec.toMessage(checked(row));
      }),
    update: (
      { parentId, id, rule, updateMask }: ChildRequest<Message> & { id: string; updateMask: string[] | null },
      call: Call,
    ): Promise<Message> =>
      writing(parentId, call, async ({ em }) => {
        const row = await findOne(em, parentId, id);
        assignMasked(spec, row, rule, updateMask ?? []);
        touch(row, call);
        return spec.toMessage(checked(row));
      }),
    remove: ({ parentId, id }: { parentId: string; id: string }, call: Call): Promise<object> =>
      writing(parentId, call, async ({ em }) => {
        const row = await findOne(em, parentId, id);
        row.deletedAt = new Date(call.clock.nowMs());
        return {};
      }),
  };
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

import type { EntityName, RequiredEntityData } from '@mikro-orm/core';
import type { BaseRow } from '../db/base.ts';
import { invalid, seenInBody } from '../errors/refusal.ts';
import type { Call, Transaction } from '../grpc/call.ts';
import { told } from './load.ts';
import { requireBrand, requirePermission, requireSite } from './scope.ts';
import type { ResourceSpec, Saving } from './spec.ts';

/** Adds a row from the request's writable keys; keys the request leaves out take the spec's defaults. */
export function create<Row extends BaseRow, Message extends object>(spec: ResourceSpec<Row, Message>) {
  return (request: Message | null, call: Call): Promise<Message> =>
    call.transact(async (transaction) => {
      const row = insertRow(spec, given(spec, request), transaction, call);
      return finishBody(spec, { row, message: request, carries: () => true }, transaction, call);
    });
}

/** A new row in the unit of work, with the columns every row has. The caller's permission is checked here, by the row's scope. */
export function insertRow<Row extends BaseRow, Message>(
  spec: ResourceSpec<Row, Message>,
  values: Partial<Row>,
  transaction: Transaction,
  call: Call,
): Row {
  const row = { ...spec.defaults, ...values, ...firstColumns(call), id: spec.newId() } as unknown as Row;
  requireWritableScope(spec, row, call);
  return transaction.em.create(spec.entity as EntityName<Row>, row as RequiredEntityData<Row>) as Row;
}

/** The columns every new row has beside its id: whose it is, and who made it when. */
export function firstColumns(call: Call): Omit<BaseRow, 'id' | 'deletedAt'> {
  const now = new Date(call.clock.nowMs());
  return {
    organisationId: call.principal.organisationId,
    createdAt: now,
    createdBy: call.actor,
    updatedAt: now,
    updatedBy: call.actor,
  };
}

/** A row as a body has just written it, and what else the body carries. */
export interface Written<Row, Message> {
  row: Row;
  message: Message | null;
  /** Whether the body carries a field, by its name in the contract. */
  carries(field: string): boolean;
}

/** Checks the row's own rules, saves it and tells of it. */
export function finishWrite<Row extends BaseRow, Message extends object>(
  spec: ResourceSpec<Row, Message>,
  row: Row,
  transaction: Saving<Row>,
  call: Call,
): Promise<Message> {
  return finishBody(spec, { row, message: null, carries: () => false }, transaction, call);
}

/** The same with the lists of children that the body carries. */
export async function finishBody<Row extends BaseRow, Message extends object>(
  spec: ResourceSpec<Row, Message>,
  written: Written<Row, Message>,
  transaction: Saving<Row>,
  call: Call,
): Promise<Message> {
  await takeBody(spec, written, transaction, call);
  return told(spec, written.row, transaction, call);
}

/** Writes the lists of children that the body carries, and refuses all that is wrong with them and with the row. */
export async function takeBody<Row extends BaseRow, Message extends object>(
  spec: ResourceSpec<Row, Message>,
  { row, message, carries }: Written<Row, Message>,
  transaction: Saving<Row>,
  call: Call,
): Promise<void> {
  const errors = { ...(await spec.check?.(row, transaction, call)) };
  for (const list of spec.lists ?? []) {
    if (message === null || !carries(list.field)) continue;
    Object.assign(errors, await list.replace(row, message, { em: transaction.em, call }));
  }
  if (Object.keys(errors).length > 0) throw invalid(errors);
}

/** A site or brand in a body that the caller can not see is a bad field there, worded as one that does not exist. */
export function requireWritableScope<Row extends BaseRow, Message>(
  { scope }: ResourceSpec<Row, Message>,
  row: Row,
  call: Call,
): void {
  if (scope.of === 'organisation') return requirePermission(scope, row, call, 'write');
  if (scope.of === 'brand') {
    const brandId = scope.brand(row);
    return seenInBody('brand_id', `There is no brand ${brandId}.`, () => requireBrand(call, brandId));
  }
  const siteIds = scope.sites(row);
  const field = 'siteIds' in row ? 'site_ids' : 'site_id';
  if (siteIds.length === 0) throw invalid({ [field]: ['At least one site is needed.'] });
  for (const siteId of siteIds) seenInBody(field, `There is no site ${siteId}.`, () => requireSite(call, siteId));
}

/** The values that a body gives to the writable columns. */
export function given<Row extends BaseRow, Message extends object>(
  spec: ResourceSpec<Row, Message>,
  message: Message | null,
): Partial<Row> {
  const values = (message ?? {}) as Record<string, unknown>;
  const pairs = spec.writable
    .map((key) => [key, values[key]] as const)
    .filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(pairs) as Partial<Row>;
}

import type { EntityName, FilterQuery } from '@mikro-orm/core';
import type { Page } from '@lido/proto/lido/rest/v1/options.ts';
import type { BaseRow } from '../db/base.ts';
import type { Call } from '../grpc/call.ts';
import { toMessages } from './load.ts';
import { listable } from './scope.ts';
import type { Filter, ResourceSpec } from './spec.ts';

/** The request keys that every list understands beside its spec's filters. */
export interface ListRequest {
  siteId?: string[] | string | null | undefined;
  brandId?: string[] | string | null | undefined;
  archived?: boolean | null | undefined;
  page?: number | null | undefined;
  perPage?: number | null | undefined;
}

export interface ListResponse<Message> {
  data: Message[];
  page: Page | null;
}

const perPageDefault = 15;
const perPageMax = 100;

/** Where a page begins: pages count from 1, and a larger page than the cap is lowered silently, as the contract says. */
export function pageOf(request: Pick<ListRequest, 'page' | 'perPage'>): {
  page: number;
  perPage: number;
  offset: number;
} {
  const page = Math.max(1, request.page ?? 1);
  const perPage = Math.min(perPageMax, Math.max(1, request.perPage ?? perPageDefault));
  return { page, perPage, offset: (page - 1) * perPage };
}

/** Lists the rows the caller may see, filtered and in the spec's order; `archived` shows those instead of the live ones. */
export function list<Row extends BaseRow, Message>(spec: ResourceSpec<Row, Message>) {
  return async (request: ListRequest & object, call: Call): Promise<ListResponse<Message>> =>
    listWhere(spec, listable(spec.scope, call, asked(request.siteId), asked(request.brandId)), request, call);
}

/** The same under a condition of the rpc's own, for rows that are open to others than their scope says. */
export async function listWhere<Row extends BaseRow, Message>(
  spec: ResourceSpec<Row, Message>,
  isOpen: FilterQuery<Row>,
  request: ListRequest & object,
  call: Call,
): Promise<ListResponse<Message>> {
  const { page, perPage, offset } = pageOf(request);
  const where = {
    $and: [isOpen, archivedFilter(request), ...conditions(spec.filters, request, call)],
  } as FilterQuery<Row>;
  const [rows, total] = await call.em.findAndCount(spec.entity as EntityName<Row>, where, {
    orderBy: [spec.orderBy, { id: 'asc' }].flat() as never,
    limit: perPage,
    offset,
    disableIdentityMap: true,
  });
  return { data: await toMessages(spec, rows as Row[], call.em), page: { page, perPage, total } };
}

/** One id or several of a request as a list; undefined when it names none. */
export function asked(ids: string[] | string | null | undefined): string[] | undefined {
  if (ids === null || ids === undefined || ids.length === 0) return undefined;
  return typeof ids === 'string' ? [ids] : ids;
}

function archivedFilter({ archived }: ListRequest): object {
  return archived === true ? { deletedAt: { $ne: null } } : { deletedAt: null };
}

/** The filters that a request gives a value, as conditions. */
export function conditions<Row>(filters: Record<string, Filter<Row>>, request: object, call: Call): FilterQuery<Row>[] {
  const values = request as Record<string, unknown>;
  return Object.entries(filters).flatMap(([key, filter]) => {
    const value = values[key];
    const isAbsent =
      value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
    return isAbsent ? [] : [filter(value as never, call)];
  });
}

import type { ListOrdersRequest } from '@lido/proto/lido/orders/v1/order.ts';
import { parseDate } from '@lido/runtime/time/zone.ts';

/** One condition of the list of orders: SQL over the table `orders o`, with a placeholder for each parameter. */
export interface Condition {
  sql: string;
  params: unknown[];
}

/** The conditions a list request asks for. Sites and visibility are not among them. */
export function orderConditions(request: ListOrdersRequest): Condition[] {
  return [...ownConditions(request), ...itemConditions(request), ...timeConditions(request)];
}

function ownConditions(request: ListOrdersRequest): Condition[] {
  const conditions: Condition[] = [];
  const add = (sql: string, ...params: unknown[]): void => void conditions.push({ sql, params });
  const { query, customerId, hasOutstandingBalance } = request;
  if (query) {
    const pattern = `%${query.replace(/[\\%_]/g, '\\$&')}%`;
    add(
      `(o.order_ref ilike ? or concat_ws(' ', o.first_name, o.last_name) ilike ? or o.email ilike ? or o.phone ilike ?)`,
      ...[pattern, pattern, pattern, pattern],
    );
  }
  if (customerId) add('o.customer_id = ?', customerId);
  if (request.status.length > 0) add('o.status = any(?::text[])', textArray(request.status));
  else add(`o.status <> 'ORDER_STATUS_IN_PROGRESS'`);
  if (request.labels.length > 0) add('o.label_ids && ?::text[]', textArray(request.labels));
  if (request.submittedById.length > 0) add('o.submitted_by_id = any(?::text[])', textArray(request.submittedById));
  if (request.salesChannel.length > 0) add('o.sales_channel_id = any(?::text[])', textArray(request.salesChannel));
  if (hasOutstandingBalance != null) add(hasOutstandingBalance ? 'o.unpaid_minor > 0' : 'o.unpaid_minor <= 0');
  return conditions;
}

/** Packages start when what is chosen in them does. */
const soldOrBooked = `select order_id, offering_type, offering_id, status, date, start_time, deleted_at from order_items
  union all select order_id, 'package', offering_id, status, date, null, deleted_at from order_packages`;

/** All that is asked of items is asked of one and the same item. */
function itemConditions(request: ListOrdersRequest): Condition[] {
  const parts: Condition[] = [];
  const add = (sql: string, ...params: unknown[]): void => void parts.push({ sql, params });
  if (request.itemOfferingId.length > 0) add('i.offering_id = any(?::text[])', textArray(request.itemOfferingId));
  if (request.itemStatus.length > 0) add('i.status = any(?::text[])', textArray(request.itemStatus));
  if (request.itemDate) add('i.date = ?::date', request.itemDate);
  if (request.itemDateFrom)
    addBound(parts, { column: 'i.start_time', day: 'i.date', bound: request.itemDateFrom, side: 'from' });
  if (request.itemDateTo)
    addBound(parts, { column: 'i.start_time', day: 'i.date', bound: request.itemDateTo, side: 'to' });
  const exists = (condition: string): string =>
    `exists (select 1 from (${soldOrBooked}) i where i.order_id = o.id and i.deleted_at is null and ${condition})`;
  const conditions: Condition[] = [];
  if (parts.length > 0) {
    conditions.push({
      sql: exists(parts.map(({ sql }) => sql).join(' and ')),
      params: parts.flatMap(({ params }) => params),
    });
  }
  if (request.isMembership != null) {
    conditions.push({
      sql: `${request.isMembership ? '' : 'not '}${exists(`i.offering_type = 'membership'`)}`,
      params: [],
    });
  }
  return conditions;
}

function timeConditions(request: ListOrdersRequest): Condition[] {
  const conditions: Condition[] = [];
  if (request.revenueDateFrom) conditions.push({ sql: 'o.revenue_date >= ?::date', params: [request.revenueDateFrom] });
  if (request.revenueDateTo) conditions.push({ sql: 'o.revenue_date <= ?::date', params: [request.revenueDateTo] });
  const submitted = { column: 'o.submitted_at', day: localDay('o.submitted_at') };
  const updated = { column: 'o.updated_at', day: localDay('o.updated_at') };
  if (request.submittedAtFrom) addBound(conditions, { ...submitted, bound: request.submittedAtFrom, side: 'from' });
  if (request.submittedAtTo) addBound(conditions, { ...submitted, bound: request.submittedAtTo, side: 'to' });
  if (request.updatedAtFrom) addBound(conditions, { ...updated, bound: request.updatedAtFrom, side: 'from' });
  if (request.updatedAtTo) addBound(conditions, { ...updated, bound: request.updatedAtTo, side: 'to' });
  return conditions;
}

/** A plain date means the whole local day at the order's site; a date-time is an instant, excluded as an upper bound. */
function addBound(
  conditions: Condition[],
  { column, day, bound, side }: { column: string; day: string; bound: string; side: 'from' | 'to' },
): void {
  if (parseDate(bound) !== undefined)
    conditions.push({ sql: `${day} ${side === 'from' ? '>=' : '<='} ?::date`, params: [bound] });
  else conditions.push({ sql: `${column} ${side === 'from' ? '>=' : '<'} ?::timestamptz`, params: [bound] });
}

function localDay(column: string): string {
  return `(${column} at time zone coalesce((select s.site->>'timezone' from known_sites s where s.id = o.site_id), 'UTC'))::date`;
}

/** A PostgreSQL array literal, so that one placeholder takes a whole list. */
export function textArray(values: readonly string[]): string {
  return `{${values.map((value) => `"${value.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
}

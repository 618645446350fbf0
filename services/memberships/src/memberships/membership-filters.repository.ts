import { type FilterQuery, raw } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { ListMembershipsRequest, MembershipStatus } from '@lido/proto/lido/memberships/v1/membership.ts';
import { zonesOf } from '@lido/runtime/resource/load.ts';
import { addDays, dateOf, localDateOf, parseInstant, startOfDay } from '@lido/runtime/time/zone.ts';
import { whereStatus } from './membership.ts';
import type { MembershipRow } from './membership.entity.ts';

type Where = FilterQuery<MembershipRow>;

/** The conditions of a list request but for its sites. */
export function conditionsOf(request: ListMembershipsRequest): Where[] {
  const typeIds = [...request.membershipTypeIds, ...(request.membershipTypeId ? [request.membershipTypeId] : [])];
  const rateIds = [...request.rateId, ...(request.membershipRateId ? [request.membershipRateId] : [])];
  return [
    ...(typeIds.length > 0 ? [{ membershipTypeId: { $in: typeIds } }] : []),
    ...(rateIds.length > 0 ? [{ membershipRateId: { $in: rateIds } }] : []),
    ...(request.externalRef ? [{ externalRef: request.externalRef }] : []),
    ...(request.attentionReason === 'ATTENTION_REASON_UNSPECIFIED'
      ? []
      : [{ attentionReason: request.attentionReason }]),
    ...memberConditions(request),
    ...planConditions(request),
    ...dateConditions('endDate', request.endDateFrom, request.endDateTo),
    ...dateConditions('nextBillingDate', request.nextBillingDateFrom, request.nextBillingDateTo),
    ...creationConditions(request),
  ];
}

/** Memberships that have one of the statuses today, where today is their own site's. */
export async function statusConditions(
  em: SqlEntityManager,
  statuses: readonly MembershipStatus[],
  { siteIds, nowMs }: { siteIds: string[]; nowMs: number },
): Promise<Where[]> {
  if (statuses.length === 0) return [];
  const zones = await zonesOf(em, siteIds);
  const sitesByDate = Map.groupBy(siteIds, (siteId) => localDateOf(nowMs, zones.get(siteId) ?? 'UTC'));
  const alternatives = [...sitesByDate].flatMap(([today, ids]) =>
    statuses.flatMap((status) => {
      const condition = whereStatus(status, today);
      return condition === undefined ? [] : [{ $and: [{ siteId: { $in: ids } }, condition] }];
    }),
  );
  return [alternatives.length === 0 ? { id: '' } : ({ $or: alternatives } as Where)];
}

function memberConditions({ customerId, membershipNumber }: ListMembershipsRequest): Where[] {
  const hasMember = (column: 'customer_id' | 'membership_number', value: string): Where => {
    const found = raw(
      (alias) =>
        `exists (select 1 from membership_members m where m.membership_id = ${alias}.id and m.${column} = ? and m.deleted_at is null)`,
      [value],
    );
    return { [found]: true } as Where;
  };
  return [
    ...(customerId ? [hasMember('customer_id', customerId)] : []),
    ...(membershipNumber ? [hasMember('membership_number', membershipNumber)] : []),
  ];
}

function planConditions({ manualPayments, billingFrequency }: ListMembershipsRequest): Where[] {
  const manual = raw(
    (alias) =>
      `exists (select 1 from membership_types t where t.id = ${alias}.membership_type_id and t.offline_payments)`,
  );
  const frequent = raw(
    (alias) => `(select r.billing_frequency from membership_rates r where r.id = ${alias}.membership_rate_id)`,
  );
  return [
    ...(manualPayments === true ? [{ [manual]: true } as Where] : []),
    ...(billingFrequency.length > 0 ? [{ [frequent]: { $in: billingFrequency } } as Where] : []),
  ];
}

function dateConditions(
  column: 'endDate' | 'nextBillingDate',
  from: string | null | undefined,
  to: string | null | undefined,
): Where[] {
  const [first, last] = [from, to].map((text) => (text ? dateOf(text) : undefined));
  return [
    ...(first === undefined ? [] : [{ [column]: { $gte: first } } as Where]),
    ...(last === undefined ? [] : [{ [column]: { $lte: last } } as Where]),
  ];
}

/** Dates are whole days in UTC here, since the sites asked for may lie in several zones. */
function creationConditions({ createdAtFrom, createdAtTo }: ListMembershipsRequest): Where[] {
  const endMs = (text: string): number => {
    const instant = parseInstant(text);
    return instant === undefined ? startOfDay(addDays(text, 1), 'UTC') : instant + 1;
  };
  return [
    ...(createdAtFrom
      ? [{ createdAt: { $gte: new Date(parseInstant(createdAtFrom) ?? startOfDay(createdAtFrom, 'UTC')) } }]
      : []),
    ...(createdAtTo ? [{ createdAt: { $lt: new Date(endMs(createdAtTo)) } }] : []),
  ];
}

import { type FilterQuery, raw } from '@mikro-orm/core';
import type { ListCustomersRequest } from '@lido/proto/lido/customers/v1/customer.ts';
import { contains, equals, oneOf, overlaps } from '@lido/runtime/resource/filters.ts';
import type { Filter } from '@lido/runtime/resource/spec.ts';
import { addDays, parseInstant, startOfDay } from '@lido/runtime/time/zone.ts';
import type { CustomerRow } from './customer.entity.ts';

type Where = FilterQuery<CustomerRow>;

/** What a list asks of a customer's memberships; all of it must be true of one and the same membership. */
export type MembershipQuery = Partial<
  Pick<
    ListCustomersRequest,
    | 'membership'
    | 'membershipNumber'
    | 'membershipTypeId'
    | 'membershipRateId'
    | 'membershipCreatedAtFrom'
    | 'membershipCreatedAtTo'
  >
>;

/** The filters of the customers list. */
export const customerFilters: Record<string, Filter<CustomerRow>> = {
  query: contains<CustomerRow>('fullName', 'email', 'phone'),
  name: contains<CustomerRow>('fullName'),
  phone: contains<CustomerRow>('phone'),
  email: (email: string) => ({ email: email.toLowerCase() }) as Where,
  siteId: equals<CustomerRow>('siteId'),
  id: oneOf<CustomerRow>('id'),
  labelIds: overlaps<CustomerRow>('labelIds'),
  marketingOptIn: optedIn,
  memberships: withMembership,
  createdAtFrom: (text: string) => ({ createdAt: { $gte: firstInstant(text) } }) as Where,
  createdAtTo: (text: string) => ({ createdAt: { $lt: endInstant(text) } }) as Where,
  updatedAtFrom: (text: string) => ({ updatedAt: { $gte: firstInstant(text) } }) as Where,
  updatedAtTo: (text: string) => ({ updatedAt: { $lt: endInstant(text) } }) as Where,
};

/** The part of a list request that is about memberships; undefined when it asks nothing of them. */
export function membershipQueryOf(request: ListCustomersRequest): MembershipQuery | undefined {
  const query: MembershipQuery = {
    membership: request.membership,
    membershipNumber: request.membershipNumber,
    membershipTypeId: request.membershipTypeId,
    membershipRateId: request.membershipRateId,
    membershipCreatedAtFrom: request.membershipCreatedAtFrom,
    membershipCreatedAtTo: request.membershipCreatedAtTo,
  };
  return Object.values(query).some((value) => value != null && value !== '') ? query : undefined;
}

/** Dates are whole days in UTC: customers belong to a brand, which has no time zone. */
function firstInstant(text: string): Date {
  return new Date(parseInstant(text) ?? startOfDay(text, 'UTC'));
}

function endInstant(text: string): Date {
  const instant = parseInstant(text);
  return new Date(instant === undefined ? startOfDay(addDays(text, 1), 'UTC') : instant + 1);
}

function optedIn(preference: string): Where {
  if (preference === 'any') return { [raw('cardinality(preference_ids)')]: { $gt: 0 } } as Where;
  if (preference === 'none') return { [raw('cardinality(preference_ids)')]: 0 } as Where;
  return { preferenceIds: { $overlap: [preference] } } as Where;
}

/** The status today, at the membership's site: what was told is the status of the day of its last change. */
const statusNow = `(select case
    when m.status <> 'cancelled' and m.end_date < today then 'expired'
    when m.status in ('upcoming', 'active') and m.start_date > today then 'upcoming'
    when m.status in ('upcoming', 'active') and m.start_date <= today then 'active'
    else m.status end
  from (select (lido_now() at time zone coalesce((select timezone from sites where id = m.site_id), 'UTC'))::date as today) as day)`;

/** Ended and unconfirmed memberships make nobody a member. */
const isMember = `${statusNow} not in ('cancelled', 'expired', 'inactive', 'reserved')`;

function withMembership(query: MembershipQuery): Where {
  const {
    membership,
    membershipNumber,
    membershipTypeId,
    membershipRateId,
    membershipCreatedAtFrom,
    membershipCreatedAtTo,
  } = query;
  const conditions: [string, ...unknown[]][] = [];
  if (membershipNumber) conditions.push(['m.membership_numbers @> array[?]::varchar[]', membershipNumber]);
  if (membershipTypeId) conditions.push(['m.membership_type_id = ?', membershipTypeId]);
  if (membershipRateId) conditions.push(['m.membership_rate_id = ?', membershipRateId]);
  if (membershipCreatedAtFrom) conditions.push(['m.created_at >= ?', firstInstant(membershipCreatedAtFrom)]);
  if (membershipCreatedAtTo) conditions.push(['m.created_at < ?', endInstant(membershipCreatedAtTo)]);
  if (membership === 'any' || membership === 'none') conditions.push([isMember]);
  else if (membership) conditions.push([`${statusNow} = ?`, membership]);
  const sql = conditions.map(([condition]) => ` and ${condition}`).join('');
  const values = conditions.flatMap(([, ...given]) => given);
  const found = raw(
    (alias) => `exists (select 1 from known_memberships m where m.customer_ids @> array[${alias}.id]${sql})`,
    values,
  );
  return { [found]: membership !== 'none' } as Where;
}

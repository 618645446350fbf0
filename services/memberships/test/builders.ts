import type { CreateMembershipRequest, ListMembershipsRequest } from '@lido/proto/lido/memberships/v1/membership.ts';
import type { CreateMembershipRateRequest } from '@lido/proto/lido/memberships/v1/membership_rate.ts';
import type {
  CreateMembershipTypeRequest,
  InitialRate,
  MembershipTypeChanges,
} from '@lido/proto/lido/memberships/v1/membership_type.ts';

/** A first rate's body. */
export function initialRate(fields: Partial<InitialRate> = {}): InitialRate {
  return { price: { amount: 5_000, currency: 'gbp' }, joiningFee: null, processors: [], ...fields };
}

/** A new membership type's body, with a first rate. */
export function newType(fields: Partial<CreateMembershipTypeRequest> = {}): CreateMembershipTypeRequest {
  return { name: 'Gold tier', visibility: 'VISIBILITY_UNSPECIFIED', initialRate: initialRate(), ...fields };
}

export function typeChanges(fields: Partial<MembershipTypeChanges>): MembershipTypeChanges {
  return { visibility: 'VISIBILITY_UNSPECIFIED', ...fields };
}

/** A new rate's body. */
export function newRate(
  membershipTypeId: string,
  fields: Partial<CreateMembershipRateRequest> = {},
): CreateMembershipRateRequest {
  const price = { amount: 4_000, currency: 'GBP' };
  return {
    membershipTypeId,
    name: 'Yearly',
    price,
    joiningFee: null,
    private: false,
    billingFrequency: 'P1Y',
    processors: [],
    ...fields,
  };
}

/** A new membership's body, from 2026 on without end. */
export function newMembership(
  plan: { typeId: string; rateId: string },
  fields: Partial<CreateMembershipRequest> = {},
): CreateMembershipRequest {
  const { typeId, rateId } = plan;
  return {
    membershipTypeId: typeId,
    membershipRateId: rateId,
    customerData: null,
    source: 'MEMBERSHIP_SOURCE_UNSPECIFIED',
    startDate: '2026-01-01',
    ...fields,
  };
}

/** A list request that filters nothing but by the given. */
export function anyMemberships(fields: Partial<ListMembershipsRequest> = {}): ListMembershipsRequest {
  return {
    siteId: [],
    status: [],
    membershipTypeIds: [],
    attentionReason: 'ATTENTION_REASON_UNSPECIFIED',
    billingFrequency: [],
    rateId: [],
    ...fields,
  };
}

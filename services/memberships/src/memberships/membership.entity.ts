import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type {
  AttentionReason,
  MembershipPaymentMethod,
  MembershipSource,
} from '@lido/proto/lido/memberships/v1/membership.ts';
import { baseProperties } from '@lido/runtime/db/base.ts';
import type { Stage } from './membership.ts';

/** A membership. What clients see as its status follows from stage, attention and dates; see membership.ts. */
export const MembershipEntity = defineEntity({
  name: 'Membership',
  tableName: 'memberships',
  properties: {
    ...baseProperties,
    siteId: p.string(),
    membershipTypeId: p.string(),
    membershipRateId: p.string(),
    stage: p.string().$type<Stage>(),
    attentionReason: p.string().$type<AttentionReason>().nullable(),
    source: p.string().$type<MembershipSource>(),
    startDate: p.date(),
    endDate: p.date().nullable(),
    nextBillingDate: p.date().nullable(),
    paymentMethod: p.json<MembershipPaymentMethod>().nullable(),
    basketId: p.string().nullable(),
    externalRef: p.string().nullable(),
    intakeFormRequired: p.boolean(),
    visitLimit: p.integer().nullable(),
    cancelledAt: p.datetime().nullable(),
  },
});

export type MembershipRow = InferEntity<typeof MembershipEntity>;

/** Somebody a membership covers. Numbers are never given twice, not even after somebody left. */
export const MemberEntity = defineEntity({
  name: 'MembershipMember',
  tableName: 'membership_members',
  properties: {
    ...baseProperties,
    membershipId: p.string(),
    customerId: p.string(),
    membershipNumber: p.string(),
    isLead: p.boolean(),
  },
});

export type MemberRow = InferEntity<typeof MemberEntity>;

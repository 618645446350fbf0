import { expect, test } from 'vitest';
import type { AttentionReason, MembershipStatus } from '@lido/proto/lido/memberships/v1/membership.ts';
import { cancel, confirm, type Stage, statusOf } from './membership.ts';

const today = '2026-06-15';

const standing = (
  stage: Stage,
  startDate: string,
  endDate: string | null = null,
  attentionReason: AttentionReason | null = null,
) => ({
  stage,
  startDate,
  endDate,
  attentionReason,
});

test.each<[string, ReturnType<typeof standing>, MembershipStatus]>([
  ['cancelled, even after its end', standing('cancelled', '2026-01-01', '2026-02-01'), 'MEMBERSHIP_STATUS_CANCELLED'],
  ['reserved until it is confirmed', standing('reserved', '2026-01-01'), 'MEMBERSHIP_STATUS_RESERVED'],
  [
    'expired when it was never confirmed',
    standing('reserved', '2026-01-01', '2026-06-14'),
    'MEMBERSHIP_STATUS_EXPIRED',
  ],
  ['upcoming on the day before it starts', standing('confirmed', '2026-06-16'), 'MEMBERSHIP_STATUS_UPCOMING'],
  ['active on its first day', standing('confirmed', '2026-06-15'), 'MEMBERSHIP_STATUS_ACTIVE'],
  ['active on its last day', standing('confirmed', '2026-01-01', '2026-06-15'), 'MEMBERSHIP_STATUS_ACTIVE'],
  ['expired on the day after its last', standing('confirmed', '2026-01-01', '2026-06-14'), 'MEMBERSHIP_STATUS_EXPIRED'],
  [
    'in need of attention, also before it starts',
    standing('confirmed', '2026-07-01', null, 'ATTENTION_REASON_NO_MANDATE'),
    'MEMBERSHIP_STATUS_NEEDS_ATTENTION',
  ],
])('a membership is %s', (_title, membership, status) => {
  expect(statusOf(membership, today)).toBe(status);
});

const ready = { needsMandate: false, hasMandate: false, memberCount: 1, minMembers: 1 };

test('confirming asks for a mandate exactly when the fee needs one that is not there', () => {
  const reserved = standing('reserved', today);
  const confirmed = { stage: 'confirmed', attentionReason: null };
  expect(confirm(reserved, today, ready)).toEqual(confirmed);
  expect(confirm(reserved, today, { ...ready, needsMandate: true, hasMandate: true })).toEqual(confirmed);
  expect(confirm(reserved, today, { ...ready, needsMandate: true })).toEqual({
    stage: 'confirmed',
    attentionReason: 'ATTENTION_REASON_NO_MANDATE',
  });
});

test.each<[string, ReturnType<typeof standing>, number, string]>([
  ['confirmed already', standing('confirmed', today), 1, 'membership_not_reserved'],
  ['cancelled', standing('cancelled', today), 1, 'membership_not_reserved'],
  ['over', standing('reserved', '2026-01-01', '2026-06-14'), 1, 'membership_not_reserved'],
  ['short of members', standing('reserved', today), 2, 'too_few_members'],
])('a membership that is %s is not confirmed', (_title, membership, minMembers, refusal) => {
  expect(confirm(membership, today, { ...ready, minMembers })).toMatchObject({ refusal });
});

test('any membership that is not over can be cancelled, once', () => {
  const cancelled = { stage: 'cancelled', attentionReason: null };
  expect(cancel(standing('reserved', today), today)).toEqual(cancelled);
  expect(cancel(standing('confirmed', today, null, 'ATTENTION_REASON_PAYMENT_FAILED'), today)).toEqual(cancelled);
  expect(cancel(standing('cancelled', today), today)).toMatchObject({ refusal: 'membership_over' });
  expect(cancel(standing('confirmed', '2026-01-01', '2026-06-14'), today)).toMatchObject({
    refusal: 'membership_over',
  });
});

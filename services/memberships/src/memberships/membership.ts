import type { AttentionReason, MembershipStatus } from '@lido/proto/lido/memberships/v1/membership.ts';

/** What was decided about a membership; its status follows from this, what needs attention, and the date. */
export type Stage = 'reserved' | 'confirmed' | 'cancelled';

/** What a membership's status depends on. Dates are local to the site, `YYYY-MM-DD`, both inclusive. */
export interface Standing {
  stage: Stage;
  attentionReason?: AttentionReason | null | undefined;
  startDate: string;
  endDate?: string | null | undefined;
}

/** The status on a local date. Attention comes before upcoming: somebody has to act either way. */
export function statusOf({ stage, attentionReason, startDate, endDate }: Standing, today: string): MembershipStatus {
  if (stage === 'cancelled') return 'MEMBERSHIP_STATUS_CANCELLED';
  if (endDate != null && endDate < today) return 'MEMBERSHIP_STATUS_EXPIRED';
  if (stage === 'reserved') return 'MEMBERSHIP_STATUS_RESERVED';
  if (attentionReason != null) return 'MEMBERSHIP_STATUS_NEEDS_ATTENTION';
  return startDate > today ? 'MEMBERSHIP_STATUS_UPCOMING' : 'MEMBERSHIP_STATUS_ACTIVE';
}

/** Rows that have a status on a date, as a condition on their columns: `statusOf` the other way round. Undefined for one that no row can have. */
export function whereStatus(status: MembershipStatus, today: string) {
  const running = { $or: [{ endDate: null }, { endDate: { $gte: today } }] };
  switch (status) {
    case 'MEMBERSHIP_STATUS_CANCELLED':
      return { stage: 'cancelled' as const };
    case 'MEMBERSHIP_STATUS_EXPIRED':
      return { stage: { $ne: 'cancelled' as const }, endDate: { $lt: today } };
    case 'MEMBERSHIP_STATUS_RESERVED':
      return { stage: 'reserved' as const, ...running };
    case 'MEMBERSHIP_STATUS_NEEDS_ATTENTION':
      return { stage: 'confirmed' as const, attentionReason: { $ne: null }, ...running };
    // The older word for needing attention because the mandate is missing.
    case 'MEMBERSHIP_STATUS_NEEDS_DD_MANDATE':
      return { stage: 'confirmed' as const, attentionReason: 'ATTENTION_REASON_NO_MANDATE' as const, ...running };
    case 'MEMBERSHIP_STATUS_UPCOMING':
      return { stage: 'confirmed' as const, attentionReason: null, startDate: { $gt: today }, ...running };
    case 'MEMBERSHIP_STATUS_ACTIVE':
      return { stage: 'confirmed' as const, attentionReason: null, startDate: { $lte: today }, ...running };
    case 'MEMBERSHIP_STATUS_INACTIVE':
    case 'MEMBERSHIP_STATUS_UNSPECIFIED':
      return undefined;
  }
}

/** A status as clients read it, such as `needs_attention`. */
export function statusWord(status: MembershipStatus): string {
  return status.slice('MEMBERSHIP_STATUS_'.length).toLowerCase();
}

/** What a confirmation depends on. */
export interface Confirmation {
  /** Whether the fee can be collected under a mandate only. */
  needsMandate: boolean;
  hasMandate: boolean;
  memberCount: number;
  minMembers: number;
}

/** A step that was taken, or why it can not be: a reason and a sentence for the client. */
export type Step = { stage: Stage; attentionReason: AttentionReason | null } | { refusal: string; sentence: string };

/** Confirms a reserved membership. Without the mandate its fee needs, it waits for attention (the reference's confirm operation). */
export function confirm(standing: Standing, today: string, given: Confirmation): Step {
  const status = statusOf(standing, today);
  if (status !== 'MEMBERSHIP_STATUS_RESERVED') {
    return {
      refusal: 'membership_not_reserved',
      sentence: `Only a reserved membership can be confirmed; this one is ${statusWord(status)}.`,
    };
  }
  if (given.memberCount < given.minMembers) {
    return { refusal: 'too_few_members', sentence: `This membership type needs at least ${given.minMembers} members.` };
  }
  const isWaiting = given.needsMandate && !given.hasMandate;
  return { stage: 'confirmed', attentionReason: isWaiting ? 'ATTENTION_REASON_NO_MANDATE' : null };
}

/** Cancels a membership that has not ended yet. There is no way back. */
export function cancel(standing: Standing, today: string): Step {
  const status = statusOf(standing, today);
  if (status === 'MEMBERSHIP_STATUS_CANCELLED' || status === 'MEMBERSHIP_STATUS_EXPIRED') {
    return { refusal: 'membership_over', sentence: `This membership is ${statusWord(status)} already.` };
  }
  return { stage: 'cancelled', attentionReason: null };
}

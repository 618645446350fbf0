import type { AttentionReason, Membership, MembershipStatus } from '@lido/proto/lido/memberships/v1/membership.ts';

/** The published word of a status, as doors compare it. */
export function statusWord(status: MembershipStatus): string {
  return status.slice('MEMBERSHIP_STATUS_'.length).toLowerCase();
}

/** The published word of why a membership needs attention; null when it does not. */
export function attentionWord(reason: AttentionReason): string | null {
  return reason === 'ATTENTION_REASON_UNSPECIFIED' ? null : reason.slice('ATTENTION_REASON_'.length).toLowerCase();
}

/** Everybody whom a membership lets in, the lead member first; nobody once it is deleted. */
export function entitledMembers(membership: Membership): string[] {
  if (membership.deletedAt) return [];
  const ids = [membership.customer?.id ?? '', ...membership.members.map(({ customerId }) => customerId)];
  return [...new Set(ids)].filter((id) => id !== '');
}

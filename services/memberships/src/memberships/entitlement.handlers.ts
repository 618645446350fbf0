import type { EntitlementServiceService } from '@lido/proto/lido/memberships/internal/v1/entitlement.ts';
import type { Handlers } from '@lido/runtime/grpc/call.ts';
import { TypeEntity } from '../types/type.entity.ts';
import { MemberEntity, MembershipEntity } from './membership.entity.ts';
import { localDates } from './membership.repository.ts';
import { statusOf, statusWord } from './membership.ts';

const attentionPrefix = 'ATTENTION_REASON_';

/** What other services ask about a customer of their caller's organisation. */
export const entitlementHandlers = {
  findMemberships: async ({ customerId }, call) => {
    const { em, principal, clock } = call;
    const { organisationId } = principal;
    const members = await em.find(MemberEntity, { organisationId, customerId, deletedAt: null });
    const where = { id: { $in: members.map(({ membershipId }) => membershipId) }, deletedAt: null };
    const rows = await em.find(MembershipEntity, where, { orderBy: { startDate: 'asc', id: 'asc' } });
    const types = await em.find(TypeEntity, { id: { $in: rows.map((row) => row.membershipTypeId) } });
    const dateAt = await localDates(em, rows, clock.nowMs());
    return {
      memberships: rows.map((row) => ({
        membershipId: row.id,
        membershipTypeId: row.membershipTypeId,
        membershipTypeName: types.find(({ id }) => id === row.membershipTypeId)?.name ?? '',
        membershipNumber: members.find(({ membershipId }) => membershipId === row.id)?.membershipNumber ?? '',
        siteId: row.siteId,
        status: statusWord(statusOf(row, dateAt(row))),
        attentionReason: row.attentionReason?.slice(attentionPrefix.length).toLowerCase() ?? null,
        startDate: row.startDate,
        endDate: row.endDate ?? null,
      })),
    };
  },
} satisfies Handlers<typeof EntitlementServiceService>;

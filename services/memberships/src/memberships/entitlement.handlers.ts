import type { EntitlementServiceService } from '@lido/proto/lido/memberships/internal/v1/entitlement.ts';
import { exportLimit, exportRows } from '@lido/runtime/events/export.ts';
import type { Handlers } from '@lido/runtime/grpc/call.ts';
import { TypeEntity } from '../types/type.entity.ts';
import { MemberEntity, MembershipEntity } from './membership.entity.ts';
import { describe, localDates } from './membership.repository.ts';
import { statusOf, statusWord } from './membership.ts';

const attentionPrefix = 'ATTENTION_REASON_';
const exportMax = 200;

/** What other services ask about a customer of their caller's organisation; the export is of all. */
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
        visitLimit: row.visitLimit ?? null,
      })),
    };
  },
  exportMemberships: async ({ afterId, limit }, call) => {
    const page = { orderBy: { id: 'asc' }, limit: exportLimit(limit, exportMax) } as const;
    const exported = await exportRows(
      call,
      (em) => em.find(MembershipEntity, { id: { $gt: afterId } }, page),
      (em, rows) => describe(em, rows, call.clock.nowMs()),
    );
    return { memberships: exported.map(({ message, version }) => ({ membership: message, version })) };
  },
} satisfies Handlers<typeof EntitlementServiceService>;

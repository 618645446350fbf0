import type { FilterQuery } from '@mikro-orm/core';
import type {
  ListMembershipsRequest,
  ListMyAccountMembershipsRequest,
  Membership,
  MembershipServiceService,
  UpdateMembershipRequest,
} from '@lido/proto/lido/memberships/v1/membership.ts';
import { invalid, notFound, stateConflict } from '@lido/runtime/errors/refusal.ts';
import type { Call, Handlers, Transaction } from '@lido/runtime/grpc/call.ts';
import { visibleSites } from '@lido/runtime/grpc/principal.ts';
import { pageOf } from '@lido/runtime/resource/list.ts';
import { listable } from '@lido/runtime/resource/scope.ts';
import { touch } from '@lido/runtime/resource/update.ts';
import { dateOf } from '@lido/runtime/time/zone.ts';
import { needsMandate } from '../rates/rate.ts';
import { billingFrom } from './billing.ts';
import { billingHandlers } from './billing.handlers.ts';
import { createMembership, type Neighbours } from './create-membership.handlers.ts';
import { memberHandlers } from './member.handlers.ts';
import { orderErrors } from './membership-dates.ts';
import { conditionsOf, statusConditions } from './membership-filters.repository.ts';
import { MemberEntity, MembershipEntity, type MembershipRow } from './membership.entity.ts';
import { cancel, confirm, type Step } from './membership.ts';
import { describe, loadMembership, localDates, membershipScope, membersOf, tell } from './membership.repository.ts';
import { findPlan } from './plan.repository.ts';
import { RateEntity } from '../rates/rate.entity.ts';
import { TypeEntity } from '../types/type.entity.ts';

/** Memberships and their members. */
export function membershipHandlers(neighbours: Neighbours) {
  return {
    listMemberships: listRows,
    createMembership: createMembership(neighbours),
    getMembership: async ({ id }, call) => {
      const row = await loadMembership(id, call.em, { call, use: 'read' });
      const [message] = await describe(call.em, [row], call.clock.nowMs());
      if (message === undefined) throw notFound(id);
      return message;
    },
    updateMembership: (request, call) =>
      changing(request.id, call, (row, transaction, today) =>
        change(row, request, { transaction, today, neighbours, call }),
      ),
    deleteMembership: async ({ id }, call) => {
      await changing(id, call, async (row) => {
        row.deletedAt = new Date(call.clock.nowMs());
      });
      return {};
    },
    confirmMembership: ({ id }, call) =>
      changing(id, call, async (row, { em }, today) => {
        const type = await em.findOneOrFail(TypeEntity, { id: row.membershipTypeId });
        const rate = await em.findOneOrFail(RateEntity, { id: row.membershipRateId });
        const members = (await membersOf(em, [row.id])).get(row.id) ?? [];
        take(
          row,
          confirm(row, today, {
            needsMandate: !type.offlinePayments && needsMandate(rate),
            hasMandate: row.paymentMethod?.status === 'active',
            memberCount: members.length,
            minMembers: type.minMembers,
          }),
        );
        row.nextBillingDate = type.offlinePayments
          ? null
          : (billingFrom(row, rate.billingFrequency, today)?.date ?? null);
      }),
    cancelMembership: ({ id }, call) =>
      changing(id, call, async (row, _transaction, today) => {
        take(row, cancel(row, today));
        row.cancelledAt = new Date(call.clock.nowMs());
        row.nextBillingDate = null;
      }),
    listMyAccountMemberships: listOwn,
    ...memberHandlers(neighbours),
    ...billingHandlers,
  } satisfies Handlers<typeof MembershipServiceService>;
}

async function listRows(request: ListMembershipsRequest, call: Call) {
  const { organisationId, siteId, status } = request;
  if (organisationId && organisationId !== call.principal.organisationId) throw notFound(organisationId);
  const { page, perPage, offset } = pageOf(request);
  const nowMs = call.clock.nowMs();
  const asked = siteId.length > 0 ? siteId : undefined;
  const where = {
    $and: [
      { deletedAt: null },
      listable(membershipScope, call, asked),
      ...conditionsOf(request),
      ...(await statusConditions(call.em, status, { siteIds: asked ?? visibleSites(call.principal) ?? [], nowMs })),
    ],
  } as FilterQuery<MembershipRow>;
  const options = { orderBy: { createdAt: 'desc', id: 'desc' }, limit: perPage, offset } as const;
  const [rows, total] = await call.em.findAndCount(MembershipEntity, where, options);
  return { data: await describe(call.em, rows, nowMs), page: { page, perPage, total } };
}

/** The memberships that cover the caller, at whatever site. */
async function listOwn(_request: ListMyAccountMembershipsRequest, { em, principal, clock }: Call) {
  const mine = { organisationId: principal.organisationId, customerId: principal.id, deletedAt: null };
  const members = await em.find(MemberEntity, mine);
  const where = { id: { $in: members.map(({ membershipId }) => membershipId) }, deletedAt: null };
  const rows = await em.find(MembershipEntity, where, { orderBy: { createdAt: 'desc', id: 'desc' } });
  return { data: await describe(em, rows, clock.nowMs()) };
}

/** Loads, changes, saves and tells; `work` gets the date at the membership's site. */
function changing(
  id: string,
  call: Call,
  work: (row: MembershipRow, transaction: Transaction, today: string) => Promise<void>,
): Promise<Membership> {
  return call.transact(async (transaction) => {
    const row = await loadMembership(id, transaction.em, { call, use: 'write' });
    const dateAt = await localDates(transaction.em, [row], call.clock.nowMs());
    await work(row, transaction, dateAt(row));
    touch(row, call);
    return tell(row, transaction, call);
  });
}

function take(row: MembershipRow, step: Step): void {
  if ('refusal' in step) throw stateConflict(step.refusal, step.sentence);
  row.stage = step.stage;
  row.attentionReason = step.attentionReason;
}

interface Change {
  transaction: Transaction;
  today: string;
  neighbours: Neighbours;
  call: Call;
}

async function change(
  row: MembershipRow,
  { membership, updateMask }: UpdateMembershipRequest,
  { transaction, today, neighbours, call }: Change,
): Promise<void> {
  if (membership === null) return;
  const carried = new Set(updateMask ?? []);
  if (carried.has('external_ref')) row.externalRef = membership.externalRef ?? null;
  if (carried.has('visit_limit')) row.visitLimit = membership.visitLimit ?? null;
  if (carried.has('end_date')) row.endDate = membership.endDate == null ? null : (dateOf(membership.endDate) ?? null);
  if (carried.has('start_date')) moveStart(row, dateOf(membership.startDate ?? ''), today);
  const errors = orderErrors(row);
  if (Object.keys(errors).length > 0) throw invalid(errors);
  if (!carried.has('membership_type_id') && !carried.has('membership_rate_id')) return;
  const typeId = membership.membershipTypeId || row.membershipTypeId;
  const rateId = membership.membershipRateId || row.membershipRateId;
  const site = await neighbours.sites.find(transaction.em, row.siteId, call);
  const scope = { organisationId: row.organisationId, brandId: site?.brandId ?? '', isStaff: true };
  await findPlan(transaction.em, { typeId, rateId }, scope);
  Object.assign(row, { membershipTypeId: typeId, membershipRateId: rateId });
}

/** A start date is fixed once the membership has begun, because it was billed from then on. */
function moveStart(row: MembershipRow, startDate: string | undefined, today: string): void {
  if (startDate === undefined) throw invalid({ start_date: ['The start_date field can not be empty.'] });
  if (startDate === row.startDate) return;
  if (row.stage !== 'reserved' && row.startDate <= today) {
    throw invalid({ start_date: ['The start_date can not be changed once the membership has started.'] });
  }
  row.startDate = startDate;
}

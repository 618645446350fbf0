import type {
  CreateMembershipMemberRequest,
  MembershipMember,
  MembershipServiceService,
} from '@lido/proto/lido/memberships/v1/membership.ts';
import { invalid, notFound, stateConflict } from '@lido/runtime/errors/refusal.ts';
import type { Call, Handlers, Transaction } from '@lido/runtime/grpc/call.ts';
import { pageOf } from '@lido/runtime/resource/list.ts';
import { listable } from '@lido/runtime/resource/scope.ts';
import { touch } from '@lido/runtime/resource/update.ts';
import { TypeEntity } from '../types/type.entity.ts';
import type { Neighbours } from './create-membership.handlers.ts';
import { MemberEntity, MembershipEntity } from './membership.entity.ts';
import { insertMember, loadMembership, membershipScope, membersOf, tell, toMember } from './membership.repository.ts';

type MemberRpcs = Pick<
  typeof MembershipServiceService,
  'listMembershipMembers' | 'createMembershipMember' | 'deleteMembershipMember' | 'getCustomerByMembershipNumber'
>;

/** The people a membership covers. A change of them is a change of the membership. */
export function memberHandlers({ sites, customers }: Neighbours) {
  return {
    listMembershipMembers: async (request, call) => {
      const row = await loadMembership(request.parentId, call.em, { call, use: 'read' });
      const members = (await membersOf(call.em, [row.id])).get(row.id) ?? [];
      const { page, perPage, offset } = pageOf(request);
      return {
        data: members.slice(offset, offset + perPage).map(toMember),
        page: { page, perPage, total: members.length },
      };
    },
    createMembershipMember: (request, call) =>
      call.transact((transaction) => addMember(request, { sites, customers }, transaction, call)),
    deleteMembershipMember: ({ parentId, id }, call) =>
      call.transact(async (transaction) => {
        const row = await loadMembership(parentId, transaction.em, { call, use: 'write' });
        const member = await transaction.em.findOne(MemberEntity, {
          membershipId: row.id,
          customerId: id,
          deletedAt: null,
        });
        if (member === null) throw notFound(id);
        if (member.isLead)
          throw stateConflict('lead_member', 'The lead member can not be taken off; cancel the membership instead.');
        member.deletedAt = new Date(call.clock.nowMs());
        touch(row, call);
        await tell(row, transaction, call);
        return {};
      }),
    getCustomerByMembershipNumber: async ({ membershipNumber }, call) => {
      const { organisationId } = call.principal;
      const member = await call.em.findOne(MemberEntity, { organisationId, membershipNumber, deletedAt: null });
      const where = {
        $and: [{ id: member?.membershipId ?? '', deletedAt: null }, listable(membershipScope, call, undefined)],
      };
      const isSeen = (await call.em.count(MembershipEntity, where)) === 1;
      const customer = member !== null && isSeen ? await customers.find(call.em, member.customerId, call) : undefined;
      if (customer === undefined) throw notFound(membershipNumber);
      return customer;
    },
  } satisfies Handlers<MemberRpcs>;
}

async function addMember(
  { parentId, customerId }: CreateMembershipMemberRequest,
  { sites, customers }: Pick<Neighbours, 'sites' | 'customers'>,
  transaction: Transaction,
  call: Call,
): Promise<MembershipMember> {
  const { em } = transaction;
  const row = await loadMembership(parentId, em, { call, use: 'write' });
  const site = await sites.find(em, row.siteId, call);
  const customer = await customers.find(em, customerId, call);
  if (customer === undefined || customer.brandId !== site?.brandId || customer.deletedAt != null) {
    throw invalid({ customer_id: [`There is no customer ${customerId} of this brand.`] });
  }
  const members = (await membersOf(em, [row.id])).get(row.id) ?? [];
  if (members.some((member) => member.customerId === customerId)) {
    throw invalid({ customer_id: ['This customer is a member already.'] });
  }
  const { maxMembers } = await em.findOneOrFail(TypeEntity, { id: row.membershipTypeId });
  if (members.length >= maxMembers) {
    throw stateConflict('too_many_members', `This membership type has room for ${maxMembers} members.`);
  }
  const member = await insertMember(row, { customerId, isLead: false }, transaction, call);
  touch(row, call);
  await tell(row, transaction, call);
  return toMember(member);
}

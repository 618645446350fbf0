import type { SqlEntityManager } from '@mikro-orm/postgresql';
import {
  type CreateMembershipRateRequest,
  type ListMembershipRatesRequest,
  MembershipRate,
  type MembershipRateServiceService,
  type UpdateMembershipRateRequest,
} from '@lido/proto/lido/memberships/v1/membership_rate.ts';
import { invalid, notFound, Refusal } from '@lido/runtime/errors/refusal.ts';
import type { Call, Handlers, Transaction } from '@lido/runtime/grpc/call.ts';
import { pageOf } from '@lido/runtime/resource/list.ts';
import { assignMasked, touch } from '@lido/runtime/resource/update.ts';
import { newUuid } from '@lido/runtime/service/ids.ts';
import type { Sites } from '@lido/runtime/tenancy/sites.repository.ts';
import { TypeEntity } from '../types/type.entity.ts';
import { audienceOf, loadWritableType, utc } from '../types/type.repository.ts';
import { changedRateValues, frequencyErrors, joiningFeeErrors, newRateValues, toRate } from './rate.ts';
import { RateEntity, type RateRow } from './rate.entity.ts';

const writable = ['name', 'price', 'currency', 'joiningFee', 'private', 'billingFrequency', 'defaultDuration'];

/** Rates follow their types: who may see or change the type may do so with its rates, but private rates are the staff's. */
export function rateHandlers(sites: Sites) {
  const archiving = (archivedAt: (call: Call) => Date | null) => (id: string, call: Call) =>
    call.transact(async (transaction) => {
      const row = await loadWritableRate(id, transaction.em, { call, sites });
      const target = archivedAt(call);
      if ((target === null) !== (row.deletedAt == null)) {
        row.deletedAt = target;
        touch(row, call);
      }
      return tellRate(row, transaction);
    });
  const archive = archiving((call) => new Date(call.clock.nowMs()));
  const restore = archiving(() => null);
  return {
    listMembershipRates: (request, call) => listRates(request, call, sites),
    createMembershipRate: (request, call) =>
      call.transact((transaction) => insertRate(request, transaction, { call, sites })),
    getMembershipRate: async ({ id }, call) => {
      const audience = await audienceOf(call, sites);
      const row = await call.em.findOne(RateEntity, {
        id,
        ...(!audience.isStaff && { deletedAt: null, private: false }),
      });
      const type =
        row && (await call.em.count(TypeEntity, { $and: [{ id: row.membershipTypeId }, audience.readable] }));
      if (!row || type !== 1) throw notFound(id);
      return toRate(row, utc);
    },
    updateMembershipRate: (request, call) =>
      call.transact((transaction) => changeRate(request, transaction, { call, sites })),
    deleteMembershipRate: async ({ id }, call) => {
      await archive(id, call);
      return {};
    },
    restoreMembershipRate: ({ id }, call) => restore(id, call),
  } satisfies Handlers<typeof MembershipRateServiceService>;
}

interface Setting {
  call: Call;
  sites: Sites;
}

async function listRates(request: ListMembershipRatesRequest, call: Call, sites: Sites) {
  const { membershipTypeId } = request;
  if (call.principal.organisationId === '' && !membershipTypeId) {
    throw invalid({ membership_type_id: ['The membership_type_id field is required.'] });
  }
  const audience = await audienceOf(call, sites);
  const { page, perPage, offset } = pageOf(request);
  const visible = membershipTypeId ? { $and: [{ id: membershipTypeId }, audience.readable] } : audience.listed;
  const types = await call.em.find(TypeEntity, visible, { fields: ['id'] });
  const where = {
    membershipTypeId: { $in: types.map(({ id }) => id) },
    deletedAt: request.archived === true && audience.isStaff ? { $ne: null } : null,
    ...(!audience.isStaff && { private: false }),
  };
  const options = { orderBy: { name: 'asc', id: 'asc' }, limit: perPage, offset } as const;
  const [rows, total] = await call.em.findAndCount(RateEntity, where, options);
  return { data: rows.map((row) => toRate(row, utc)), page: { page, perPage, total } };
}

async function insertRate(
  request: CreateMembershipRateRequest,
  transaction: Transaction,
  setting: Setting,
): Promise<MembershipRate> {
  const { call } = setting;
  const type = await typeInBody(request.membershipTypeId, transaction.em, setting);
  const values = newRateValues(request);
  const errors = {
    ...joiningFeeErrors(request.joiningFee, values.currency),
    ...frequencyErrors(values.billingFrequency),
  };
  if (Object.keys(errors).length > 0) throw invalid(errors);
  const now = new Date(call.clock.nowMs());
  const row = transaction.em.create(RateEntity, {
    ...values,
    id: newUuid(),
    organisationId: type.organisationId,
    membershipTypeId: type.id,
    createdAt: now,
    createdBy: call.actor,
    updatedAt: now,
    updatedBy: call.actor,
  });
  return tellRate(row, transaction);
}

async function changeRate(
  request: UpdateMembershipRateRequest,
  transaction: Transaction,
  setting: Setting,
): Promise<MembershipRate> {
  const row = await loadWritableRate(request.id, transaction.em, setting);
  if (request.rate !== null) {
    const { values, mask } = changedRateValues(request.rate, request.updateMask ?? []);
    assignMasked<RateRow>({ writable }, row, values, mask);
    const errors = {
      ...joiningFeeErrors(request.rate.joiningFee, row.currency),
      ...frequencyErrors(row.billingFrequency),
    };
    if (Object.keys(errors).length > 0) throw invalid(errors);
  }
  touch(row, setting.call);
  return tellRate(row, transaction);
}

async function loadWritableRate(id: string, em: SqlEntityManager, setting: Setting): Promise<RateRow> {
  const row = await em.findOne(RateEntity, { id, organisationId: setting.call.principal.organisationId });
  if (row === null) throw notFound(id);
  await loadWritableType(row.membershipTypeId, em, setting);
  return row;
}

/** A type in a body that the caller can not see is a bad field there. */
async function typeInBody(id: string, em: SqlEntityManager, setting: Setting) {
  try {
    return await loadWritableType(id, em, setting);
  } catch (error) {
    if (!(error instanceof Refusal) || error.kind !== 'not_found') throw error;
    throw invalid({ membership_type_id: [`There is no membership type ${id}.`] });
  }
}

async function tellRate(row: RateRow, { em, emit }: Transaction): Promise<MembershipRate> {
  await em.flush();
  const message = toRate(row, utc);
  const payload = MembershipRate.encode(message).finish();
  await emit({ type: 'lido.memberships.rate.saved', aggregateId: row.id, organisationId: row.organisationId, payload });
  return message;
}

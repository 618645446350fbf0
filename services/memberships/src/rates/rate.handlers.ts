import type { SqlEntityManager } from '@mikro-orm/postgresql';
import {
  type CreateMembershipRateRequest,
  type ListMembershipRatesRequest,
  type ListMembershipRatesResponse,
  MembershipRate,
  type MembershipRateServiceService,
  type UpdateMembershipRateRequest,
} from '@lido/proto/lido/memberships/v1/membership_rate.ts';
import { invalid, notFound, Refusal } from '@lido/runtime/errors/refusal.ts';
import type { Call, Handlers, Transaction } from '@lido/runtime/grpc/call.ts';
import { pageOf } from '@lido/runtime/resource/list.ts';
import { loadVisible } from '@lido/runtime/resource/load.ts';
import { assignMasked, touch } from '@lido/runtime/resource/update.ts';
import { newUuid } from '@lido/runtime/service/ids.ts';
import { TypeEntity, type TypeRow } from '../types/type.entity.ts';
import { isStaff, listedTypes, readableTypes, typeSpec, utc } from '../types/type.repository.ts';
import { changedRateValues, frequencyErrors, joiningFeeErrors, keptFeeErrors, newRateValues, toRate } from './rate.ts';
import { RateEntity, type RateRow } from './rate.entity.ts';

const writable = ['name', 'price', 'currency', 'joiningFee', 'private', 'billingFrequency', 'defaultDuration'];

/** Rates follow their types: who may see or change the type may do so with its rates, but private rates are the staff's. */
export const rateHandlers = {
  listMembershipRates: listRates,
  createMembershipRate: (request, call) => call.transact((transaction) => insertRate(request, transaction, call)),
  getMembershipRate: async ({ id }, call) => {
    const row = await call.em.findOne(RateEntity, {
      id,
      ...(!isStaff(call) && { deletedAt: null, private: false }),
    });
    const type =
      row && (await call.em.count(TypeEntity, { $and: [{ id: row.membershipTypeId }, readableTypes(call)] }));
    if (!row || type !== 1) throw notFound(id);
    return toRate(row, utc);
  },
  updateMembershipRate: (request, call) => call.transact((transaction) => changeRate(request, transaction, call)),
  deleteMembershipRate: async ({ id }, call) => {
    await setArchived(id, call, new Date(call.clock.nowMs()));
    return {};
  },
  restoreMembershipRate: ({ id }, call) => setArchived(id, call, null),
} satisfies Handlers<typeof MembershipRateServiceService>;

/** Archives or restores; a second time changes nothing. */
function setArchived(id: string, call: Call, archivedAt: Date | null): Promise<MembershipRate> {
  return call.transact(async (transaction) => {
    const row = await loadWritableRate(id, transaction.em, call);
    if ((archivedAt === null) !== (row.deletedAt == null)) {
      row.deletedAt = archivedAt;
      touch(row, call);
    }
    return tellRate(row, transaction);
  });
}

async function listRates(request: ListMembershipRatesRequest, call: Call): Promise<ListMembershipRatesResponse> {
  const { membershipTypeId, archived } = request;
  if (call.principal.organisationId === '' && !membershipTypeId) {
    throw invalid({ membership_type_id: ['The membership_type_id field is required.'] });
  }
  const { page, perPage, offset } = pageOf(request);
  const ofTypes = membershipTypeId ? { $and: [{ id: membershipTypeId }, readableTypes(call)] } : listedTypes(call);
  const types = await call.em.find(TypeEntity, ofTypes, { fields: ['id'] });
  const where = {
    membershipTypeId: { $in: types.map(({ id }) => id) },
    deletedAt: archived === true && isStaff(call) ? { $ne: null } : null,
    ...(!isStaff(call) && { private: false }),
  };
  const options = { orderBy: { name: 'asc', id: 'asc' }, limit: perPage, offset } as const;
  const [rows, total] = await call.em.findAndCount(RateEntity, where, options);
  return { data: rows.map((row) => toRate(row, utc)), page: { page, perPage, total } };
}

async function insertRate(
  request: CreateMembershipRateRequest,
  transaction: Transaction,
  call: Call,
): Promise<MembershipRate> {
  const type = await typeInBody(request.membershipTypeId, transaction.em, call);
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
  call: Call,
): Promise<MembershipRate> {
  const row = await loadWritableRate(request.id, transaction.em, call);
  if (request.rate !== null) {
    const { values, mask } = changedRateValues(request.rate, request.updateMask ?? []);
    const before = { ...row };
    assignMasked<RateRow>({ writable }, row, values, mask);
    const errors = {
      ...joiningFeeErrors(request.rate.joiningFee, row.currency),
      ...keptFeeErrors(before, row, mask),
      ...frequencyErrors(row.billingFrequency),
    };
    if (Object.keys(errors).length > 0) throw invalid(errors);
  }
  touch(row, call);
  return tellRate(row, transaction);
}

async function loadWritableRate(id: string, em: SqlEntityManager, call: Call): Promise<RateRow> {
  const row = await em.findOne(RateEntity, { id, organisationId: call.principal.organisationId });
  if (row === null) throw notFound(id);
  await loadWritableType(row.membershipTypeId, em, call);
  return row;
}

function loadWritableType(id: string, em: SqlEntityManager, call: Call): Promise<TypeRow> {
  return loadVisible(typeSpec, id, call, { em, use: 'write', isArchivedFound: true });
}

/** A type in a body that the caller can not see is a bad field there. */
async function typeInBody(id: string, em: SqlEntityManager, call: Call): Promise<TypeRow> {
  try {
    return await loadWritableType(id, em, call);
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

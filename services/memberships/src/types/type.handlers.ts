import type {
  CreateMembershipTypeRequest,
  InitialRate,
  ListMembershipTypesRequest,
  MembershipType,
  MembershipTypeServiceService,
  UpdateMembershipTypeRequest,
} from '@lido/proto/lido/memberships/v1/membership_type.ts';
import { invalid } from '@lido/runtime/errors/refusal.ts';
import type { Call, Handlers, Transaction } from '@lido/runtime/grpc/call.ts';
import { onlyBrand } from '@lido/runtime/grpc/principal.ts';
import { archiveSilently, restore } from '@lido/runtime/resource/archive.ts';
import { finishWrite, insertRow } from '@lido/runtime/resource/create.ts';
import { listWhere } from '@lido/runtime/resource/list.ts';
import { loadVisible } from '@lido/runtime/resource/load.ts';
import { assignMasked, touch } from '@lido/runtime/resource/update.ts';
import { newUuid } from '@lido/runtime/service/ids.ts';
import { RateEntity } from '../rates/rate.entity.ts';
import { frequencyErrors, initialRateValues, joiningFeeErrors, type RateValues } from '../rates/rate.ts';
import { listTypeOrder, storeTypeOrder } from './type-order.handlers.ts';
import { changedColumns, typeValues } from './type.ts';
import { TypeEntity } from './type.entity.ts';
import { listedTypes, readType, typeSpec, typeSpecFor } from './type.repository.ts';

/** Membership types: staff of the brand manage them, everybody sees the public ones. */
export const typeHandlers = {
  listMembershipTypes: async (request, call) => {
    requireNamedBrand(request, call);
    return listWhere(typeSpecFor(call), listedTypes(call, request.brandId), request, call);
  },
  createMembershipType: (request, call) => call.transact((transaction) => insertType(request, transaction, call)),
  getMembershipType: ({ id }, call) => readType(id, call),
  updateMembershipType: (request, call) => call.transact((transaction) => changeType(request, transaction, call)),
  // Not the archived type but nothing at all is the contract's answer.
  deleteMembershipType: archiveSilently(typeSpec),
  restoreMembershipType: restore(typeSpec),
  listMembershipTypeOrder: listTypeOrder,
  updateMembershipTypeOrder: storeTypeOrder,
} satisfies Handlers<typeof MembershipTypeServiceService>;

/** A list without an organisation has to say which brand is meant. */
function requireNamedBrand({ brandId }: ListMembershipTypesRequest, { principal }: Call): void {
  if (principal.organisationId === '' && !brandId) throw invalid({ brand_id: ['The brand_id field is required.'] });
}

async function insertType(
  request: CreateMembershipTypeRequest,
  transaction: Transaction,
  call: Call,
): Promise<MembershipType> {
  const { em } = transaction;
  const { organisationId } = call.principal;
  const brandId = request.brandId || onlyBrand(call.principal);
  if (brandId === undefined) throw invalid({ brand_id: ['The brand_id field is required.'] });
  const order = await em.count(TypeEntity, { organisationId, brandId });
  const values = { ...typeValues(request), name: request.name, brandId, order };
  const row = insertRow(typeSpec, values, transaction, call);
  if (request.initialRate !== null) {
    const { createdAt, createdBy, updatedAt, updatedBy } = row;
    const columns = { id: newUuid(), organisationId, membershipTypeId: row.id, createdAt, createdBy, updatedAt };
    const rate = firstRate(request.initialRate);
    await em.flush();
    em.create(RateEntity, { ...rate, ...columns, updatedBy });
  }
  return finishWrite(typeSpec, row, transaction, call);
}

function firstRate(initial: InitialRate): RateValues {
  const rate = initialRateValues(initial);
  if (rate === undefined)
    throw invalid({ 'initial_rate.price': ['The initial_rate needs a price, or a currency and an amount.'] });
  const errors = { ...joiningFeeErrors(initial.joiningFee, rate.currency), ...frequencyErrors(rate.billingFrequency) };
  const nested = Object.entries(errors).map(([field, sentences]) => [`initial_rate.${field}`, sentences]);
  if (nested.length > 0) throw invalid(Object.fromEntries(nested));
  return rate;
}

async function changeType(
  { id, type, updateMask }: UpdateMembershipTypeRequest,
  transaction: Transaction,
  call: Call,
): Promise<MembershipType> {
  const row = await loadVisible(typeSpec, id, call, { em: transaction.em, use: 'write', isArchivedFound: true });
  if (type !== null) {
    const mask = changedColumns(updateMask ?? []).filter((name) => name !== 'name' || type.name != null);
    assignMasked(typeSpec, row, typeValues(type), mask);
  }
  touch(row, call);
  return finishWrite(typeSpec, row, transaction, call);
}

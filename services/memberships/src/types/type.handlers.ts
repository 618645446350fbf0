import type { FilterQuery } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type {
  CreateMembershipTypeRequest,
  InitialRate,
  ListMembershipTypesRequest,
  MembershipType,
  MembershipTypeServiceService,
  UpdateMembershipTypeRequest,
} from '@lido/proto/lido/memberships/v1/membership_type.ts';
import { invalid, notFound } from '@lido/runtime/errors/refusal.ts';
import type { Call, Handlers, Transaction } from '@lido/runtime/grpc/call.ts';
import { pageOf } from '@lido/runtime/resource/list.ts';
import { assignMasked, touch } from '@lido/runtime/resource/update.ts';
import { newUuid } from '@lido/runtime/service/ids.ts';
import type { Sites } from '@lido/runtime/tenancy/sites.repository.ts';
import { brandsOf, requireBrand } from '../brands/brand.repository.ts';
import { RateEntity } from '../rates/rate.entity.ts';
import { frequencyErrors, initialRateValues, joiningFeeErrors, type RateValues } from '../rates/rate.ts';
import { listTypeOrder, storeTypeOrder } from './type-order.handlers.ts';
import { changedColumns, typeDefaults, typeErrors, typeValues } from './type.ts';
import { TypeEntity, type TypeRow } from './type.entity.ts';
import { audienceOf, describeTypes, loadWritableType, requireNamedBrand, tellType } from './type.repository.ts';

const writable = [
  ...['name', 'description', 'terms', 'offlinePayments', 'disableConfirmationEmail', 'defaultDuration'],
  ...['minimumStartDate', 'visibility', 'minMembers', 'maxMembers', 'revenueSchedule'],
];

/** Membership types: staff of the brand manage them, everybody sees the public ones. */
export function typeHandlers(sites: Sites) {
  const archiving = (archivedAt: (call: Call) => Date | null) => (id: string, call: Call) =>
    call.transact(async (transaction) => {
      const row = await loadWritableType(id, transaction.em, { call, sites });
      const target = archivedAt(call);
      if ((target === null) !== (row.deletedAt == null)) {
        row.deletedAt = target;
        touch(row, call);
      }
      return tellType(row, transaction);
    });
  const archive = archiving((call) => new Date(call.clock.nowMs()));
  const restore = archiving(() => null);
  return {
    listMembershipTypes: (request, call) => listTypes(request, call, sites),
    createMembershipType: (request, call) =>
      call.transact((transaction) => insertType(request, transaction, { call, sites })),
    getMembershipType: async ({ id }, call) => {
      const audience = await audienceOf(call, sites);
      const row = await call.em.findOne(TypeEntity, { $and: [{ id }, audience.readable] });
      const [message] = row === null ? [] : await describeTypes(call.em, [row], audience);
      if (message === undefined) throw notFound(id);
      return message;
    },
    updateMembershipType: (request, call) =>
      call.transact((transaction) => changeType(request, transaction, { call, sites })),
    // Not the archived type but nothing at all is the contract's answer.
    deleteMembershipType: async ({ id }, call) => {
      await archive(id, call);
      return {};
    },
    restoreMembershipType: ({ id }, call) => restore(id, call),
    listMembershipTypeOrder: listTypeOrder(sites),
    updateMembershipTypeOrder: storeTypeOrder(sites),
  } satisfies Handlers<typeof MembershipTypeServiceService>;
}

async function listTypes(request: ListMembershipTypesRequest, call: Call, sites: Sites) {
  requireNamedBrand(call, request.brandId);
  const audience = await audienceOf(call, sites);
  const { page, perPage, offset } = pageOf(request);
  const where: FilterQuery<TypeRow>[] = [
    audience.listed,
    request.archived === true ? { deletedAt: { $ne: null } } : { deletedAt: null },
    ...(request.brandId ? [{ brandId: request.brandId }] : []),
    ...(request.public === true ? [{ visibility: 'VISIBILITY_PUBLIC' as const }] : []),
    ...(request.autoPayments === true ? [{ offlinePayments: false }] : []),
    ...(request.terms === true ? [{ terms: { $nin: [null, ''] } }] : []),
  ];
  const options = { orderBy: { order: 'asc', name: 'asc', id: 'asc' }, limit: perPage, offset } as const;
  const [rows, total] = await call.em.findAndCount(TypeEntity, { $and: where }, options);
  return { data: await describeTypes(call.em, rows, audience), page: { page, perPage, total } };
}

interface Setting {
  call: Call;
  sites: Sites;
}

async function insertType(
  request: CreateMembershipTypeRequest,
  transaction: Transaction,
  setting: Setting,
): Promise<MembershipType> {
  const { em } = transaction;
  const { call } = setting;
  const brandId = await brandFor(request.brandId ?? '', em, setting);
  const now = new Date(call.clock.nowMs());
  const { organisationId } = call.principal;
  const stamped = { organisationId, createdAt: now, createdBy: call.actor, updatedAt: now, updatedBy: call.actor };
  const order = await em.count(TypeEntity, { organisationId, brandId });
  const values = { ...typeDefaults, ...typeValues(request), name: request.name };
  const errors = typeErrors(values);
  if (Object.keys(errors).length > 0) throw invalid(errors);
  const row = em.create(TypeEntity, { ...stamped, ...values, id: newUuid(), brandId, order });
  if (request.initialRate !== null) {
    const rate = firstRate(request.initialRate);
    await em.flush();
    em.create(RateEntity, { ...stamped, ...rate, id: newUuid(), membershipTypeId: row.id });
  }
  return tellType(row, transaction);
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
  request: UpdateMembershipTypeRequest,
  transaction: Transaction,
  setting: Setting,
): Promise<MembershipType> {
  const row = await loadWritableType(request.id, transaction.em, setting);
  if (request.type !== null) {
    const mask = changedColumns(request.updateMask ?? []).filter(
      (name) => name !== 'name' || request.type?.name != null,
    );
    assignMasked<TypeRow>({ writable, defaults: typeDefaults }, row, typeValues(request.type), mask);
  }
  const errors = typeErrors(row);
  if (Object.keys(errors).length > 0) throw invalid(errors);
  touch(row, setting.call);
  return tellType(row, transaction);
}

/** The brand asked for, or the only one the caller works for. */
async function brandFor(brandId: string, em: SqlEntityManager, { call, sites }: Setting): Promise<string> {
  const brands = await brandsOf(call, sites, em);
  const [only, another] = brands.seen ?? [];
  if (brandId === '' && (only === undefined || another !== undefined))
    throw invalid({ brand_id: ['The brand_id field is required.'] });
  const chosen = brandId === '' ? (only ?? '') : brandId;
  if (brands.seen?.includes(chosen) === false) throw invalid({ brand_id: [`There is no brand ${chosen}.`] });
  requireBrand(brands, chosen, { id: chosen, call });
  return chosen;
}

import { type FilterQuery, LockMode } from '@mikro-orm/core';
import type {
  CreateStoreCheckinRequest,
  ListStoreCheckinsRequest,
  StoreCheckin,
  StoreCheckinServiceService,
} from '@lido/proto/lido/checkin/v1/store_checkin.ts';
import { type FieldErrors, invalid, notFound } from '@lido/runtime/errors/refusal.ts';
import type { Call, Handlers } from '@lido/runtime/grpc/call.ts';
import { firstColumns } from '@lido/runtime/resource/create.ts';
import { pageOf } from '@lido/runtime/resource/list.ts';
import { listable, requirePermission, siteScope, visible } from '@lido/runtime/resource/scope.ts';
import { touch } from '@lido/runtime/resource/update.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import { noteArrival, noteDeparture } from '../presence/arrival.repository.ts';
import { findKnownCustomers, type KnownCustomer } from '../projections/known.repository.ts';
import type { CheckInHandlerOptions } from '../visits/check-in.handlers.ts';
import { findNamedCustomer, findNamedSite } from '../visits/named.repository.ts';
import { filtersOf, toStoreCheckin } from './store-checkin.ts';
import { StoreCheckinEntity, type StoreCheckinRow } from './store-checkin.entity.ts';

const scope = siteScope<StoreCheckinRow>();
const limitDefault = 25;
const dataLengthMax = 16_384;
const method = { id: 'store_checkin', name: 'Store check-in' };

/** The rpcs of check-ins at stores. */
export function storeCheckinHandlers(options: CheckInHandlerOptions) {
  return {
    listStoreCheckins,
    createStoreCheckin: (request, call) => createStoreCheckin(request, call, options),
    endStoreCheckin: ({ id }, call) => endStoreCheckin(id, call),
  } satisfies Handlers<typeof StoreCheckinServiceService>;
}

async function listStoreCheckins(request: ListStoreCheckinsRequest, call: Call) {
  const { page, perPage, offset } = pageOf({ page: request.page ?? null, perPage: request.limit ?? limitDefault });
  const filters = filtersOf(request.query ?? '');
  if (!filters) throw invalid({ query: ['The query must be pairs such as c:<customer id> and s:<store id>.'] });
  const where = { $and: [listable(scope, call, undefined), ...filters] } as FilterQuery<StoreCheckinRow>;
  const [rows, total] = await call.em.findAndCount(StoreCheckinEntity, where, {
    orderBy: { createdAt: 'desc', id: 'desc' },
    limit: perPage,
    offset,
    disableIdentityMap: true,
  });
  return { items: rows.map(toStoreCheckin), page: { page, perPage, total } };
}

async function createStoreCheckin(
  request: CreateStoreCheckinRequest,
  call: Call,
  options: CheckInHandlerOptions,
): Promise<StoreCheckin> {
  const customer = await check(request, call, options);
  return call.transact(async ({ em }) => {
    const columns = firstColumns(call);
    const arrival = { organisationId: columns.organisationId, siteId: request.storeId, at: columns.createdAt };
    const transaction = { em, nowMs: columns.createdAt.getTime(), origin: call };
    const row = em.create(StoreCheckinEntity, {
      ...columns,
      ...{ id: newShopId(), version: 1, siteId: request.storeId, customerId: customer.id, data: request.data ?? {} },
      visitId: await noteArrival({ ...arrival, customer, method, isOwnWord: false }, transaction),
    });
    await em.flush();
    return toStoreCheckin(row);
  });
}

/** Looks up whom and what the request names, and tells all that is wrong at once. */
async function check(
  request: CreateStoreCheckinRequest,
  call: Call,
  options: CheckInHandlerOptions,
): Promise<KnownCustomer> {
  const errors: FieldErrors = {};
  const customerId = request.customerId ?? request.customerIdAsSampled ?? '';
  const site = await findNamedSite(request.storeId, call, options.sites);
  if (!site) errors['store_id'] = [`There is no store ${request.storeId}.`];
  const customer = customerId === '' ? undefined : await findNamedCustomer(customerId, site, call, options.owners);
  if (customerId === '') errors['customer_id'] = ['is required'];
  else if (!customer) errors['customer_id'] = [`There is no customer ${customerId}.`];
  if (JSON.stringify(request.data ?? {}).length > dataLengthMax) {
    errors['data'] = [`must be an object of at most ${dataLengthMax} characters`];
  }
  if (!customer || Object.keys(errors).length > 0) throw invalid(errors);
  return customer;
}

async function endStoreCheckin(id: string, call: Call): Promise<object> {
  await call.transact(async ({ em }) => {
    const where = { $and: [{ id }, visible(scope, call)] } as FilterQuery<StoreCheckinRow>;
    const row = await em.findOne(StoreCheckinEntity, where, { lockMode: LockMode.PESSIMISTIC_WRITE });
    if (!row) throw notFound(id);
    requirePermission(scope, row, call, 'write');
    if (row.endedAt) return {};
    touch(row, call);
    row.endedAt = row.updatedAt;
    if (row.visitId) {
      const customers = await findKnownCustomers(em, row.organisationId, [row.customerId]);
      const transaction = { em, nowMs: call.clock.nowMs(), origin: call };
      await noteDeparture(row.visitId, row.endedAt, customers.get(row.customerId), transaction);
    }
    return {};
  });
  return {};
}

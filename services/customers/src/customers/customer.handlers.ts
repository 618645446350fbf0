import { randomBytes } from 'node:crypto';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import {
  type CreateCustomerRequest,
  Customer,
  type CustomerServiceService,
  type UpdateCustomerRequest,
} from '@lido/proto/lido/customers/v1/customer.ts';
import { type FieldErrors, forbidden, invalid, notFound } from '@lido/runtime/errors/refusal.ts';
import type { Call, Handlers, Transaction } from '@lido/runtime/grpc/call.ts';
import { finishWrite, insertRow } from '@lido/runtime/resource/create.ts';
import { get } from '@lido/runtime/resource/get.ts';
import { list } from '@lido/runtime/resource/list.ts';
import { loadVisible, told } from '@lido/runtime/resource/load.ts';
import type { ResourceSpec } from '@lido/runtime/resource/spec.ts';
import { assignMasked, touch } from '@lido/runtime/resource/update.ts';
import { newUuid } from '@lido/runtime/service/ids.ts';
import { knownPreferences } from '../preferences/preference.repository.ts';
import { SiteEntity } from '../sites/site.entity.ts';
import { brandsOf, ofCustomer, requireBrand } from './brand.repository.ts';
import { cleanDetails, detailErrors, erasedDetails, fullNameOf, toCustomer } from './customer.ts';
import { CustomerEntity, type CustomerRow } from './customer.entity.ts';
import { customerFilters, membershipQueryOf } from './customer-filters.repository.ts';
import { eraseBelongings } from './erase.repository.ts';
import { hashPassword } from './password.ts';

/**
 * Customers as rows of the organisation. Which brands the caller works for is checked before, by `ofCustomer` and
 * `underCustomer`, because a brand has no place in the generic scopes.
 */
export const customerSpec: ResourceSpec<CustomerRow, Customer> = {
  noun: 'customer',
  entity: CustomerEntity,
  newId: newUuid,
  scope: { of: 'organisation' },
  writable: ['firstName', 'lastName', 'phone', 'email', 'dob', 'externalRef', 'guestlineRef', 'preferredLocale'],
  defaults: { preferredLocale: 'en', labelIds: [], preferenceIds: [] },
  toMessage: toCustomer,
  filters: customerFilters,
  orderBy: { createdAt: 'desc' },
  event: { saved: 'lido.customers.customer.saved', encode: (message) => Customer.encode(message).finish() },
  check: async (row, { em }) => ({ ...detailErrors(row), ...(await emailErrors(row, em)) }),
};

const listRows = list(customerSpec);
const salt = (): Buffer => randomBytes(16);

/** A brand's customers. */
export const customerHandlers = {
  listCustomers: async (request, call) => {
    const { organisationId, brandId } = request;
    if (organisationId && organisationId !== call.principal.organisationId) throw notFound(organisationId);
    const brands = await brandsOf(call);
    if (brandId) requireBrand(brands, brandId, { id: brandId, call });
    if (brands.permitted?.length === 0) throw forbidden(call.access.permission);
    const brandIds = brandId ? [brandId] : brands.permitted;
    const asked = { ...request, brandIds, memberships: membershipQueryOf(request) };
    return listRows(asked, call);
  },
  createCustomer: async (request, call) => {
    const home = await homeOf(request.siteId ?? '', call);
    const passwordHash = request.password ? await hashPassword(request.password, salt()) : null;
    return call.transact((transaction) => insertCustomer(request, { ...home, passwordHash }, transaction, call));
  },
  getCustomer: ofCustomer(get(customerSpec)),
  updateCustomer: ofCustomer((request, call) =>
    call.transact((transaction) => changeCustomer(request, transaction, call)),
  ),
  deleteCustomer: ofCustomer(({ id }, call) =>
    call.transact(async (transaction) => {
      const row = await loadVisible(customerSpec, id, call, { em: transaction.em, use: 'write' });
      await refuseLocked(row, transaction.em, call);
      Object.assign(row, { ...erasedDetails, deletedAt: new Date(call.clock.nowMs()) });
      touch(row, call);
      await eraseBelongings(row, transaction, call);
      await told(customerSpec, row, transaction, call);
      return {};
    }),
  ),
  lockCustomer: setLocked((call) => new Date(call.clock.nowMs())),
  unlockCustomer: setLocked(() => null),
} satisfies Handlers<typeof CustomerServiceService>;

interface Home {
  brandId: string;
  siteId: string | null;
}

/** Where a new customer belongs: the site's brand, or the only brand the caller works for. */
async function homeOf(siteId: string, call: Call): Promise<Home> {
  const brands = await brandsOf(call);
  if (siteId === '') {
    const [brandId, another] = brands.seen ?? [];
    if (brandId === undefined || another !== undefined) throw invalid({ site_id: ['The site_id field is required.'] });
    requireBrand(brands, brandId, { id: brandId, call });
    return { brandId, siteId: null };
  }
  const where = { id: siteId, organisationId: call.principal.organisationId, deletedAt: null };
  const site = await call.em.findOne(SiteEntity, where, { disableIdentityMap: true });
  const isSeen = site !== null && (brands.seen === undefined || brands.seen.includes(site.brandId));
  if (!isSeen) throw invalid({ site_id: [`There is no site ${siteId}.`] });
  requireBrand(brands, site.brandId, { id: siteId, call });
  return { brandId: site.brandId, siteId };
}

type Placed = Home & { passwordHash: string | null };

async function insertCustomer(
  request: CreateCustomerRequest,
  placed: Placed,
  transaction: Transaction,
  call: Call,
): Promise<Customer> {
  const details = cleanDetails(request);
  const values = {
    ...placed,
    ...details,
    preferredLocale: details.preferredLocale ?? 'en',
    fullName: fullNameOf(details),
    preferenceIds: await knownPreferences(request.marketingPreferenceIds, transaction.em, call),
  };
  return finishWrite(customerSpec, insertRow(customerSpec, values, transaction, call), transaction, call);
}

async function changeCustomer(request: UpdateCustomerRequest, transaction: Transaction, call: Call): Promise<Customer> {
  const { id, customer, updateMask } = request;
  const mask = updateMask ?? [];
  const row = await loadVisible(customerSpec, id, call, { em: transaction.em, use: 'write' });
  await refuseLocked(row, transaction.em, call);
  assignMasked(customerSpec, row, cleanDetails(customer ?? {}), mask);
  row.fullName = fullNameOf(row);
  if (mask.includes('password'))
    row.passwordHash = customer?.password ? await hashPassword(customer.password, salt()) : null;
  touch(row, call);
  return finishWrite(customerSpec, row, transaction, call);
}

/** A lock keeps personal details from everybody who may not lock. */
async function refuseLocked(row: CustomerRow, em: SqlEntityManager, call: Call): Promise<void> {
  if (row.lockedAt == null) return;
  const { permitted } = await brandsOf(call, { permission: 'customers.lock', em });
  if (permitted?.includes(row.brandId) === false) throw forbidden('customers.lock');
}

/** Locks or unlocks; a second time changes nothing. */
function setLocked(lockedAt: (call: Call) => Date | null) {
  return ofCustomer(({ id }: { id: string }, call: Call) =>
    call.transact(async (transaction) => {
      const row = await loadVisible(customerSpec, id, call, { em: transaction.em, use: 'write' });
      const target = lockedAt(call);
      if ((target === null) !== (row.lockedAt == null)) {
        row.lockedAt = target;
        touch(row, call);
      }
      return told(customerSpec, row, transaction, call);
    }),
  );
}

async function emailErrors(row: CustomerRow, em: SqlEntityManager): Promise<FieldErrors> {
  if (row.email == null) return {};
  const [taken] = await em.execute<unknown[]>(
    'select 1 from customers where brand_id = ? and email = ? and id <> ? and deleted_at is null',
    [row.brandId, row.email, row.id],
  );
  return taken === undefined ? {} : { email: ['Another customer of the brand has this e-mail address.'] };
}

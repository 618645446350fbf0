import { randomBytes } from 'node:crypto';
import type {
  CreateCustomerRequest,
  Customer,
  CustomerServiceService,
  UpdateCustomerRequest,
} from '@lido/proto/lido/customers/v1/customer.ts';
import { forbidden, invalid, notFound } from '@lido/runtime/errors/refusal.ts';
import type { Call, Handlers, Transaction } from '@lido/runtime/grpc/call.ts';
import { mayInBrand, onlyBrand, visibleBrands } from '@lido/runtime/grpc/principal.ts';
import { finishWrite, insertRow } from '@lido/runtime/resource/create.ts';
import { get } from '@lido/runtime/resource/get.ts';
import { list } from '@lido/runtime/resource/list.ts';
import { told } from '@lido/runtime/resource/load.ts';
import { requireBrand } from '@lido/runtime/resource/scope.ts';
import { assignMasked, touch } from '@lido/runtime/resource/update.ts';
import { knownPreferences } from '../preferences/preference.repository.ts';
import { SiteEntity } from '../sites/site.entity.ts';
import { blockCustomer, unblockCustomer } from './block-customer.handlers.ts';
import { cleanDetails, erasedDetails, fullNameOf } from './customer.ts';
import type { CustomerRow } from './customer.entity.ts';
import { customerSpec, writeCustomer } from './customer.repository.ts';
import { membershipQueryOf } from './customer-filters.repository.ts';
import { eraseBelongings } from './erase.repository.ts';
import { hashPassword } from './password.ts';

const listRows = list(customerSpec);
const salt = (): Buffer => randomBytes(16);

/** A brand's customers. */
export const customerHandlers = {
  listCustomers: async (request, call) => {
    const { organisationId } = request;
    if (organisationId && organisationId !== call.principal.organisationId) throw notFound(organisationId);
    const asked = { ...request, memberships: membershipQueryOf(request) };
    return listRows(asked, call);
  },
  createCustomer: async (request, call) => {
    const home = await homeOf(request.siteId ?? '', call);
    const passwordHash = request.password ? await hashPassword(request.password, salt()) : null;
    return call.transact((transaction) => insertCustomer(request, { ...home, passwordHash }, transaction, call));
  },
  getCustomer: get(customerSpec),
  updateCustomer: (request, call) => call.transact((transaction) => changeCustomer(request, transaction, call)),
  deleteCustomer: ({ id }, call) =>
    call.transact(async (transaction) => {
      const row = await writeCustomer(id, call)(transaction.em);
      refuseLocked(row, call);
      Object.assign(row, { ...erasedDetails, deletedAt: new Date(call.clock.nowMs()) });
      touch(row, call);
      await eraseBelongings(row, transaction, call);
      await told(customerSpec, row, transaction, call);
      return {};
    }),
  lockCustomer: setLocked((call) => new Date(call.clock.nowMs())),
  unlockCustomer: setLocked(() => null),
  blockCustomer,
  unblockCustomer,
} satisfies Handlers<typeof CustomerServiceService>;

interface Home {
  brandId: string;
  siteId: string | null;
}

/** Where a new customer belongs: the site's brand, or the only brand the caller works for. */
async function homeOf(siteId: string, call: Call): Promise<Home> {
  const { principal, em } = call;
  if (siteId === '') {
    const brandId = onlyBrand(principal);
    if (brandId === undefined) throw invalid({ site_id: ['The site_id field is required.'] });
    requireBrand(call, brandId);
    return { brandId, siteId: null };
  }
  const where = { id: siteId, organisationId: principal.organisationId, deletedAt: null };
  const site = await em.findOne(SiteEntity, where, { disableIdentityMap: true });
  if (site === null || visibleBrands(principal)?.includes(site.brandId) === false)
    throw invalid({ site_id: [`There is no site ${siteId}.`] });
  requireBrand(call, site.brandId);
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
  const row = await writeCustomer(id, call)(transaction.em);
  refuseLocked(row, call);
  assignMasked(customerSpec, row, cleanDetails(customer ?? {}), mask);
  row.fullName = fullNameOf(row);
  if (mask.includes('password'))
    row.passwordHash = customer?.password ? await hashPassword(customer.password, salt()) : null;
  touch(row, call);
  return finishWrite(customerSpec, row, transaction, call);
}

/** A lock keeps personal details from everybody who may not lock. */
function refuseLocked({ lockedAt, brandId }: CustomerRow, { principal }: Call): void {
  if (lockedAt != null && !mayInBrand(principal, 'customers.lock', brandId)) throw forbidden('customers.lock');
}

/** Locks or unlocks; a second time changes nothing. */
function setLocked(lockedAt: (call: Call) => Date | null) {
  return ({ id }: { id: string }, call: Call) =>
    call.transact(async (transaction) => {
      const row = await writeCustomer(id, call)(transaction.em);
      const target = lockedAt(call);
      if ((target === null) !== (row.lockedAt == null)) {
        row.lockedAt = target;
        touch(row, call);
      }
      return told(customerSpec, row, transaction, call);
    });
}

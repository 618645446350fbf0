import type {
  Customer,
  CreateCustomerRequest,
  CustomerServiceService,
} from '@lido/proto/lido/customers/v1/customer.ts';
import type { Site } from '@lido/proto/lido/customers/v1/site.ts';
import type { CreateMembershipRequest, Membership } from '@lido/proto/lido/memberships/v1/membership.ts';
import { invalid, Refusal } from '@lido/runtime/errors/refusal.ts';
import type { Call, Transaction } from '@lido/runtime/grpc/call.ts';
import type { Peer } from '@lido/runtime/grpc/client.ts';
import { innerKey } from '@lido/runtime/grpc/idempotency.ts';
import { servicePrincipal, visibleSites } from '@lido/runtime/grpc/principal.ts';
import { requireSite } from '@lido/runtime/resource/scope.ts';
import { newUuid } from '@lido/runtime/service/ids.ts';
import type { Sites } from '@lido/runtime/tenancy/sites.repository.ts';
import { localDateOf } from '@lido/runtime/time/zone.ts';
import type { Customers } from '../known-customers/customer.repository.ts';
import type { RateRow } from '../rates/rate.entity.ts';
import type { TypeRow } from '../types/type.entity.ts';
import { readDates } from './membership-dates.ts';
import { MembershipEntity } from './membership.entity.ts';
import { insertMember, tell } from './membership.repository.ts';
import { findPlan } from './plan.repository.ts';

/** What memberships need of their neighbours. */
export interface Neighbours {
  sites: Sites;
  customers: Customers;
  /** For a customer that is added together with the membership. */
  customerService: Peer<typeof CustomerServiceService>;
}

/** A request whose site and plan are known to exist and to be open to its caller. */
interface Placed {
  request: CreateMembershipRequest;
  site: Site;
  type: TypeRow;
  rate: RateRow;
  isStaff: boolean;
}

/** Reserves a membership. Staff choose freely; customers and the public sign themselves up for what is public. */
export function createMembership(neighbours: Neighbours) {
  return (request: CreateMembershipRequest, call: Call): Promise<Membership> =>
    call.transact(async (transaction) => {
      const isStaff = call.principal.kind === 'KIND_STAFF' || call.principal.kind === 'KIND_SERVICE';
      const site = await placeOf(request.siteId ?? '', neighbours.sites, transaction, call);
      const ids = { typeId: request.membershipTypeId, rateId: request.membershipRateId };
      const plan = await findPlan(transaction.em, ids, {
        organisationId: site.organisationId,
        brandId: site.brandId,
        isStaff,
      });
      return reserve({ request, site, ...plan, isStaff }, neighbours, transaction, call);
    });
}

async function reserve(
  placed: Placed,
  neighbours: Neighbours,
  transaction: Transaction,
  call: Call,
): Promise<Membership> {
  const { request, site, type, rate, isStaff } = placed;
  const today = localDateOf(call.clock.nowMs(), site.timezone);
  const dates = readDates(request, { type, rate, today, isSelfSignUp: !isStaff });
  if ('errors' in dates) throw invalid(dates.errors);
  // Last, because a customer who is added now stays even when the membership then fails; its repetition finds them by the key.
  const customer = await whoseIsIt(placed, neighbours, transaction, call);
  const now = new Date(call.clock.nowMs());
  const row = transaction.em.create(MembershipEntity, {
    ...dates,
    id: newUuid(),
    organisationId: site.organisationId,
    siteId: site.id,
    membershipTypeId: type.id,
    membershipRateId: rate.id,
    stage: 'reserved',
    visitLimit: type.visitLimit ?? null,
    source:
      isStaff && request.source !== 'MEMBERSHIP_SOURCE_SELF_SIGNUP'
        ? 'MEMBERSHIP_SOURCE_APP'
        : 'MEMBERSHIP_SOURCE_SELF_SIGNUP',
    basketId: request.basketId ?? null,
    externalRef: request.externalRef ?? null,
    intakeFormRequired: request.intakeFormRequired ?? false,
    createdAt: now,
    createdBy: call.actor,
    updatedAt: now,
    updatedBy: call.actor,
  });
  await transaction.em.flush();
  await insertMember(row, { customerId: customer.id, isLead: true }, transaction, call);
  return tell(row, transaction, call);
}

/** The site asked for, or the only one the caller works at. */
async function placeOf(siteId: string, sites: Sites, { em }: Transaction, call: Call): Promise<Site> {
  const { principal } = call;
  const [only, another] = principal.kind === 'KIND_STAFF' ? (visibleSites(principal) ?? []) : [];
  const chosen = siteId === '' && another === undefined ? (only ?? '') : siteId;
  if (chosen === '') throw invalid({ site_id: ['The site_id field is required.'] });
  const site = await sites.find(em, chosen, call);
  const missing = invalid({ site_id: [`There is no site ${chosen}.`] });
  if (site === undefined || (principal.organisationId !== '' && site.organisationId !== principal.organisationId))
    throw missing;
  if (principal.kind === 'KIND_CUSTOMER' && !principal.brandIds.includes(site.brandId)) throw missing;
  if (principal.kind !== 'KIND_STAFF') return site;
  if (visibleSites(principal)?.includes(chosen) === false) throw missing;
  requireSite(call, chosen);
  return site;
}

/** The customer named, the caller themselves, or a new one. */
async function whoseIsIt(
  { request, site, isStaff }: Placed,
  neighbours: Neighbours,
  transaction: Transaction,
  call: Call,
): Promise<Customer> {
  const { kind, id } = call.principal;
  const customerId = request.customerId || (kind === 'KIND_CUSTOMER' ? id : '');
  const mayName = isStaff || (kind === 'KIND_CUSTOMER' && customerId === id);
  if (customerId !== '') {
    const found = mayName ? await neighbours.customers.find(transaction.em, customerId, call) : undefined;
    if (found === undefined || found.brandId !== site.brandId || found.deletedAt != null) {
      throw invalid({ customer_id: [`There is no customer ${customerId} of this brand.`] });
    }
    return found;
  }
  if (request.customerData === null)
    throw invalid({ customer_id: ['Either a customer_id or customer_data is needed.'] });
  return addCustomer({ ...request.customerData, siteId: site.id }, site, neighbours, { transaction, call });
}

async function addCustomer(
  request: CreateCustomerRequest,
  { organisationId }: Site,
  { customers, customerService }: Neighbours,
  { transaction, call }: { transaction: Transaction; call: Call },
): Promise<Customer> {
  // In the service's own name: whoever may create the membership may bring the customer along.
  const caller = { principal: servicePrincipal('memberships', organisationId), requestId: call.requestId };
  try {
    const idempotencyKey = innerKey(call, 'createCustomer');
    const made = await customerService.createCustomer(request, caller, { idempotencyKey });
    return (await customers.find(transaction.em, made.id, caller)) ?? made;
  } catch (error) {
    if (!(error instanceof Refusal) || error.reason !== 'invalid' || error.fields === undefined) throw error;
    throw invalid(
      Object.fromEntries(
        Object.entries(error.fields).map(([field, sentences]) => [`customer_data.${field}`, sentences]),
      ),
    );
  }
}

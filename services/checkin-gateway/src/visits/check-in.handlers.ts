import type { FilterQuery } from '@mikro-orm/core';
import type {
  CheckIn,
  CheckInServiceService,
  CreateCheckInRequest,
  ListCheckInsRequest,
} from '@lido/proto/lido/checkin/v1/check_in.ts';
import { type FieldErrors, invalid } from '@lido/runtime/errors/refusal.ts';
import type { Call, Handlers } from '@lido/runtime/grpc/call.ts';
import type { JobQueue } from '@lido/runtime/jobs/job-queue.ts';
import { queueReport } from '@lido/runtime/jobs/queue-report.ts';
import { pageOf } from '@lido/runtime/resource/list.ts';
import { zonesOf } from '@lido/runtime/resource/load.ts';
import { listable, siteScope } from '@lido/runtime/resource/scope.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import type { Sites } from '@lido/runtime/tenancy/sites.repository.ts';
import { findDevice } from '../devices/device.repository.ts';
import { findKnownCustomers, findMemberships, type KnownCustomer } from '../projections/known.repository.ts';
import type { Owners } from '../projections/owners.client.ts';
import { toCheckIn, toldVisit } from './check-in-message.ts';
import { checkInReport } from './check-in-report.job.ts';
import { filtersOf } from './check-in-filters.ts';
import { genericMethodName } from './method.ts';
import type { ArrivalMethod } from './movement.ts';
import { findNamedCustomer, findNamedSite } from './named.repository.ts';
import { findPolicy } from './policy.repository.ts';
import { VisitEntity, type VisitRow } from './visit.entity.ts';
import { recordFact } from './record-movement.repository.ts';

/** What check-in rpcs need besides their call. */
export interface CheckInHandlerOptions {
  readonly owners: Owners;
  readonly sites: Sites;
  readonly jobs: JobQueue;
}

const methodSentence =
  'The method must be scanned, check_in_button, or the id of a reader of the site with its method_type.';

const scope = siteScope<VisitRow>();

/** The rpcs of check-ins. */
export function checkInHandlers(options: CheckInHandlerOptions) {
  return {
    listCheckIns,
    queueListCheckIns: queueReport(options.jobs, checkInReport),
    createCheckIn: (request, call) => createCheckIn(request, call, options),
  } satisfies Handlers<typeof CheckInServiceService>;
}

async function listCheckIns(request: ListCheckInsRequest, call: Call) {
  const { page, perPage, offset } = pageOf({ page: request.page ?? null, perPage: request.perPage ?? null });
  const siteIds = request.siteId ? [request.siteId] : undefined;
  const visible = listable(scope, call, siteIds);
  const zone = (await zonesOf(call.em, siteIds ?? [])).get(request.siteId ?? '') ?? 'UTC';
  const where = { $and: [visible, { deletedAt: null }, ...filtersOf(request, zone)] } as FilterQuery<VisitRow>;
  const [visits, total] = await call.em.findAndCount(VisitEntity, where, {
    orderBy: { checkedInAt: 'desc', id: 'asc' },
    limit: perPage,
    offset,
    disableIdentityMap: true,
  });
  const customerIds = [...new Set(visits.map(({ customerId }) => customerId))];
  const customers = await findKnownCustomers(call.em, call.principal.organisationId, customerIds);
  return {
    data: visits.map((visit) => toCheckIn(toldVisit(visit), customers.get(visit.customerId))),
    page: { page, perPage, total },
  };
}

/** Staff record an arrival as the fact it is: no rule of the doors is asked. */
async function createCheckIn(
  request: CreateCheckInRequest,
  call: Call,
  options: CheckInHandlerOptions,
): Promise<CheckIn> {
  const checked = await check(request, call, options);
  return call.transact(async ({ em }) => {
    const nowMs = call.clock.nowMs();
    const { organisationId } = call.principal;
    const visitor = { organisationId, customerId: checked.customer.id, customer: checked.customer };
    const policy = await findPolicy(em, request.siteId);
    const arrival = {
      ...checked.method,
      ...({ kind: 'arrival', siteId: request.siteId, at: new Date(nowMs), visitId: newShopId(), policy } as const),
      membershipId: request.membershipId || null,
    };
    const visit = await recordFact(visitor, arrival, { em, nowMs, origin: call });
    return toCheckIn({ ...visit, customerId: checked.customer.id }, checked.customer);
  });
}

/** Looks up everything the request names, and tells all that is wrong at once. */
async function check(
  request: CreateCheckInRequest,
  call: Call,
  options: CheckInHandlerOptions,
): Promise<{ customer: KnownCustomer; method: ArrivalMethod }> {
  const errors: FieldErrors = {};
  const site = await findNamedSite(request.siteId, call, options.sites);
  if (!site) errors['site_id'] = [`There is no site ${request.siteId}.`];
  const customer = await findNamedCustomer(request.customerId, site, call, options.owners);
  if (!customer) errors['customer_id'] = [`There is no customer ${request.customerId}.`];
  if (customer && request.membershipId && !(await holds(customer, request.membershipId, call, options.owners))) {
    errors['membership_id'] = [`The customer has no membership ${request.membershipId}.`];
  }
  const method = await findMethod(request, call);
  if (!method) errors['method_id'] = [methodSentence];
  if (!customer || !method || Object.keys(errors).length > 0) throw invalid(errors);
  return { customer, method };
}

async function holds(customer: KnownCustomer, membershipId: string, call: Call, owners: Owners): Promise<boolean> {
  const known = await findMemberships(call.em, call.principal.organisationId, customer.id);
  if (known.some(({ id }) => id === membershipId)) return true;
  return (await owners.memberships(customer.id, call)).some(({ id }) => id === membershipId);
}

async function findMethod(
  { methodId, methodType, siteId }: CreateCheckInRequest,
  call: Call,
): Promise<ArrivalMethod | undefined> {
  if (methodType !== 'CHECK_IN_METHOD_TYPE_GANTNER') {
    const id = methodId ?? 'check_in_button';
    const methodName = genericMethodName(id);
    return methodName === undefined ? undefined : { methodType: null, methodId: id, methodName };
  }
  const device = methodId ? await findDevice(call.em, methodId) : undefined;
  const isHere =
    device?.organisationId === call.principal.organisationId && device.siteId === siteId && !device.deletedAt;
  return device && isHere ? { methodType: 'gantner', methodId: device.id, methodName: device.name } : undefined;
}

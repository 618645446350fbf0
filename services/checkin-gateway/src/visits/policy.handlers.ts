import { VisitPolicy as Message, type VisitPolicyServiceService } from '@lido/proto/lido/checkin/v1/visit_policy.ts';
import { type FieldErrors, notFound } from '@lido/runtime/errors/refusal.ts';
import type { Call, Handlers } from '@lido/runtime/grpc/call.ts';
import type { ResourceSpec } from '@lido/runtime/resource/spec.ts';
import { update } from '@lido/runtime/resource/update.ts';
import type { Sites } from '@lido/runtime/tenancy/sites.repository.ts';
import type { Owners } from '../projections/owners.client.ts';
import { findCustomer } from './facts.repository.ts';
import { findNamedSite } from './named.repository.ts';
import { VisitPolicyEntity, type VisitPolicyRow } from './policy.entity.ts';
import { findPolicy } from './policy.repository.ts';
import { defaultPolicy, type VisitPolicy } from './policy.ts';

/** What the rpcs of visit policies need besides their call. */
export interface VisitPolicyHandlerOptions {
  readonly owners: Owners;
  readonly sites: Sites;
}

/** The rpcs of the rules a site chooses for its doors. */
export function visitPolicyHandlers({ owners, sites }: VisitPolicyHandlerOptions) {
  const change = update(policySpec(owners), 'policy');
  return {
    getVisitPolicy: async ({ id }, call) => {
      if (!(await findNamedSite(id, call, sites))) throw notFound(id);
      return toMessage(id, await findPolicy(call.em, id));
    },
    updateVisitPolicy: async (request, call) => {
      if (!(await findNamedSite(request.id, call, sites))) throw notFound(request.id);
      await beginChoosing(request.id, call);
      return change(request, call);
    },
  } satisfies Handlers<typeof VisitPolicyServiceService>;
}

function policySpec(owners: Owners): ResourceSpec<VisitPolicyRow, Message> {
  return {
    noun: 'visit policy',
    entity: VisitPolicyEntity,
    newId: () => '',
    scope: { of: 'site', sites: (row) => [row.id], where: (siteIds) => ({ id: { $in: siteIds } }) },
    writable: Object.keys(defaultPolicy) as (keyof typeof defaultPolicy)[],
    defaults: { ...defaultPolicy, zoneCapacities: [], staffCustomerIds: [] },
    toMessage: (row) => toMessage(row.id, { ...row, capacity: row.capacity ?? null }),
    filters: {},
    orderBy: { id: 'asc' },
    event: { saved: 'lido.checkin.visit_policy.saved', encode: (message) => Message.encode(message).finish() },
    check: async (row, _, call) => ({ ...zoneErrors(row), ...(await staffErrors(row, call, owners)) }),
  };
}

/** Gives a site that has not chosen the usual rules as its own, which changes nothing by itself. */
async function beginChoosing(id: string, { em, clock, actor, principal }: Call): Promise<void> {
  const [stamp, usual] = [new Date(clock.nowMs()), defaultPolicy];
  await em.execute(
    `insert into visit_policies (id, organisation_id, created_at, created_by, updated_at, updated_by, anti_passback,
       anti_passback_minutes, duplicate_ms, min_stay_seconds, max_visit_minutes, booking_early_minutes,
       reentry_delay_seconds, payment_required, zone_capacities, staff_customer_ids)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '[]', '{}') on conflict (id) do nothing`,
    [
      ...[id, principal.organisationId, stamp, actor, stamp, actor, usual.antiPassback, usual.antiPassbackMinutes],
      ...[usual.duplicateMs, usual.minStaySeconds, usual.maxVisitMinutes, usual.bookingEarlyMinutes],
      ...[usual.reentryDelaySeconds, usual.paymentRequired],
    ],
    'run',
  );
}

function zoneErrors({ zoneCapacities }: VisitPolicyRow): FieldErrors {
  const zones = zoneCapacities.map(({ zone }) => zone);
  const twice = zones.find((zone, index) => zones.indexOf(zone) !== index);
  return twice === undefined ? {} : { zone_capacities: [`The zone ${twice} is named twice.`] };
}

async function staffErrors(row: VisitPolicyRow, call: Call, owners: Owners): Promise<FieldErrors> {
  for (const id of row.staffCustomerIds) {
    const { organisationId } = row;
    const found = await findCustomer(call.em, owners, { organisationId, id, caller: call });
    if (!found || found.isErased) return { staff_customer_ids: [`There is no customer ${id}.`] };
  }
  return {};
}

function toMessage(siteId: string, policy: VisitPolicy): Message {
  const { duplicateMs, minStaySeconds, maxVisitMinutes, bookingEarlyMinutes, reentryDelaySeconds } = policy;
  const { antiPassback, antiPassbackMinutes, paymentRequired, capacity } = policy;
  return {
    ...{ siteId, antiPassback, antiPassbackMinutes, duplicateMs, minStaySeconds, maxVisitMinutes },
    ...{ bookingEarlyMinutes, reentryDelaySeconds, paymentRequired, capacity },
    zoneCapacities: [...policy.zoneCapacities],
    staffCustomerIds: [...policy.staffCustomerIds],
  };
}

import type { CustomerDirectoryServiceService } from '@lido/proto/lido/customers/internal/v1/customer.ts';
import type { Customer } from '@lido/proto/lido/customers/v1/customer.ts';
import type { EntitlementServiceService } from '@lido/proto/lido/memberships/internal/v1/entitlement.ts';
import { orUndefined } from '@lido/runtime/errors/refusal.ts';
import type { Caller, Peer } from '@lido/runtime/grpc/client.ts';
import type { HeldMembership } from '../visits/decision.ts';

/** The services that own what the gateway projects; asked only about what no event has told yet. */
export interface Owners {
  customer(id: string, caller: Caller): Promise<Customer | undefined>;
  customerByMedium(value: string, caller: Caller): Promise<Customer | undefined>;
  memberships(customerId: string, caller: Caller): Promise<HeldMembership[]>;
}

/** Somebody waits at the door meanwhile. */
const deadlineMs = 300;

/** Asks over gRPC. An owner that can not be asked makes this throw: what is not known opens no door. */
export function ownersFrom(
  customers: Peer<typeof CustomerDirectoryServiceService>,
  memberships: Peer<typeof EntitlementServiceService>,
): Owners {
  return {
    customer: (id, caller) => orUndefined(customers.findCustomer({ id }, caller, { deadlineMs })),
    customerByMedium: async (value, caller) => {
      const found = await orUndefined(customers.findCustomerByMedium({ value }, caller, { deadlineMs }));
      return found?.customer ?? undefined;
    },
    memberships: async (customerId, caller) => {
      const found = await orUndefined(memberships.findMemberships({ customerId }, caller, { deadlineMs }));
      return (found?.memberships ?? []).map((held) => ({
        id: held.membershipId,
        siteId: held.siteId,
        status: held.status,
        attentionReason: held.attentionReason ?? null,
        startDate: held.startDate,
        endDate: held.endDate ?? null,
        visitsRemaining: held.visitsRemaining ?? null,
      }));
    },
  };
}

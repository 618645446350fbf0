import type { Customer } from '@lido/proto/lido/customers/v1/customer.ts';
import { orUndefined } from '@lido/runtime/errors/refusal.ts';
import type { Caller } from '@lido/runtime/grpc/client.ts';
import type { HeldBooking, KnownMembership } from '../visits/decision.ts';
import { bookingsOf } from './bookings.ts';
import type { Directories } from './rebuild.job.ts';

/** Whose a medium is, as its owner says. */
export interface MediumHolder {
  readonly customer: Customer;
  readonly isMediumBlocked: boolean;
}

/**
 * The services that own what the gateway projects; asked only about what the projections can not know.
 * Every question throws when there is no answer within `deadlineMs`: of a request's own, when a tap names none.
 */
export interface Owners {
  customer(id: string, caller: Caller): Promise<Customer | undefined>;
  holder(mediumValue: string, caller: Caller, deadlineMs?: number): Promise<MediumHolder | undefined>;
  memberships(customerId: string, caller: Caller, deadlineMs?: number): Promise<KnownMembership[]>;
  /** The bookings that have not ended at an instant. */
  bookings(of: { customerId: string; nowMs: number }, caller: Caller, deadlineMs?: number): Promise<HeldBooking[]>;
}

/** How long a tap at a real door asks. */
export const doorAskingMs = 300;

/** How long a request asks, which would rather wait for a busy service than fail. */
const askingMs = 5_000;

/** One customer has few orders that have not ended. */
const ordersMax = 50;

/** Asks over gRPC. */
export function ownersFrom({ customers, memberships, orders }: Omit<Directories, 'sites'>): Owners {
  return {
    customer: (id, caller) => orUndefined(customers.findCustomer({ id }, caller, { deadlineMs: askingMs })),
    holder: async (value, caller, deadlineMs = askingMs) => {
      const found = await customers.findCustomerByMedium({ value }, caller, { deadlineMs });
      return found.customer ? { customer: found.customer, isMediumBlocked: found.mediumBlockedAt != null } : undefined;
    },
    memberships: async (customerId, caller, deadlineMs = askingMs) => {
      const found = await memberships.findMemberships({ customerId }, caller, { deadlineMs });
      return found.memberships.map((held) => ({
        id: held.membershipId,
        siteId: held.siteId,
        status: held.status,
        attentionReason: held.attentionReason ?? null,
        startDate: held.startDate,
        endDate: held.endDate ?? null,
        visitLimit: held.visitLimit ?? null,
      }));
    },
    bookings: async ({ customerId, nowMs }, caller, deadlineMs = askingMs) => {
      const request = { afterId: '', limit: ordersMax, customerId, endsAfter: new Date(nowMs).toISOString() };
      const found = await orders.exportOrders(request, caller, { deadlineMs });
      return found.orders.flatMap(({ order }) => {
        if (order?.organisationId !== caller.principal.organisationId) return [];
        return bookingsOf(order)
          .filter((booking) => booking.customerId === customerId && booking.endMs > nowMs)
          .map(({ startMs, endMs }) => ({ siteId: order.siteId, startMs, endMs }));
      });
    },
  };
}

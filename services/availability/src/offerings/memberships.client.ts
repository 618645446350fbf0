import type { Call } from '@lido/runtime/grpc/call.ts';
import { servicePrincipal } from '@lido/runtime/grpc/principal.ts';
import type { HoldOrder, OfferedItem } from '../bookings/hold-order.ts';
import type { BookingParts } from '../bookings/parts.ts';
import type { Offering } from './offering.ts';

/** Whether an offering's rules ask for memberships at all. */
export function asksForMembership({ row }: Offering): boolean {
  return row.membersOnly || row.permittedMembershipTypeIds.length > 0 || row.membershipBookingWindowsEnabled;
}

/**
 * The types of a customer's active memberships. Nobody is asked where no rule does; when memberships can not be reached,
 * this throws, so that nobody gets what they might not be entitled to.
 */
export async function membershipTypesOf(
  parts: Pick<BookingParts, 'memberships'>,
  customerId: string | null,
  organisationId: string,
  call: Call,
): Promise<{ typeId: string }[]> {
  if (customerId === null) return [];
  const caller = { principal: servicePrincipal('availability', organisationId), requestId: call.requestId };
  const { memberships } = await parts.memberships.findMemberships({ customerId }, caller);
  return memberships
    .filter(({ status }) => status === 'active')
    .map(({ membershipTypeId }) => ({ typeId: membershipTypeId }));
}

/** The memberships that count for the items of an order. */
export function activeMemberships(
  parts: BookingParts,
  order: HoldOrder,
  items: OfferedItem[],
  call: Call,
): Promise<{ typeId: string }[]> {
  const offerings = items.flatMap(({ offering, inPackage }) =>
    inPackage ? [offering, inPackage.offering] : [offering],
  );
  if (!offerings.some(asksForMembership)) return Promise.resolve([]);
  return membershipTypesOf(parts, order.customerId, order.site.organisationId, call);
}

import type { Bookable } from '@lido/proto/lido/availability/internal/v1/bookable.ts';
import type { CreateBookableCheckinRequest } from '@lido/proto/lido/checkin/v1/bookable_checkin.ts';
import type { BookedItem } from '@lido/proto/lido/orders/internal/v1/order.ts';
import { type FieldErrors, invalid } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import type { Sites } from '@lido/runtime/tenancy/sites.repository.ts';
import type { Owners } from '../projections/owners.client.ts';
import { findNamedSite } from '../visits/named.repository.ts';
import { instantOf, timeErrors } from './bookable-checkin.ts';
import type { Bookables } from './bookables.client.ts';
import type { BookedItems } from './booked-items.client.ts';
import { ownerErrors } from './owner.repository.ts';
import type { NewPresence } from './presences.ts';

/** Who is asked about what a body names. */
export interface PresenceOwners {
  readonly bookables: Bookables;
  readonly bookedItems: BookedItems;
  readonly owners: Owners;
  readonly sites: Sites;
}

/** Looks up everything a new check-in names, and tells all that is wrong at once. */
export async function checkNewPresence(
  request: CreateBookableCheckinRequest,
  call: Call,
  owners: PresenceOwners,
): Promise<NewPresence> {
  const times = {
    startsAt: instantOf(request.startsAt) ?? new Date(Number.NaN),
    endsAt: instantOf(request.endsAt) ?? new Date(Number.NaN),
    checkIn: instantOf(request.checkIn),
    type: request.type ?? null,
  };
  const errors: FieldErrors = timeErrors({ ...times, checkOut: null });
  const bookable = await findVisibleBookable(request.objectId, call, owners);
  if (!bookable) errors['object_id'] = [`There is no bookable ${request.objectId}.`];
  const booking = request.bookingId ? await findBooking(request.bookingId, bookable, call, owners) : undefined;
  if (request.bookingId && !booking) errors['booking_id'] = [`There is no booking ${request.bookingId} here.`];
  if (request.ownerId) Object.assign(errors, await ownerErrors(request.ownerId, call, owners.owners));
  if (!bookable || Object.keys(errors).length > 0) throw invalid(errors);
  const linked = booking && { id: booking.itemId, orderId: booking.orderId };
  return { ...times, bookable, booking: linked, ownerId: request.ownerId || ownerByDefault(call, booking) };
}

/** A bookable of a site where the caller holds the rpc's permission; customers see those of their brand. Hidden and missing ones are the same. */
export async function findVisibleBookable(
  id: string,
  call: Call,
  { bookables, sites }: Pick<PresenceOwners, 'bookables' | 'sites'>,
): Promise<Bookable | undefined> {
  const { organisationId, kind, brandIds } = call.principal;
  const bookable = await bookables.find(id, { organisationId, requestId: call.requestId });
  if (!bookable) return undefined;
  if (kind !== 'KIND_CUSTOMER') return (await findNamedSite(bookable.siteId, call, sites)) && bookable;
  const site = await sites.find(call.em, bookable.siteId, call);
  return site && brandIds.includes(site.brandId) ? bookable : undefined;
}

/** A booking that stands, at the site of the bookable; customers know their own only. */
async function findBooking(
  id: string,
  bookable: Bookable | undefined,
  call: Call,
  { bookedItems }: PresenceOwners,
): Promise<BookedItem | undefined> {
  const { organisationId, kind, id: callerId } = call.principal;
  const booking = await bookedItems.find(id, { organisationId, requestId: call.requestId });
  if (!booking?.isHeld || (bookable && booking.siteId !== bookable.siteId)) return undefined;
  return kind === 'KIND_CUSTOMER' && !booking.customerIds.includes(callerId) ? undefined : booking;
}

function ownerByDefault({ principal }: Call, booking: BookedItem | undefined): string | null {
  return principal.kind === 'KIND_CUSTOMER' ? principal.id : (booking?.customerIds[0] ?? null);
}

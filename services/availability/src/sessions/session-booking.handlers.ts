import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type {
  ListSessionBookingsRequest,
  SessionBooking,
  SessionBookingServiceService,
} from '@lido/proto/lido/availability/v1/session_booking.ts';
import { notFound } from '@lido/runtime/errors/refusal.ts';
import type { Call, Handlers } from '@lido/runtime/grpc/call.ts';
import { visibleSites } from '@lido/runtime/grpc/principal.ts';
import { asked, type ListResponse, pageOf } from '@lido/runtime/resource/list.ts';
import { zonesOf } from '@lido/runtime/resource/load.ts';
import { permittedSites, requireSite } from '@lido/runtime/resource/scope.ts';
import { presentBookings } from './present-bookings.repository.ts';
import { type BookedPlace, markVisit, type VisitMark } from './session-booking.ts';
import { bookedPlaces, countBookedPlaces, lockBooking, saveVisit } from './session-booking.repository.ts';

export const sessionBookingHandlers = {
  listSessionBookings,
  getSessionBooking,
  checkInSessionBooking: ({ id, checkedIn }, call) =>
    mark(id, { mark: 'checkedInAtMs', isSet: checkedIn ?? true }, call),
  checkOutSessionBooking: ({ id, checkedOut }, call) =>
    mark(id, { mark: 'checkedOutAtMs', isSet: checkedOut ?? true }, call),
  markSessionBookingNoShow: ({ id, noShow }, call) => mark(id, { mark: 'noShowAtMs', isSet: noShow ?? true }, call),
} satisfies Handlers<typeof SessionBookingServiceService>;

async function listSessionBookings(
  request: ListSessionBookingsRequest,
  call: Call,
): Promise<ListResponse<SessionBooking>> {
  const { page, perPage, offset } = pageOf(request);
  const filter = {
    organisationId: call.principal.organisationId,
    siteIds: permittedSites(call, asked(request.siteId)),
    sessionIds: asked(request.sessionId),
    orderIds: asked(request.orderId),
    customerIds: asked(request.customerId),
  };
  const places = await bookedPlaces(call.em, filter, { offset, limit: perPage });
  const total = await countBookedPlaces(call.em, filter);
  return { data: await presentBookings(call.em, places), page: { page, perPage, total } };
}

async function getSessionBooking({ id }: { id: string }, call: Call): Promise<SessionBooking> {
  const place = await loadBooking(id, call, call.em);
  return ((await presentBookings(call.em, [place])) as [SessionBooking])[0];
}

/** Sets or takes back one mark; the answer shows the booking as it is then. */
function mark(id: string, change: { mark: VisitMark; isSet: boolean }, call: Call): Promise<SessionBooking> {
  return call.transact(async ({ em }) => {
    await lockBooking(em, id);
    const place = await loadBooking(id, call, em);
    const zone = (await zonesOf(em, [place.siteId])).get(place.siteId) ?? 'UTC';
    const marked = markVisit(place, change, { nowMs: call.clock.nowMs(), zone });
    await saveVisit(em, id, marked);
    return ((await presentBookings(em, [marked])) as [SessionBooking])[0];
  });
}

/** A booking the caller may use; hidden and missing ones are the same refusal. */
async function loadBooking(id: string, call: Call, em: SqlEntityManager): Promise<BookedPlace> {
  const { principal } = call;
  const siteIds = visibleSites(principal);
  const [place] = await bookedPlaces(em, { ids: [id], siteIds, organisationId: principal.organisationId });
  if (!place) throw notFound(id);
  requireSite(call, place.siteId);
  return place;
}

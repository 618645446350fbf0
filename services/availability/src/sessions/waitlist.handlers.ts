import type { ListSessionBookingsResponse } from '@lido/proto/lido/availability/v1/session_booking.ts';
import { notFound } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { pageOf } from '@lido/runtime/resource/list.ts';
import { tellOfBookings } from '../bookings/changed-booking.repository.ts';
import { releaseTime } from '../bookings/hold-time.repository.ts';
import { loadSession } from './load-session.repository.ts';
import { presentBookings } from './present-bookings.repository.ts';
import { bookedPlaces, countBookedPlaces } from './session-booking.repository.ts';

/** Who waits for a place in a session, the next one first. */
export async function listSessionWaitlist(
  request: { parentId: string; page?: number | null | undefined; perPage?: number | null | undefined },
  call: Call,
): Promise<ListSessionBookingsResponse> {
  const session = await loadSession(request.parentId, call, { use: 'read' });
  const { page, perPage, offset } = pageOf(request);
  const filter = { sessionIds: [session.id], isWaitlisted: true };
  const places = await bookedPlaces(call.em, filter, { offset, limit: perPage });
  const total = await countBookedPlaces(call.em, filter);
  return { data: await presentBookings(call.em, places), page: { page, perPage, total } };
}

/** Takes somebody off the waiting list, and tells their order that the item is cancelled. */
export function leaveSessionWaitlist({ parentId, id }: { parentId: string; id: string }, call: Call): Promise<object> {
  return call.transact(async (transaction) => {
    const { em } = transaction;
    const session = await loadSession(parentId, call, { em, use: 'write' });
    const [place] = await bookedPlaces(em, { ids: [id], sessionIds: [session.id], isWaitlisted: true });
    if (!place) throw notFound(id);
    await releaseTime(em, { orderId: place.orderId, itemIds: [place.itemId] });
    await tellOfBookings('lido.availability.booking.cancelled', [place], transaction);
    return {};
  });
}

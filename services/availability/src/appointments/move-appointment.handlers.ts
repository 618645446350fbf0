import type { AppointmentChange, UpdateAppointmentRequest } from '@lido/proto/lido/availability/v1/appointment.ts';
import type { OrderStage } from '@lido/proto/lido/orders/parts/v1/order_status.ts';
import { invalid, notFound, Refusal } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import type { Booking } from '../bookings/booking.ts';
import { tellOfBookings } from '../bookings/changed-booking.repository.ts';
import { holdOffered, offeredItem, type Tell } from '../bookings/hold-items.repository.ts';
import type { HoldOrder } from '../bookings/hold-order.ts';
import { bookingChanged } from '../bookings/hold-time.repository.ts';
import type { ChangeParts } from '../bookings/parts.ts';
import { mayOverride, overriderOf } from '@lido/runtime/grpc/overrider.ts';
import { ordersCaller } from '../order-cards/orders.client.ts';
import type { VersionedSite } from '../sites/compiled-sites.repository.ts';
import { findAppointment } from './appointment.repository.ts';
import { asConflict, requireMovable, unknownResources } from './move-rules.ts';
import { isSamePlacement, type Placement, placementAfter, placementOf } from './moved-appointment.ts';
import { requestFor } from './moved-request.ts';

/** What becomes of a change: whether anything of the appointment moves, and how it stood and shall stand. */
export interface Move {
  booking: Booking;
  site: VersionedSite;
  next: Placement;
  isMoved: boolean;
}

export interface MoveOptions {
  call: Call;
  /** Does all of it and undoes it. */
  isDryRun: boolean;
  /** Told with the move, so that both are true or neither. */
  stage: OrderStage | undefined;
}

const triesMax = 5;

/** Moves an appointment as a request says. Somebody else's change that comes between is not lost: the move is made again from it. */
export async function moveAppointment(
  parts: ChangeParts,
  request: UpdateAppointmentRequest,
  options: MoveOptions,
): Promise<Move> {
  for (let tries = 1; ; tries++) {
    const move = await readMove(parts, request, options.call);
    if (!move.isMoved) return move;
    try {
      await hold(parts, move, request.appointment, options);
      return move;
    } catch (error) {
      const isStale = error instanceof Refusal && error.reason === bookingChanged;
      if (!isStale || tries >= triesMax) throw asConflict(error);
    }
  }
}

/** How an appointment stands at this moment, and how it shall stand. */
export async function readMove(
  parts: ChangeParts,
  { appointmentId, appointment, updateMask }: UpdateAppointmentRequest,
  call: Call,
): Promise<Move> {
  const booking = await findAppointment(appointmentId, call);
  const site = await parts.compiledSites.get(booking.siteId, call);
  if (!site) throw notFound(appointmentId);
  const current = placementOf(booking);
  const [usualMinutes = current.durationMinutes] = site.compiled.types.get(booking.offeringId)?.durationsMinutes ?? [];
  const next = placementAfter(current, appointment ?? nothing, { mask: updateMask ?? [], usualMinutes });
  const unknown = unknownResources(site, current, next);
  if (Object.keys(unknown).length > 0) throw invalid(unknown);
  return { booking, site, next, isMoved: !isSamePlacement(current, next) };
}

async function hold(
  parts: ChangeParts,
  { booking, site, next }: Move,
  change: AppointmentChange | null,
  { call, isDryRun, stage }: MoveOptions,
): Promise<void> {
  const overrider = overriderOf(change?.overrideConflicts, booking.siteId, call);
  const nowMs = call.clock.nowMs();
  requireMovable(booking, nowMs);
  await parts.orders.checkBookingChange({ orderId: booking.orderId }, ordersCaller(call));
  const order: HoldOrder = {
    versioned: site,
    site: site.site,
    orderId: booking.orderId,
    customerId: booking.customerId,
    nowMs,
    expiresAtMs: booking.expiresAtMs ?? nowMs,
    skipRules: mayOverride(booking.siteId, call),
    isOnline: false,
    overrider,
    fromRevision: booking.revision,
  };
  const item = offeredItem(order, requestFor(booking, next, site));
  const tell: Tell = (transaction, bookings) =>
    tellOfBookings('lido.availability.booking.moved', bookings, transaction, {
      assigned: { practitionerIds: next.practitionerIds, roomId: roomOf(next, bookings) },
      ...(stage && { stage }),
    });
  await holdOffered(parts, order, [item], { call, isDryRun, tell });
  if (!isDryRun) parts.onCommit();
}

/** The room that an item asks for from now on: the one it was to be in, and none where it is in others, or in several. */
function roomOf({ roomIds }: Placement, bookings: Booking[]): string | null {
  const [room, ...others] = bookings.flatMap(({ resources }) => resources.rooms);
  return room && others.length === 0 && roomIds.includes(room.id) ? room.id : null;
}

const nothing: AppointmentChange = { practitionerIds: [], stage: 'ORDER_STAGE_UNSPECIFIED', move: null };

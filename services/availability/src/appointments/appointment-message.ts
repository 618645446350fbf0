import type { Appointment, AppointmentStatus } from '@lido/proto/lido/availability/v1/appointment.ts';
import { formatInstant } from '@lido/runtime/time/zone.ts';
import type { Booking } from '../bookings/booking.ts';
import { bookedOrder, guestsOfItem } from '../order-cards/booked-order.ts';
import type { OrderCard } from '../order-cards/order-card.ts';

/** What an appointment is shown with beside its booking. */
export interface AppointmentSetting {
  card: OrderCard | undefined;
  zone: string;
  currency: string;
  endBufferMinutes: number;
}

/** An appointment as staff see it. What it costs is the order's word; before that is heard, the price it was held for. */
export function toAppointment(booking: Booking, setting: AppointmentSetting): Appointment {
  const { request, resources } = booking;
  const { card, zone } = setting;
  // An appointment has one place for a room; a party in several is shown in the first.
  const [room = null] = resources.rooms;
  const item = card?.items.find(({ id }) => id === booking.itemId);
  const order = bookedOrder(card);
  const instant = (epochMs: number): string => formatInstant(epochMs, zone);
  return {
    id: booking.id,
    organisationId: booking.organisationId,
    siteId: booking.siteId,
    appointmentTypeId: booking.offeringId,
    appointmentTypeName: resources.offeringName,
    status: statusOf(booking, card),
    startTime: instant(booking.startsAtMs),
    endTime: instant(booking.endsAtMs),
    duration: (booking.endsAtMs - booking.startsAtMs) / 60_000,
    endBuffer: setting.endBufferMinutes,
    practitionerIds: resources.practitioners.map(({ id }) => id),
    practitioners: resources.practitioners,
    roomId: room?.id ?? null,
    room,
    equipmentIds: resources.equipment.map(({ id }) => id),
    equipment: resources.equipment,
    practitionerWasRequested: request.practitionerIds.length > 0,
    roomWasRequested: Boolean(request.roomId),
    ...order,
    customerId: order.customerId ?? booking.customerId,
    guests: guestsOfItem(card, booking.itemId),
    isGroupBooking: booking.guests > 1,
    isPartOfPackage: item?.packageId != null,
    currency: card?.currency ?? setting.currency,
    totalCost: item?.totalCost ?? booking.priceMinor,
    netTotal: item?.netTotal ?? booking.priceMinor,
    orderId: booking.orderId,
    orderItemId: booking.itemId,
    reservedUntil: booking.expiresAtMs === null ? null : instant(booking.expiresAtMs),
    createdAt: instant(booking.createdAtMs),
    updatedAt: instant(booking.updatedAtMs),
  };
}

function statusOf({ status }: Booking, card: OrderCard | undefined): AppointmentStatus {
  if (status === 'confirmed') return 'APPOINTMENT_STATUS_CONFIRMED';
  if (status === 'released') return 'APPOINTMENT_STATUS_CANCELLED';
  return card?.status === 'ORDER_STATUS_NEW' ? 'APPOINTMENT_STATUS_NEW' : 'APPOINTMENT_STATUS_IN_PROGRESS';
}

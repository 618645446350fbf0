import { type FieldErrors, Refusal, stateConflict } from '@lido/runtime/errors/refusal.ts';
import type { Booking } from '../bookings/booking.ts';
import type { VersionedSite } from '../sites/compiled-sites.repository.ts';
import type { Placement } from './moved-appointment.ts';

/** Refuses to move what is not there any more. */
export function requireMovable({ status, expiresAtMs }: Booking, nowMs: number): void {
  if (status === 'released')
    throw stateConflict('illegal_state', 'This appointment is cancelled and can not be moved.');
  if (expiresAtMs !== null && expiresAtMs <= nowMs)
    throw stateConflict('hold_lapsed', 'The hold on this appointment has lapsed. Please reserve it again.');
}

/** The practitioners and rooms a change names that the site does not have; whoever has the appointment already may have left. */
export function unknownResources({ compiled }: VersionedSite, current: Placement, next: Placement): FieldErrors {
  const strangers = next.practitionerIds.filter(
    (id) => !current.practitionerIds.includes(id) && !compiled.practitioners.has(id),
  );
  const places = next.roomIds.filter((id) => !current.roomIds.includes(id) && !compiled.rooms.has(id));
  return {
    ...(strangers.length > 0 && { practitioner_ids: strangers.map((id) => `There is no practitioner ${id} here.`) }),
    ...(places.length > 0 && { room_id: places.map((id) => `There is no room ${id} here.`) }),
  };
}

/** The refusal of a hold as that of a change: what can not be had is a conflict that names the reason. */
export function asConflict(error: unknown): unknown {
  if (!(error instanceof Refusal)) return error;
  const reason = conflictReason(error);
  if (reason === undefined) return error;
  const [sentence = error.message] = Object.values(error.fields ?? {}).flat();
  const { alternatives } = error.metadata ?? {};
  return new Refusal('booking_conflict', reason, sentence, {
    ...(alternatives !== undefined && { metadata: { alternatives } }),
    cause: error,
  });
}

/** Why an appointment can not be had; undefined for what is wrong in other ways. */
function conflictReason({ reason, fields, metadata }: Refusal): string | undefined {
  if (reason === 'already_taken') {
    const [blockedBy = reason] = metadata?.['blocked_by'] as string[];
    return blockedBy;
  }
  const notOnOffer = metadata?.['no_availability_reason'];
  if (typeof notOnOffer === 'string') return notOnOffer;
  return fields && 'offering_id' in fields ? 'offering_unavailable' : undefined;
}

import type { UpdateAppointmentRequest } from '@lido/proto/lido/availability/v1/appointment.ts';
import type { CheckAnswer, Conflict } from '@lido/proto/lido/availability/v1/check_answer.ts';
import { Refusal } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { sees } from '@lido/runtime/grpc/principal.ts';
import { formatInstant } from '@lido/runtime/time/zone.ts';
import type { ChangeParts } from '../bookings/parts.ts';
import { orderCards } from '../order-cards/order-card.repository.ts';
import { takenReason } from '../solver/reason.ts';
import { claimsDuring } from './blocking-claims.repository.ts';
import { type Move, moveAppointment, readMove } from './move-appointment.handlers.ts';

/** The same change as an update makes, undone; what would refuse it is answered as its conflicts. */
export function checkAppointmentUpdate(parts: ChangeParts) {
  return async (request: UpdateAppointmentRequest, call: Call): Promise<CheckAnswer> => {
    try {
      await moveAppointment(parts, request, { call, isDryRun: true, stage: undefined });
      return { valid: true, conflicts: [] };
    } catch (error) {
      const isConflict = error instanceof Refusal && conflictKinds.has(error.kind);
      if (!isConflict) throw error;
      return { valid: false, conflicts: await conflictsOf(error, await readMove(parts, request, call), call) };
    }
  };
}

const conflictKinds = new Set<Refusal['kind']>(['booking_conflict', 'state_conflict', 'concurrent_change']);

/** One conflict for each claim that is in the way, or one without a resource where no single one is. */
async function conflictsOf({ reason, message }: Refusal, move: Move, call: Call): Promise<Conflict[]> {
  const { booking, site, next } = move;
  const zone = site.site.timezone;
  const type = site.compiled.types.get(booking.offeringId);
  const endMs = next.startMs + next.durationMinutes * 60_000;
  const wanted = {
    resourceIds: [...next.practitionerIds, ...next.roomIds, ...(type?.equipmentIds ?? []), ...booking.request.guestIds],
    startsAtMs: next.startMs,
    endsAtMs: endMs + (type?.endBufferMinutes ?? 0) * 60_000,
  };
  const isOfClaims = Object.values<string>(takenReason).includes(reason);
  const claims = isOfClaims ? await claimsDuring(call.em, wanted, booking.id) : [];
  const blocking = claims.filter(({ kind }) => takenReason[kind] === reason);
  const times = (startsAtMs: number, endsAtMs: number) => ({
    startTime: formatInstant(startsAtMs, zone),
    endTime: formatInstant(endsAtMs, zone),
  });
  if (blocking.length === 0)
    return [{ code: reason, message, resource: null, ...times(next.startMs, endMs), orderId: null }];
  const names = await namesOf(move, call);
  return blocking.map((claim) => ({
    code: reason,
    message,
    resource: { id: claim.resourceId, type: claim.kind, name: names.get(claim.resourceId) ?? '' },
    ...times(claim.startsAtMs, claim.endsAtMs),
    orderId: sees(call.principal, claim.siteId) ? claim.orderId : null,
  }));
}

async function namesOf({ site, booking }: Move, { em }: Call): Promise<Map<string, string>> {
  const { practitioners, rooms, equipment } = site.compiled.model;
  const guests = (await orderCards(em, [booking.orderId])).get(booking.orderId)?.guests ?? [];
  return new Map([
    ...[...practitioners, ...rooms].map(({ id, name }): [string, string] => [id, name]),
    ...equipment.map(({ id, name }): [string, string] => [id, name]),
    ...guests.map(({ id, name }): [string, string] => [id, name ?? '']),
  ]);
}

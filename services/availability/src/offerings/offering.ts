import type { OfferingDetails } from '@lido/proto/lido/availability/internal/v1/booking.ts';
import { invalid } from '@lido/runtime/errors/refusal.ts';
import type { AppointmentTypeRow } from '../appointments/appointment-type.entity.ts';
import type { PackageRow } from '../packages/package.entity.ts';
import type { AreaBookingTypeRow } from '../areas/area-booking-type.entity.ts';
import type { SessionTypeRow } from '../sessions/session-type.entity.ts';
import type { PackageModel } from '../solver/packages/package-model.ts';

/** A live offering of a site, by the word its type has in the contract. */
export type Offering =
  | { type: 'appointment'; row: AppointmentTypeRow }
  | { type: 'area_booking'; row: AreaBookingTypeRow }
  | { type: 'session'; row: SessionTypeRow }
  | { type: 'package'; row: PackageRow; model: PackageModel };

/** The words of `offering_type` that this service answers for. */
export const offeringTypes = ['appointment', 'area_booking', 'session', 'package'] as const;

/** An offering by its type's word and its id, among a site's live ones; archived ones are gone from the shop. */
export function findOffering(offerings: ReadonlyMap<string, Offering>, type: string, id: string): Offering | undefined {
  const offering = offerings.get(id);
  return offering?.type === type ? offering : undefined;
}

/** Refuses a number of guests that an offering is not for. */
export function requireGuests({ row: { minGuests, maxGuests } }: Offering, guests: number): void {
  if (minGuests <= guests && guests <= maxGuests) return;
  throw invalid({
    guest_ids: [`This is for ${minGuests === maxGuests ? minGuests : `${minGuests} to ${maxGuests}`} guests.`],
  });
}

/** What orders needs to know of an offering to sell it. */
export function toOfferingDetails({ type, row }: Offering, currency: string): OfferingDetails {
  return {
    offeringType: type,
    offeringId: row.id,
    name: row.name,
    productCode: row.productCode ?? '',
    currency: currency.toLowerCase(),
    minGuests: row.minGuests,
    maxGuests: row.maxGuests,
    revenueCentre: ('defaultRevenueCentre' in row ? row.defaultRevenueCentre : row.revenueCentre) ?? null,
    // A package takes time by what is chosen in it.
    requiresTime: type !== 'package',
  };
}

import type { EntityName } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { OfferingDetails } from '@lido/proto/lido/availability/internal/v1/booking.ts';
import { AppointmentTypeEntity, type AppointmentTypeRow } from '../appointments/appointment-type.entity.ts';
import { SessionTypeEntity, type SessionTypeRow } from '../sessions/session-type.entity.ts';

/** A live offering of a site, by the word its type has in the contract. */
export type Offering = { type: 'appointment'; row: AppointmentTypeRow } | { type: 'session'; row: SessionTypeRow };

/** The words of `offering_type` that this service can hold time for. */
export const offeringTypes = ['appointment', 'session'] as const;

/** Finds a live offering that the site has; archived ones are gone from the shop. */
export async function findOffering(
  em: SqlEntityManager,
  type: string,
  id: string,
  siteId: string,
): Promise<Offering | undefined> {
  const plain = { disableIdentityMap: true } as const;
  switch (type) {
    case 'appointment': {
      const row = await em.findOne(
        AppointmentTypeEntity as EntityName<AppointmentTypeRow>,
        { id, siteIds: { $overlap: [siteId] }, deletedAt: null },
        plain,
      );
      return row ? { type, row } : undefined;
    }
    case 'session': {
      const row = await em.findOne(
        SessionTypeEntity as EntityName<SessionTypeRow>,
        { id, siteId, deletedAt: null },
        plain,
      );
      return row ? { type, row } : undefined;
    }
    default:
      return undefined;
  }
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
    revenueCentre: row.revenueCentre ?? null,
    requiresTime: true,
  };
}

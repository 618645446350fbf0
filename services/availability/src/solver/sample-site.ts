import { weekdays } from '@lido/runtime/time/zone.ts';
import type { AppointmentType, Claim, Practitioner, Room, SiteModel, SlotQuery } from './model.ts';

/** For sites that have no areas. */
export const noAreas = { areas: [], areaBookingTypes: [], areaClaims: [] };

/** Monday in summer; what the samples below are about. */
export const sampleDate = '2026-06-15';

/** An instant of the sample date by London's wall clock, which is UTC + 1 then. */
export function sampleMs(hour: number, minute = 0): number {
  return Date.UTC(2026, 5, 15, hour - 1, minute);
}

/** A practitioner who works 09:00 to 17:00 every day. */
export function samplePractitioner(id: string, changes: Partial<Practitioner> = {}): Practitioner {
  const rules = weekdays.map((weekday) => ({ weekday, weekNum: 1, timeFrom: '09:00', timeTo: '17:00' }));
  return {
    id,
    name: `Practitioner ${id}`,
    canOfferTags: [],
    rotas: [{ startDate: null, endDate: null, weekIntervalWeeks: 1, rules }],
    customAvailability: [],
    restrictions: [],
    ...changes,
  };
}

export function sampleRoom(id: string, changes: Partial<Room> = {}): Room {
  return { id, name: `Room ${id}`, capacity: 1, suitableForTags: [], availabilityRules: [], ...changes };
}

/** A massage of 60 minutes, on the hour, for 1 to 4 guests, that lists whom and what the site has. */
export function sampleType(changes: Partial<AppointmentType> = {}): AppointmentType {
  return {
    id: 'massage',
    name: 'Massage',
    durationsMinutes: [60],
    startTimeIntervalMinutes: 60,
    endBufferMinutes: 0,
    minGuests: 1,
    maxGuests: 4,
    practitionerIds: [],
    roomIds: [],
    equipmentIds: [],
    tagIds: [],
    categoryIds: [],
    practitionersPerGuest: 1,
    allocateMultiCapacityRooms: false,
    minAdvance: null,
    maxAdvance: null,
    availabilityRules: [],
    priceRules: [
      {
        dateFrom: null,
        dateTo: null,
        weekdays: [],
        timeFrom: null,
        timeTo: null,
        durationMinutes: null,
        amountMinor: 6000,
        createdAtMs: 0,
      },
    ],
    membersOnly: false,
    permittedMembershipTypeIds: [],
    membershipBookingWindowsEnabled: false,
    membershipBookingWindows: [],
    ...changes,
  };
}

/** A site in London, open 08:00 to 20:00, with one type that uses all of its practitioners and rooms. */
export function sampleSite(changes: Partial<SiteModel> = {}, typeChanges: Partial<AppointmentType> = {}): SiteModel {
  const practitioners = changes.practitioners ?? [samplePractitioner('anna')];
  const rooms = changes.rooms ?? [sampleRoom('blue')];
  return {
    id: 'site',
    zone: 'Europe/London',
    openingHours: weekdays.map((weekday) => ({ weekday, timeFrom: '08:00', timeTo: '20:00' })),
    openingExceptions: [],
    practitioners,
    rooms,
    equipment: [],
    appointmentTypes: [
      sampleType({
        practitionerIds: practitioners.map(({ id }) => id),
        roomIds: rooms.map(({ id }) => id),
        ...typeChanges,
      }),
    ],
    claims: [],
    ...noAreas,
    ...changes,
  };
}

/** One guest asks for a massage on the sample date, at midnight of it. */
export function sampleQuery(changes: Partial<SlotQuery> = {}): SlotQuery {
  return {
    appointmentTypeId: 'massage',
    dateFrom: sampleDate,
    dateTo: sampleDate,
    nowMs: sampleMs(0),
    durationMinutes: 60,
    guests: 1,
    memberships: [],
    ...changes,
  };
}

/** A confirmed claim of one unit. */
export function sampleClaim(id: string, resourceId: string, changes: Partial<Claim> = {}): Claim {
  return {
    id,
    resourceId,
    unit: 0,
    fromMs: sampleMs(10),
    toMs: sampleMs(11),
    expiresAtMs: null,
    kind: 'booking',
    bookingId: null,
    itemId: null,
    orderId: null,
    appointmentTypeId: null,
    durationMinutes: null,
    ...changes,
  };
}

import { noAreas } from '@lido/availability/solver/sample-site.ts';
import { addDays, startOfDay, weekdays } from '@lido/runtime/time/zone.ts';
import type {
  AppointmentType,
  Claim,
  Practitioner,
  Room,
  SiteModel,
} from '../../services/availability/src/solver/model.ts';

export const practitionerCount = 200;
export const roomCount = 50;
/** Days from the first date on that are booked up to the wanted share. */
export const bookedDays = 31;

const zone = 'Europe/London';
const [openHour, closeHour] = [8, 20];

/** A large site: 200 practitioners in two shifts, 50 rooms, a month of bookings of an hour and its buffer. */
export function spaSite(firstDate: string, bookedShare: number): SiteModel {
  const practitioners = Array.from({ length: practitionerCount }, (_, index) => practitioner(index));
  const rooms = Array.from({ length: roomCount }, (_, index) => room(index));
  return {
    id: 'spa',
    zone,
    openingHours: weekdays.map((weekday) => ({ weekday, timeFrom: '08:00', timeTo: '20:00' })),
    openingExceptions: [],
    practitioners,
    rooms,
    equipment: [],
    appointmentTypes: [
      appointmentType('anybody', practitioners, rooms),
      appointmentType('listed', practitioners.slice(0, 12), rooms.slice(0, 8)),
    ],
    claims: [...practitioners, ...rooms].flatMap(({ id }) => claimsOf(id, firstDate, bookedShare)),
    ...noAreas,
  };
}

function practitioner(index: number): Practitioner {
  const [timeFrom, timeTo] = index % 2 === 0 ? ['08:00', '16:00'] : ['12:00', '20:00'];
  // Five days a week each, every weekday off for somebody.
  const rules = weekdays
    .filter((_, day) => (day + index) % 7 < 5)
    .map((weekday) => ({ weekday, weekNum: 1, timeFrom, timeTo }));
  return {
    id: `practitioner-${index}`,
    name: `Practitioner ${index}`,
    canOfferTags: [],
    rotas: [{ startDate: null, endDate: null, weekIntervalWeeks: 1, rules }],
    customAvailability: [],
    restrictions: [],
  };
}

function room(index: number): Room {
  return { id: `room-${index}`, name: `Room ${index}`, capacity: 1, suitableForTags: [], availabilityRules: [] };
}

function appointmentType(
  id: string,
  practitioners: readonly { id: string }[],
  rooms: readonly { id: string }[],
): AppointmentType {
  const unbounded = { dateFrom: null, dateTo: null, weekdays: [], timeFrom: null, timeTo: null };
  return {
    id,
    name: 'Massage',
    durationsMinutes: [60],
    startTimeIntervalMinutes: 15,
    endBufferMinutes: 15,
    minGuests: 1,
    maxGuests: 1,
    practitionerIds: practitioners.map((one) => one.id),
    roomIds: rooms.map((one) => one.id),
    equipmentIds: [],
    tagIds: [],
    categoryIds: [],
    practitionersPerGuest: 1,
    allocateMultiCapacityRooms: false,
    minAdvance: null,
    maxAdvance: null,
    availabilityRules: [],
    priceRules: [{ ...unbounded, durationMinutes: null, amountMinor: 8_000, createdAtMs: 0 }],
    membersOnly: false,
    permittedMembershipTypeIds: [],
    membershipBookingWindowsEnabled: false,
    membershipBookingWindows: [],
  };
}

const minuteMs = 60_000;
const stepMinutes = 75;

/** Bookings one after another through the opening hours; which of them are there follows from the share and the names alone. */
function claimsOf(resourceId: string, firstDate: string, bookedShare: number): Claim[] {
  const claims: Claim[] = [];
  for (let day = 0; day < bookedDays; day++) {
    const midnight = startOfDay(addDays(firstDate, day), zone);
    for (let minute = openHour * 60; minute < closeHour * 60; minute += stepMinutes) {
      const id = `${resourceId} ${day} ${minute}`;
      if (shareOf(id) >= bookedShare) continue;
      const fromMs = midnight + minute * minuteMs;
      claims.push(claim(id, resourceId, fromMs, fromMs + stepMinutes * minuteMs));
    }
  }
  return claims;
}

function claim(id: string, resourceId: string, fromMs: number, toMs: number): Claim {
  return {
    ...{ id, resourceId, unit: 0, fromMs, toMs, kind: 'booking' },
    ...{ expiresAtMs: null, bookingId: id, itemId: null, orderId: null, appointmentTypeId: null, durationMinutes: 60 },
  };
}

/** A number from 0 to 1 that follows from the text (FNV-1a), so that every run searches the same site. */
function shareOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return ((hash ^ (hash >>> 15)) >>> 0) / 2 ** 32;
}

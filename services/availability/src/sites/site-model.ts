import type { Site } from '@lido/proto/lido/customers/v1/site.ts';
import type { AppointmentTypeRow } from '../appointments/appointment-type.entity.ts';
import type { EquipmentRow } from '../equipment/equipment.entity.ts';
import type { AvailabilityRuleRow, PriceRuleRow } from '../offerings/rule.entity.ts';
import type { RulesByParent } from '../offerings/rule.repository.ts';
import type { offeringProperties } from '../offerings/offering.entity.ts';
import { dateOnly, hhmm, weekdayOfName, weekdaysOf } from '../offerings/rule.ts';
import type { PractitionerRow } from '../practitioners/practitioner.entity.ts';
import type { RoomRow } from '../rooms/room.entity.ts';
import { toSolverRestriction } from '../restrictions/restriction.ts';
import type { RestrictionRow } from '../restrictions/restriction.entity.ts';
import type { WorkingTime } from '../rotas/working-time.ts';
import type {
  AppointmentType,
  AreaModels,
  AvailabilityRule,
  Claim,
  OpeningException,
  PriceRule,
  SiteModel,
} from '../solver/model.ts';
import type { BookingRules } from '../solver/booking-window.ts';

/** The rows a site's model is made of. */
export interface SiteRows {
  site: Site;
  practitioners: PractitionerRow[];
  workingTimeOf: (practitioner: PractitionerRow) => WorkingTime;
  restrictionsOf: (practitionerId: string) => RestrictionRow[];
  rooms: RoomRow[];
  equipment: EquipmentRow[];
  types: AppointmentTypeRow[];
  rules: RulesByParent;
  claims: Claim[];
  areas: AreaModels;
}

/** The solver's view of a site's rows. */
export function siteModel(rows: SiteRows): SiteModel {
  const { site, practitioners, workingTimeOf, restrictionsOf, rooms, equipment, types, rules, claims, areas } = rows;
  return {
    id: site.id,
    zone: site.timezone,
    openingHours: site.openingHours.flatMap(({ weekday, timeFrom, timeTo }) => {
      const known = weekdayOfName(weekday);
      return known ? [{ weekday: known, timeFrom: hhmm(timeFrom), timeTo: hhmm(timeTo) }] : [];
    }),
    openingExceptions: openingExceptions(site),
    practitioners: practitioners.map((practitioner) => ({
      id: practitioner.id,
      name: practitioner.name,
      canOfferTags: practitioner.canOfferTags,
      ...workingTimeOf(practitioner),
      restrictions: restrictionsOf(practitioner.id).map(toSolverRestriction),
    })),
    rooms: rooms.map(({ id, name, capacity, suitableForTags }) => ({
      id,
      name,
      capacity,
      suitableForTags,
      availabilityRules: rules.availability(id).map(toAvailabilityRule),
    })),
    equipment: equipment.map(({ id, name, quantity }) => ({ id, name, quantity })),
    appointmentTypes: types.map((type) => toAppointmentType(type, rules)),
    claims,
    ...areas,
  };
}

/** A price rule as the solver reads it. */
export function toPriceRule(row: PriceRuleRow): PriceRule {
  return {
    ...whenOf(row),
    durationMinutes: row.duration ?? null,
    maxDurationMinutes: row.maxDuration ?? null,
    amountMinor: row.price,
    createdAtMs: row.createdAt.getTime(),
  };
}

/** An availability rule as the solver reads it. */
export function toAvailabilityRule(row: AvailabilityRuleRow): AvailabilityRule {
  return {
    ...whenOf(row),
    isAvailable: row.isAvailable,
    minDurationMinutes: row.minDuration ?? null,
    maxDurationMinutes: row.maxDuration ?? null,
  };
}

/** The wall time in which a rule holds. */
function whenOf(row: PriceRuleRow | AvailabilityRuleRow): Omit<AvailabilityRule, 'isAvailable'> {
  return {
    dateFrom: dateOnly(row.dateFrom),
    dateTo: dateOnly(row.dateTo),
    weekdays: weekdaysOf(row),
    timeFrom: row.timeFrom ? hhmm(row.timeFrom) : null,
    timeTo: row.timeTo ? hhmm(row.timeTo) : null,
  };
}

/** An appointment type as the solver reads it. */
export function toAppointmentType(row: AppointmentTypeRow, rules: RulesByParent): AppointmentType {
  return {
    id: row.id,
    name: row.name,
    durationsMinutes: row.durations,
    startTimeIntervalMinutes: row.startTimeInterval,
    endBufferMinutes: row.endBuffer,
    minGuests: row.minGuests,
    maxGuests: row.maxGuests,
    practitionerIds: row.practitionerIds,
    roomIds: row.roomIds,
    equipmentIds: row.equipmentIds,
    tagIds: row.tagIds,
    categoryIds: row.categoryIds,
    practitionersPerGuest: row.practitionersPerGuest,
    allocateMultiCapacityRooms: row.allocateMultiCapacityRooms,
    ...bookingRules(row),
    availabilityRules: rules.availability(row.id).map(toAvailabilityRule),
    priceRules: rules.prices(row.id).map(toPriceRule),
  };
}

/** Who may book an offering and how far ahead, of any kind of offering. */
export function bookingRules(row: Pick<AppointmentTypeRow, keyof typeof offeringProperties>): BookingRules {
  return {
    minAdvance: row.minAdvanceBookingsInterval ?? null,
    maxAdvance: row.maxAdvanceBookingsInterval ?? null,
    membersOnly: row.membersOnly,
    permittedMembershipTypeIds: row.permittedMembershipTypeIds,
    membershipBookingWindowsEnabled: row.membershipBookingWindowsEnabled,
    membershipBookingWindows: row.membershipBookingWindows.map((window) => ({
      membershipTypeId: window.membershipTypeId,
      minAdvance: window.minAdvanceBookingsInterval ?? null,
      maxAdvance: window.maxAdvanceBookingsInterval ?? null,
    })),
  };
}

/** Several entries for one date are its several intervals; one that closes wins over all. */
function openingExceptions(site: Site): OpeningException[] {
  const byDate = Map.groupBy(site.openingExceptions, ({ date }) => date);
  return [...byDate].map(([date, entries]) => ({
    date,
    intervals: entries.some(({ closed }) => closed)
      ? []
      : entries.flatMap(({ timeFrom, timeTo }) =>
          timeFrom && timeTo ? [{ timeFrom: hhmm(timeFrom), timeTo: hhmm(timeTo) }] : [],
        ),
  }));
}

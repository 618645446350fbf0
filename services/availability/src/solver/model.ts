import type { Weekday } from '@lido/runtime/time/zone.ts';

/**
 * The solver's view of a site: plain data. Wall times are `HH:MM` of the site's zone (`24:00`, or `00:00` as an end, is the end of the
 * day), dates are `YYYY-MM-DD` of that zone and ranges of dates include both ends; a null bound is open.
 */
export interface SiteModel extends AreaModels {
  readonly id: string;
  readonly zone: string;
  readonly openingHours: readonly OpeningHours[];
  readonly openingExceptions: readonly OpeningException[];
  readonly practitioners: readonly Practitioner[];
  readonly rooms: readonly Room[];
  readonly equipment: readonly EquipmentPool[];
  readonly appointmentTypes: readonly AppointmentType[];
  readonly claims: readonly Claim[];
}

export interface OpeningHours {
  readonly weekday: Weekday;
  readonly timeFrom: string;
  readonly timeTo: string;
}

/** Replaces the opening hours of one date; no intervals means closed. */
export interface OpeningException {
  readonly date: string;
  readonly intervals: readonly { readonly timeFrom: string; readonly timeTo: string }[];
}

/** When something is on offer: false rules win over true rules, and without a true rule it follows the opening hours. */
export interface AvailabilityRule {
  readonly dateFrom: string | null;
  readonly dateTo: string | null;
  /** Empty: every weekday. */
  readonly weekdays: readonly Weekday[];
  readonly timeFrom: string | null;
  readonly timeTo: string | null;
  readonly isAvailable: boolean;
  /** The durations of bookings it is about, both bounds included; absent where its kind of parent knows none. */
  readonly minDurationMinutes?: number | null;
  readonly maxDurationMinutes?: number | null;
}

export interface PriceRule {
  readonly dateFrom: string | null;
  readonly dateTo: string | null;
  readonly weekdays: readonly Weekday[];
  readonly timeFrom: string | null;
  readonly timeTo: string | null;
  readonly durationMinutes: number | null;
  /** The longest booking it prices; absent where its kind of parent knows none. */
  readonly maxDurationMinutes?: number | null;
  readonly amountMinor: number;
  readonly createdAtMs: number;
}

export interface Practitioner {
  readonly id: string;
  readonly name: string;
  /** When not empty, only appointment types that carry one of these tags. */
  readonly canOfferTags: readonly string[];
  readonly rotas: readonly Rota[];
  readonly customAvailability: readonly CustomAvailability[];
  readonly restrictions: readonly AppointmentRestriction[];
}

/** A rolling rota of `weekIntervalWeeks` weeks; week 1 is the calendar week (from Monday) of `weeksFrom`, else of the start date. */
export interface Rota {
  readonly weeksFrom?: string | null;
  readonly startDate: string | null;
  readonly endDate: string | null;
  readonly weekIntervalWeeks: number;
  readonly rules: readonly RotaRule[];
}

export interface RotaRule {
  readonly weekday: Weekday;
  readonly timeFrom: string;
  readonly timeTo: string;
  /** 1 to `weekIntervalWeeks`. */
  readonly weekNum: number;
}

/** Overrides the rota: first every false entry removes time, then every true entry adds it. */
export interface CustomAvailability {
  readonly fromMs: number;
  readonly toMs: number;
  readonly isAvailable: boolean;
}

export interface AppointmentRestriction {
  readonly type: 'cannot_offer' | 'max_duration';
  readonly appliesTo: 'specific' | 'categories';
  readonly appointmentTypeIds: readonly string[];
  readonly categoryIds: readonly string[];
  readonly dateFrom: string | null;
  readonly dateTo: string | null;
  /** Minutes per local day, for `max_duration`. */
  readonly maxDurationMinutes: number | null;
}

export interface Room {
  readonly id: string;
  readonly name: string;
  /** Guests it holds; its units are numbered 0 to capacity - 1. */
  readonly capacity: number;
  readonly suitableForTags: readonly string[];
  readonly availabilityRules: readonly AvailabilityRule[];
}

export interface EquipmentPool {
  readonly id: string;
  readonly name: string;
  /** Pieces; units are numbered 0 to quantity - 1. */
  readonly quantity: number;
}

export interface MembershipBookingWindow {
  readonly membershipTypeId: string;
  readonly minAdvance: string | null;
  readonly maxAdvance: string | null;
}

export interface AppointmentType {
  readonly id: string;
  readonly name: string;
  readonly durationsMinutes: readonly number[];
  readonly startTimeIntervalMinutes: number;
  readonly endBufferMinutes: number;
  readonly minGuests: number;
  readonly maxGuests: number;
  readonly practitionerIds: readonly string[];
  readonly roomIds: readonly string[];
  readonly equipmentIds: readonly string[];
  readonly tagIds: readonly string[];
  readonly categoryIds: readonly string[];
  readonly practitionersPerGuest: number;
  readonly allocateMultiCapacityRooms: boolean;
  /** ISO 8601 durations; null sets no limit. */
  readonly minAdvance: string | null;
  readonly maxAdvance: string | null;
  readonly availabilityRules: readonly AvailabilityRule[];
  readonly priceRules: readonly PriceRule[];
  readonly membersOnly: boolean;
  readonly permittedMembershipTypeIds: readonly string[];
  readonly membershipBookingWindowsEnabled: boolean;
  readonly membershipBookingWindows: readonly MembershipBookingWindow[];
}

/** One unit of one resource held for `[fromMs, toMs)`, the buffer included. Guests are resources with one unit, and a second where items of a package share the first. */
export interface Claim {
  readonly id: string;
  readonly resourceId: string;
  readonly unit: number;
  readonly fromMs: number;
  readonly toMs: number;
  /** The instant from which a hold no longer counts; null for what is confirmed. */
  readonly expiresAtMs: number | null;
  readonly kind: string;
  readonly bookingId: string | null;
  readonly itemId: string | null;
  readonly orderId: string | null;
  /** The line of a package whose items share a guest's time. */
  readonly sharedBy?: string | null;
  readonly appointmentTypeId: string | null;
  /** Those of an appointment type that the site itself does not offer, or no longer. */
  readonly categoryIds?: readonly string[];
  /** Treatment time without the buffer, for daily maxima. */
  readonly durationMinutes: number | null;
}

/** A place that several bookings share, up to so many guests at any one instant. */
export interface Area {
  readonly id: string;
  readonly name: string;
  readonly capacity: number;
  readonly availabilityRules: readonly AvailabilityRule[];
}

/** What can be booked of areas; a booking takes one of them. */
export interface AreaBookingType
  extends Pick<
    AppointmentType,
    | 'id'
    | 'name'
    | 'startTimeIntervalMinutes'
    | 'endBufferMinutes'
    | 'minGuests'
    | 'maxGuests'
    | 'minAdvance'
    | 'maxAdvance'
    | 'availabilityRules'
    | 'membersOnly'
    | 'permittedMembershipTypeIds'
    | 'membershipBookingWindowsEnabled'
    | 'membershipBookingWindows'
  > {
  readonly areaIds: readonly string[];
  /** Durations are the shortest and every step from it up to the longest. */
  readonly minDurationMinutes: number;
  readonly maxDurationMinutes: number;
  readonly durationIntervalMinutes: number;
  /** Baskets in one area at any one instant; null is any number. */
  readonly basketsMax: number | null;
  /** By the minute. */
  readonly priceRules: readonly PriceRule[];
}

/** Guests in an area for `[fromMs, toMs)`, the buffer included; a block keeps everybody out. */
export interface AreaClaim {
  readonly id: string;
  readonly areaId: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly kind: 'booking' | 'block';
  readonly guests: number;
  /** How many baskets those who hold this put up with, their own included; null is any number. */
  readonly basketsMax: number | null;
  /** The instant from which a hold no longer counts; null for what is confirmed. */
  readonly expiresAtMs: number | null;
  readonly bookingId: string;
  readonly itemId: string;
  readonly orderId: string;
}

/** A site's areas, what can be booked of them, and who is in them. */
export interface AreaModels {
  readonly areas: readonly Area[];
  readonly areaBookingTypes: readonly AreaBookingType[];
  readonly areaClaims: readonly AreaClaim[];
}

/** That guests may be at an item of a package while they are at others of the same line, whose choices may overlap. */
export interface GuestSharing {
  readonly lineId: string;
  /** Whether it may overlap only those that need not be apart themselves. */
  readonly isApart: boolean;
}

/** One question about one appointment type for the local dates `dateFrom` to `dateTo`, both included. */
export interface SlotQuery {
  readonly appointmentTypeId: string;
  readonly dateFrom: string;
  readonly dateTo: string;
  readonly nowMs: number;
  readonly durationMinutes: number;
  /** Guests of the booking: the quantity asked for, else 1 for a named guest, else those of the basket, else the minimum. */
  readonly guests: number;
  /** Requested practitioners: all take part, or all who take part are of these when more are named than needed. */
  readonly practitionerIds?: readonly string[];
  /** The only rooms that come into question, where any are named; all of them otherwise. */
  readonly roomIds?: readonly string[];
  readonly guestIds?: readonly string[];
  readonly excludeBookingIds?: readonly string[];
  readonly excludeItemIds?: readonly string[];
  readonly excludeOrderIds?: readonly string[];
  readonly sharing?: GuestSharing | undefined;
  /** The customer's active memberships. */
  readonly memberships: readonly { readonly typeId: string }[];
}

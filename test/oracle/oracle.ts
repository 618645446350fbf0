import type { Asker, BookingRules } from '@lido/availability/solver/booking-window.ts';
import type {
  AppointmentRestriction,
  AppointmentType,
  AvailabilityRule,
  Claim,
  Practitioner,
  PriceRule,
  Room,
  SiteModel,
  SlotQuery,
} from '@lido/availability/solver/model.ts';
import { Temporal } from 'temporal-polyfill';

/*
 * A second implementation of the rules for appointments that is meant to be read against them, not to be fast: it walks through time in
 * steps of five minutes and asks each question of plain objects. It shares no code with the solver.
 */

export const stepMs = 300_000;

export interface OracleSlot {
  readonly startMs: number;
  readonly reason: string | null;
  readonly amountMinor: number | null;
  readonly practitionerIds: readonly string[];
}

interface Clock {
  readonly date: string;
  readonly minute: number;
  readonly weekday: string;
}

const clocks = new Map<string, Clock>();

export function clockAt(zone: string, ms: number): Clock {
  const key = `${zone}${ms}`;
  const known = clocks.get(key);
  if (known !== undefined) return known;
  const local = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone);
  const weekday =
    ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'][local.dayOfWeek - 1] ?? '';
  const clock = { date: local.toPlainDate().toString(), minute: local.hour * 60 + local.minute, weekday };
  clocks.set(key, clock);
  return clock;
}

/** What one start would find: its verdict and all that is free for it by itself. */
export interface OracleView {
  readonly reason: string | null;
  readonly practitionerIds: readonly string[];
  readonly practitionersWanted: number;
  readonly rooms: readonly FreeUnits[];
  readonly equipment: readonly FreeUnits[];
}

export interface FreeUnits {
  readonly id: string;
  readonly unitCount: number;
  readonly freeUnits: readonly number[];
}

/** One start of a query, whether or not it is a candidate. */
export function lookAt(site: SiteModel, query: SlotQuery, startMs: number): OracleView {
  const question = new Question(site, typeOf(site, query), query, startMs);
  return {
    reason: question.reason(),
    practitionerIds: question.freePractitioners().map(({ id }) => id),
    practitionersWanted: question.practitionersWanted(),
    rooms: question.openRooms().map(({ id, capacity }) => question.freeUnits(id, capacity)),
    equipment: question.equipment(),
  };
}

function typeOf(site: SiteModel, query: SlotQuery): AppointmentType {
  const type = site.appointmentTypes.find(({ id }) => id === query.appointmentTypeId);
  if (type === undefined) throw new Error('The scenario has no such type.');
  return type;
}

/** Every candidate start of the query's dates with its verdict. */
export function askOracle(site: SiteModel, query: SlotQuery): OracleSlot[] {
  const type = typeOf(site, query);
  return candidateStarts(site.zone, query, type.startTimeIntervalMinutes).map((startMs) => {
    const question = new Question(site, type, query, startMs);
    return {
      startMs,
      reason: question.reason(),
      amountMinor: question.price()?.amountMinor ?? null,
      practitionerIds: question.freePractitioners().map(({ id }) => id),
    };
  });
}

/** Every start of some dates whose wall time is a multiple of an interval. */
export function candidateStarts(
  zone: string,
  { dateFrom, dateTo }: { readonly dateFrom: string; readonly dateTo: string },
  intervalMinutes: number,
): number[] {
  const starts: number[] = [];
  const first = Temporal.PlainDate.from(dateFrom).toZonedDateTime(zone).epochMilliseconds;
  const end = Temporal.PlainDate.from(dateTo).add({ days: 1 }).toZonedDateTime(zone).epochMilliseconds;
  for (let startMs = first; startMs < end; startMs += stepMs)
    if (clockAt(zone, startMs).minute % intervalMinutes === 0) starts.push(startMs);
  return starts;
}

/** Why a start is outside of the windows in which a customer may book it, or null. */
export function windowReason(zone: string, type: BookingRules, asker: Asker, startMs: number): string | null {
  if (startMs < asker.nowMs) return 'time_passed';
  const windows = windowsOf(zone, type, asker);
  if (windows.some(({ from, to }) => from <= startMs && startMs <= to)) return null;
  return windows.every(({ from }) => startMs < from) ? 'no_longer_bookable' : 'not_yet_bookable';
}

function windowsOf(zone: string, type: BookingRules, { nowMs, memberships }: Asker): { from: number; to: number }[] {
  const own = type.membershipBookingWindowsEnabled
    ? type.membershipBookingWindows.filter((window) =>
        memberships.some(({ typeId }) => typeId === window.membershipTypeId),
      )
    : [];
  const now = Temporal.Instant.fromEpochMilliseconds(nowMs).toZonedDateTimeISO(zone);
  return (own.length > 0 ? own : [type]).map(({ minAdvance, maxAdvance }) => ({
    from: now.add(minAdvance ?? 'PT0S').epochMilliseconds,
    to: maxAdvance === null ? Number.MAX_SAFE_INTEGER : now.add(maxAdvance).epochMilliseconds,
  }));
}

export function isMemberEnough({ membersOnly, permittedMembershipTypeIds }: BookingRules, asker: Asker): boolean {
  const held = asker.memberships.map(({ typeId }) => typeId);
  if (permittedMembershipTypeIds.length > 0) return held.some((id) => permittedMembershipTypeIds.includes(id));
  return membersOnly ? held.length > 0 : true;
}

export function siteIsOpen(site: SiteModel, ms: number): boolean {
  const clock = clockAt(site.zone, ms);
  const exception = site.openingExceptions.find(({ date }) => date === clock.date);
  const intervals = exception?.intervals ?? site.openingHours.filter(({ weekday }) => weekday === clock.weekday);
  return intervals.some(({ timeFrom, timeTo }) => opens(timeFrom, timeTo, clock.minute));
}

/** Whether rules open five minutes; `otherwise` where no rule opens anything at all. */
export function ruled(zone: string, rules: readonly AvailabilityRule[], ms: number, otherwise: boolean): boolean {
  const { date, minute, weekday } = clockAt(zone, ms);
  const applies = (rule: AvailabilityRule) =>
    dateWithin(rule.dateFrom, rule.dateTo, date) &&
    (rule.weekdays.length === 0 || (rule.weekdays as readonly string[]).includes(weekday));
  const closes = rules.some(
    (rule) =>
      !rule.isAvailable &&
      applies(rule) &&
      minute + 5 > minutes(rule.timeFrom ?? '00:00') &&
      minute < endMinutes(rule.timeTo ?? '24:00'),
  );
  if (closes) return false;
  const opening = rules.filter(({ isAvailable }) => isAvailable);
  if (opening.length === 0) return otherwise;
  return opening.some((rule) => applies(rule) && opens(rule.timeFrom ?? '00:00', rule.timeTo ?? '24:00', minute));
}

/** Whether none of the claims is on a resource, or on one unit of it, in five minutes. */
export function isFree(claims: readonly Claim[], resourceId: string, unit: number | null, ms: number): boolean {
  return !claims.some(
    (claim) =>
      claim.resourceId === resourceId &&
      (unit === null || claim.unit === unit) &&
      claim.fromMs < ms + stepMs &&
      ms < claim.toMs,
  );
}

class Question {
  readonly #site: SiteModel;
  readonly #type: AppointmentType;
  readonly #query: SlotQuery;
  readonly #startMs: number;
  readonly #claims: readonly Claim[];
  readonly #during: readonly number[];
  readonly #duringWithBuffer: readonly number[];

  constructor(site: SiteModel, type: AppointmentType, query: SlotQuery, startMs: number) {
    this.#site = site;
    this.#type = type;
    this.#query = query;
    this.#startMs = startMs;
    this.#claims = site.claims.filter((claim) => counts(claim, query));
    const steps = (minutes: number) => Array.from({ length: minutes / 5 }, (_, index) => startMs + index * stepMs);
    this.#during = steps(query.durationMinutes);
    this.#duringWithBuffer = steps(query.durationMinutes + type.endBufferMinutes);
  }

  reason(): string | null {
    const { guests } = this.#query;
    const type = this.#type;
    const outside = windowReason(this.#site.zone, type, this.#query, this.#startMs);
    if (outside !== null) return outside;
    if (!isMemberEnough(type, this.#query)) return 'members_only';
    if (!this.#during.every((ms) => siteIsOpen(this.#site, ms))) return 'site_closed';
    const isOffered =
      type.durationsMinutes.includes(this.#query.durationMinutes) &&
      guests >= type.minGuests &&
      guests <= type.maxGuests;
    if (!isOffered || !this.#during.every((ms) => ruled(this.#site.zone, type.availabilityRules, ms, true)))
      return 'offering_unavailable';
    if (!this.#hasPractitioners()) return 'no_practitioners_available';
    if (!this.#hasRooms()) return 'no_rooms_available';
    if (!this.equipment().every(({ freeUnits }) => freeUnits.length > 0)) return 'no_equipment_available';
    for (const guestId of this.#query.guestIds ?? []) {
      if (!this.#during.every((ms) => isFree(this.#claims, guestId, null, ms))) return 'guest_unavailable';
    }
    return this.price() === undefined ? 'no_price' : null;
  }

  price(): PriceRule | undefined {
    const { date, minute, weekday } = clockAt(this.#site.zone, this.#startMs);
    let best: PriceRule | undefined;
    for (const rule of this.#type.priceRules) {
      if (rule.durationMinutes !== null && rule.durationMinutes !== this.#query.durationMinutes) continue;
      if (!dateWithin(rule.dateFrom, rule.dateTo, date)) continue;
      if (rule.weekdays.length > 0 && !(rule.weekdays as readonly string[]).includes(weekday)) continue;
      if (minute < minutes(rule.timeFrom ?? '00:00') || minute >= endMinutes(rule.timeTo ?? '24:00')) continue;
      if (best === undefined || isMoreSpecific(rule, best)) best = rule;
    }
    return best;
  }

  freePractitioners(): Practitioner[] {
    const { practitionerIds } = this.#type;
    return this.#site.practitioners.filter((practitioner) => {
      if (!practitionerIds.includes(practitioner.id)) return false;
      if (!tagsFit(practitioner.canOfferTags, this.#type)) return false;
      if (!this.#during.every((ms) => this.#works(practitioner, ms))) return false;
      if (!this.#duringWithBuffer.every((ms) => isFree(this.#claims, practitioner.id, null, ms))) return false;
      return practitioner.restrictions.every((restriction) => !this.#isBarred(practitioner, restriction));
    });
  }

  #works(practitioner: Practitioner, ms: number): boolean {
    const custom = practitioner.customAvailability;
    if (custom.some(({ isAvailable, fromMs, toMs }) => isAvailable && fromMs <= ms && ms + stepMs <= toMs)) return true;
    if (custom.some(({ isAvailable, fromMs, toMs }) => !isAvailable && fromMs < ms + stepMs && ms < toMs)) return false;
    const { date, minute, weekday } = clockAt(this.#site.zone, ms);
    return practitioner.rotas.some((rota) => {
      if (!dateWithin(rota.startDate, rota.endDate, date)) return false;
      const monday = mondayOf(rota.weeksFrom ?? rota.startDate ?? '1970-01-05');
      const weeks = mondayOf(date).since(monday, { largestUnit: 'days' }).days / 7;
      const weekNum = ((weeks % rota.weekIntervalWeeks) + rota.weekIntervalWeeks) % rota.weekIntervalWeeks;
      return rota.rules.some(
        (rule) => rule.weekday === weekday && rule.weekNum === weekNum + 1 && opens(rule.timeFrom, rule.timeTo, minute),
      );
    });
  }

  #isBarred(practitioner: Practitioner, restriction: AppointmentRestriction): boolean {
    const { date } = clockAt(this.#site.zone, this.#startMs);
    if (!dateWithin(restriction.dateFrom, restriction.dateTo, date) || !this.#concerns(restriction, this.#type.id))
      return false;
    if (restriction.type === 'cannot_offer') return true;
    let total = this.#query.durationMinutes;
    for (const claim of this.#claims) {
      if (claim.resourceId !== practitioner.id || claim.appointmentTypeId === null) continue;
      if (clockAt(this.#site.zone, claim.fromMs).date !== date) continue;
      if (this.#concerns(restriction, claim.appointmentTypeId, claim.categoryIds)) total += claim.durationMinutes ?? 0;
    }
    return total > (restriction.maxDurationMinutes ?? 0);
  }

  #concerns(restriction: AppointmentRestriction, typeId: string, categoryIds: readonly string[] = []): boolean {
    if (restriction.appliesTo === 'specific') return restriction.appointmentTypeIds.includes(typeId);
    const categories = this.#site.appointmentTypes.find(({ id }) => id === typeId)?.categoryIds ?? categoryIds;
    return categories.some((category) => restriction.categoryIds.includes(category));
  }

  #hasPractitioners(): boolean {
    const requested = [...new Set(this.#query.practitionerIds ?? [])];
    const wanted = this.practitionersWanted();
    if (wanted === 0) return requested.length === 0;
    const free = this.freePractitioners().map(({ id }) => id);
    const freeRequested = requested.filter((id) => free.includes(id));
    if (requested.length > wanted) return freeRequested.length >= wanted;
    return free.length >= wanted && freeRequested.length === requested.length;
  }

  practitionersWanted(): number {
    const { practitionerIds, practitionersPerGuest } = this.#type;
    return practitionerIds.length === 0 ? 0 : Math.ceil(this.#query.guests * practitionersPerGuest - 1e-9);
  }

  openRooms(): Room[] {
    const { roomIds = [] } = this.#query;
    return this.#site.rooms.filter(
      (room) =>
        this.#type.roomIds.includes(room.id) &&
        (roomIds.length === 0 || roomIds.includes(room.id)) &&
        tagsFit(room.suitableForTags, this.#type) &&
        this.#during.every((ms) => ruled(this.#site.zone, room.availabilityRules, ms, siteIsOpen(this.#site, ms))),
    );
  }

  /** Every piece the type needs; one the site does not have has no units. */
  equipment(): FreeUnits[] {
    return [...new Set(this.#type.equipmentIds)].map((id) =>
      this.freeUnits(id, this.#site.equipment.find((pool) => pool.id === id)?.quantity ?? 0),
    );
  }

  freeUnits(id: string, unitCount: number): FreeUnits {
    const freeUnits: number[] = [];
    for (let unit = 0; unit < unitCount; unit++) {
      if (this.#duringWithBuffer.every((ms) => isFree(this.#claims, id, unit, ms))) freeUnits.push(unit);
    }
    return { id, unitCount, freeUnits };
  }

  #hasRooms(): boolean {
    const { roomIds, allocateMultiCapacityRooms } = this.#type;
    const { roomIds: asked = [], guests } = this.#query;
    if (roomIds.length === 0) return asked.length === 0;
    const rooms = this.openRooms().map(({ id, capacity }) => this.freeUnits(id, capacity));
    if (!allocateMultiCapacityRooms) {
      return rooms.some(({ unitCount, freeUnits }) => unitCount >= guests && freeUnits.length === unitCount);
    }
    return rooms.reduce((places, { freeUnits }) => places + freeUnits.length, 0) >= guests;
  }
}

function counts(claim: Claim, query: SlotQuery): boolean {
  if (claim.expiresAtMs !== null && claim.expiresAtMs <= query.nowMs) return false;
  if (claim.bookingId !== null && (query.excludeBookingIds ?? []).includes(claim.bookingId)) return false;
  if (claim.itemId !== null && (query.excludeItemIds ?? []).includes(claim.itemId)) return false;
  return claim.orderId === null || !(query.excludeOrderIds ?? []).includes(claim.orderId);
}

/** Whether `[minute, minute + 5)` lies in a range that opens time, its ends rounded inwards to the grid. */
function opens(timeFrom: string, timeTo: string, minute: number): boolean {
  return minutes(timeFrom) <= minute && minute + 5 <= endMinutes(timeTo);
}

function isMoreSpecific(rule: PriceRule, other: PriceRule): boolean {
  const criteria = [
    (candidate: PriceRule) => candidate.durationMinutes !== null,
    (candidate: PriceRule) => candidate.timeFrom !== null || candidate.timeTo !== null,
    (candidate: PriceRule) => candidate.weekdays.length > 0 && candidate.weekdays.length < 7,
    (candidate: PriceRule) => candidate.dateFrom !== null || candidate.dateTo !== null,
  ];
  for (const has of criteria) if (has(rule) !== has(other)) return has(rule);
  return rule.createdAtMs > other.createdAtMs;
}

function tagsFit(tags: readonly string[], type: AppointmentType): boolean {
  return tags.length === 0 || tags.some((tag) => type.tagIds.includes(tag));
}

export function dateWithin(from: string | null, to: string | null, date: string): boolean {
  return (from ?? '0000-00-00') <= date && date <= (to ?? '9999-99-99');
}

export function minutes(text: string): number {
  const [hours, rest] = text.split(':');
  return Number(hours) * 60 + Number(rest);
}

export function endMinutes(text: string): number {
  return text === '00:00' ? 1440 : minutes(text);
}

const mondays = new Map<string, Temporal.PlainDate>();

function mondayOf(date: string): Temporal.PlainDate {
  const known = mondays.get(date);
  if (known !== undefined) return known;
  const plain = Temporal.PlainDate.from(date);
  const monday = plain.subtract({ days: plain.dayOfWeek - 1 });
  mondays.set(date, monday);
  return monday;
}

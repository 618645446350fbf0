import type {
  AppointmentDates,
  AppointmentSlot,
  AvailabilityMeta,
  GetAppointmentAvailabilityRequest,
  GetAppointmentDatesAvailabilityRequest,
  GetOfferingDatesAvailabilityRequest,
  GetSessionAvailabilityRequest,
  ListAppointmentSlotsRequest,
  OfferingDate,
  OfferingDates,
  SessionList,
  SlotList,
} from '@lido/proto/lido/availability/v1/shop.ts';
import { invalid, notFound } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { addDays } from '@lido/runtime/time/zone.ts';
import type { BookingParts } from '../bookings/parts.ts';
import { offeringTypes } from '../offerings/offering.ts';
import type { CompiledSite } from '../solver/compile-site.ts';
import { type ExplainedSlot, explainSlots } from '../solver/explain-slots.ts';
import { findSlots, gridText, type Slot } from '../solver/find-slots.ts';
import type { SlotQuery } from '../solver/model.ts';
import { findDatesOfAny } from '../solver/offering-dates.ts';
import { areaDates } from './area-search.repository.ts';
import { packageDates } from './package-dates.repository.ts';
import {
  appointmentType,
  checkedRange,
  datesOf,
  type DateRange,
  findTarget,
  rangeOf,
  searchable,
  slotQuery,
  type Target,
  type TargetId,
  whoComes,
} from './search.repository.ts';
import { siteOfOffering } from './site-of-offering.repository.ts';
import { sessionDates, sessionPages } from './session-search.repository.ts';
import { inStretches } from './stretches.handlers.ts';

/** The bookable starts of an appointment type, for each local day that the range touches, of every duration unless one is asked for. */
export function getAppointmentAvailability(parts: BookingParts) {
  return async function* (request: GetAppointmentAvailabilityRequest, call: Call): AsyncGenerator<SlotList> {
    const target = await findTarget(parts, appointmentId(request.siteId, request.appointmentTypeId), call);
    const range = rangeOf(request, target.site, call.clock.nowMs());
    const days = searchable(range, target.versioned);
    if (!days) return yield { data: [], meta: metaOf(target) };
    const query = await slotQuery(parts, { target, filter: request, range: days }, call);
    const { compiled } = target.versioned;
    const { startTimeIntervalMinutes, durationsMinutes } = appointmentType(target);
    const durations = request.duration ? [request.duration] : durationsMinutes;
    const slotOf = ({ slot, durationMinutes }: SlotOfDuration): AppointmentSlot => ({
      ...slotFields(target, slot, durationMinutes),
      price: slot.amountMinor * query.guests,
      noAvailabilityReason: null,
      noAvailabilityMessage: null,
    });
    yield* inStretches({
      ...{ range: days, minutesPerStart: startTimeIntervalMinutes / durations.length },
      answer: (dates): SlotList => ({
        data: slotsOfAny(compiled, { ...query, ...dates }, durations).map(slotOf),
        meta: metaOf(target),
      }),
    });
  };
}

interface SlotOfDuration {
  readonly slot: Slot;
  readonly durationMinutes: number;
}

/** The slots of several durations as one list: by their starts, the shortest of each first. */
function slotsOfAny(compiled: CompiledSite, query: SlotQuery, durations: readonly number[]): SlotOfDuration[] {
  return durations
    .flatMap((durationMinutes) =>
      findSlots(compiled, { ...query, durationMinutes }).flatMap(({ slots }) =>
        slots.map((slot) => ({ slot, durationMinutes })),
      ),
    )
    .sort((a, b) => a.slot.startMs - b.slot.startMs || a.durationMinutes - b.durationMinutes);
}

/** Every candidate start of one local date, with the reason of each that can not be booked. */
export function listAppointmentSlots(parts: BookingParts) {
  return async (request: ListAppointmentSlotsRequest, call: Call): Promise<SlotList> => {
    const siteId = request.siteId ?? (await siteOfOffering(call.em, request.appointmentTypeId));
    if (siteId === undefined) throw notFound(request.appointmentTypeId);
    const target = await findTarget(parts, appointmentId(siteId, request.appointmentTypeId), call);
    const days = searchable({ dateFrom: request.date, dateTo: request.date }, target.versioned);
    if (!days) return { data: [], meta: metaOf(target) };
    const query = await slotQuery(parts, { target, filter: request, range: days }, call);
    const data = explainSlots(target.versioned.compiled, query).flatMap(({ slots }) =>
      slots.map(
        (slot): AppointmentSlot => ({
          ...slotFields(target, slot, query.durationMinutes),
          price: slot.amountMinor === null ? null : slot.amountMinor * query.guests,
          noAvailabilityReason: slot.reason,
          noAvailabilityMessage: slot.message,
        }),
      ),
    );
    return { data, meta: metaOf(target) };
  };
}

/** For each date of a range whether the offering can be booked, and between which starts. */
export function getOfferingDatesAvailability(parts: BookingParts) {
  return async (request: GetOfferingDatesAvailabilityRequest, call: Call): Promise<OfferingDates> => {
    const type = offeringTypes.find((known) => known === request.offeringType);
    if (!type) throw invalid({ offering_type: [`The offering type must be one of ${offeringTypes.join(', ')}.`] });
    const siteId = request.siteId ?? (await siteOfOffering(call.em, request.offeringId));
    if (siteId === undefined) throw notFound(request.offeringId);
    const target = await findTarget(parts, { ...request, siteId }, call);
    const range = rangeOf(request, target.site, call.clock.nowMs());
    return { data: await everyDate(parts, { target, request, range }, call), meta: metaOf(target) };
  };
}

/** For each date of a range, a month of them when it has no end, whether an appointment type can be booked. */
export function getAppointmentDatesAvailability(parts: BookingParts) {
  return async (request: GetAppointmentDatesAvailabilityRequest, call: Call): Promise<AppointmentDates> => {
    const { appointmentTypeId } = request;
    const siteId = request.siteId ?? (await siteOfOffering(call.em, appointmentTypeId));
    if (siteId === undefined) throw notFound(appointmentTypeId);
    const target = await findTarget(parts, appointmentId(siteId, appointmentTypeId), call);
    const { dateFrom, dateTo } = rangeOf(request, target.site, call.clock.nowMs());
    const hasEnd = Boolean(request.dateTo ?? request.dateTimeTo);
    const range = checkedRange({ dateFrom, dateTo: hasEnd ? dateTo : addDays(dateFrom, daysOfMonth - 1) });
    return { data: await everyDate(parts, { target, request, range }, call) };
  };
}

/** The coming sessions of a type with the places left, full ones with their reason. */
export function getSessionAvailability(parts: BookingParts) {
  return async function* (request: GetSessionAvailabilityRequest, call: Call): AsyncGenerator<SessionList> {
    const target = await findTarget(
      parts,
      { siteId: request.siteId, offeringType: 'session', offeringId: request.sessionTypeId },
      call,
    );
    const nowMs = call.clock.nowMs();
    const { dateFrom, dateTimeFrom, dateTo, dateTimeTo } = request;
    const isBounded = [dateFrom, dateTimeFrom, dateTo, dateTimeTo].some(Boolean);
    const range = isBounded ? rangeOf(request, target.site, nowMs) : undefined;
    const question = { range, ...(await whoComes(request, target.offering.row, call)), orderId: request.basketId };
    let meta: AvailabilityMeta | null = metaOf(target);
    for await (const data of sessionPages(parts, target, question, call)) {
      yield { data, meta };
      meta = null;
    }
  };
}

function appointmentId(siteId: string, offeringId: string): TargetId {
  return { siteId, offeringType: 'appointment', offeringId };
}

const daysOfMonth = 31;

interface DatesQuestion {
  target: Target;
  request: Pick<GetOfferingDatesAvailabilityRequest, 'duration' | 'practitionerId' | 'quantity'>;
  range: DateRange;
}

/** Every date of a range, in order. */
async function everyDate(parts: BookingParts, question: DatesQuestion, call: Call): Promise<OfferingDate[]> {
  const dates = datesOf(question.range);
  const found = await bookableDates(parts, question, call);
  // A range that the solver sees as a whole comes back whole and in order.
  if (found.length === dates.length) return found;
  const known = new Map(found.map((date) => [date.date, date]));
  const closed = { hasAvailability: false, canEnquire: false, bookableFrom: null, bookableTo: null };
  return dates.map((date) => known.get(date) ?? { date, ...closed });
}

async function bookableDates(
  parts: BookingParts,
  { target, request, range }: DatesQuestion,
  call: Call,
): Promise<OfferingDate[]> {
  const days = searchable(range, target.versioned);
  if (!days) return [];
  if (target.offering.type === 'package') {
    const { guests } = await whoComes(request, target.offering.row, call);
    const asked = { range: days, guests };
    const dates: OfferingDate[] = [];
    for await (const date of packageDates(parts, { ...target, offering: target.offering }, asked, call))
      dates.push(date);
    return dates;
  }
  if (target.offering.type === 'session')
    return sessionDates(parts, target, { range: days, ...(await whoComes(request, target.offering.row, call)) }, call);
  if (target.offering.type === 'area_booking') return areaDates(parts, { target, filter: request, range: days }, call);
  const filter = { ...request, excludeAppointments: [], excludeBookings: [], excludeBasketItems: [] };
  const query = await slotQuery(parts, { target, filter, range: days }, call);
  const { compiled } = target.versioned;
  const { enquiriesEnabled: canEnquire, durations } = target.offering.row;
  const text = (epochMs: number | null): string | null => (epochMs === null ? null : gridText(compiled, epochMs));
  const wanted = request.duration ? [request.duration] : durations;
  return findDatesOfAny(compiled, query, wanted).map(({ date, hasAvailability, bookableFromMs, bookableToMs }) => ({
    date,
    hasAvailability,
    canEnquire,
    bookableFrom: text(bookableFromMs),
    bookableTo: text(bookableToMs),
  }));
}

/** What a start that can be booked and one that can not show alike. */
function slotFields(
  target: Target,
  slot: Slot | ExplainedSlot,
  duration: number,
): Omit<AppointmentSlot, 'price' | 'noAvailabilityReason' | 'noAvailabilityMessage'> {
  const { compiled } = target.versioned;
  return {
    startTime: gridText(compiled, slot.startMs),
    endTime: gridText(compiled, slot.endMs),
    duration,
    endBuffer: appointmentType(target).endBufferMinutes,
    currency: target.site.currency.toLowerCase(),
    practitioners: slot.practitioners as AppointmentSlot['practitioners'],
    rooms: slot.rooms as AppointmentSlot['rooms'],
    quantityAvailable: slot.quantityAvailable,
    totalQuantity: slot.totalQuantity,
  };
}

/** What an answer tells beside its slots. Taken right after the search, without a wait between: the version is the one that was searched. */
export function metaOf({ offering, versioned }: Target): AvailabilityMeta {
  return {
    maxAdvanceBookingsInterval: offering.row.maxAdvanceBookingsInterval ?? null,
    minAdvanceBookingsInterval: offering.row.minAdvanceBookingsInterval ?? null,
    dataVersion: versioned.version,
  };
}

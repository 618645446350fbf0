import type { AddBasketItem } from '@lido/proto/lido/availability/v1/itinerary.ts';
import type { Session } from '@lido/proto/lido/availability/v1/session.ts';
import { type FieldErrors, invalid } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { localDateOf, parseInstant } from '@lido/runtime/time/zone.ts';
import { guestsOf } from '../bookings/booking.repository.ts';
import type { BookingParts } from '../bookings/parts.ts';
import { findOffering, type Offering } from '../offerings/offering.ts';
import { localDate } from '../shop/local-date.ts';
import { isShopper, membershipsOf, searchable } from '../shop/search.repository.ts';
import { sessionsBetween } from '../shop/session-search.repository.ts';
import type { VersionedSite } from '../sites/compiled-sites.repository.ts';
import { durationsOf as areaDurations } from '../solver/areas/area-model.ts';
import type { CompiledSite } from '../solver/compile-site.ts';
import type { ListedStart, Visit, VisitItem } from '../solver/itineraries/visit.ts';
import { type Party, partyOf } from './party.ts';
import { readWantedItem, type WantedItem } from './wanted-item.ts';

/** What a client asks of a visit. */
export interface VisitRequest extends Pick<Visit, 'order' | 'minGapMinutes' | 'maxGapMinutes'> {
  siteId: string;
  date: string;
  basketId: string | null;
  items: AddBasketItem[];
  /** Whether all of it is for one guest, and appointments only. */
  isOneGuest: boolean;
}

/** A visit with what its answers are made of. */
export interface LoadedVisit {
  versioned: VersionedSite;
  /** Undefined for a date on which nothing can be booked any more, or not yet. */
  visit: Visit | undefined;
  /** The sessions that listed starts name. */
  sessions: ReadonlyMap<string, Session>;
}

/** Offerings that can be items of a visit. */
const itemTypes = ['appointment', 'area_booking', 'session'] as const;

/** Loads all that a visit is searched with. What the request names and the site does not have is refused by the item's field. */
export async function loadVisit(parts: BookingParts, request: VisitRequest, call: Call): Promise<LoadedVisit> {
  const versioned = await parts.compiledSites.get(request.siteId, call);
  if (!versioned) throw invalid({ site_id: [`There is no site ${request.siteId}.`] });
  const { site } = versioned;
  const date = localDate(request.date, site.timezone) ?? localDateOf(call.clock.nowMs(), site.timezone);
  const basketGuestIds = request.basketId ? await guestsOf(call.em, request.basketId) : [];
  const errors: FieldErrors = {};
  const sought = request.items.flatMap((item, index) => {
    const itemErrors: FieldErrors = {};
    const wanted = readWantedItem(item, { date, zone: site.timezone }, itemErrors);
    const offering = offeringOf(versioned, wanted, call);
    const party = partyOf(wanted, request.isOneGuest ? [] : basketGuestIds, offering?.row ?? anyNumber);
    Object.assign(itemErrors, offering ? itemErrorsOf(versioned, offering, wanted, party) : unknownOffering(wanted));
    if (request.isOneGuest) Object.assign(itemErrors, oneGuestErrors(wanted, party));
    for (const [field, sentences] of Object.entries(itemErrors)) errors[`items.${index}.${field}`] = sentences;
    return offering ? [{ wanted, offering, party }] : [];
  });
  const named = new Set(sought.flatMap(({ wanted }) => wanted.guestIds));
  if (request.isOneGuest && named.size > 1) errors['items'] = ['All appointments must be for one guest.'];
  if (Object.keys(errors).length > 0) throw invalid(errors);
  const range = searchable({ dateFrom: date, dateTo: date }, versioned);
  const sessions = new Map<string, Session>();
  if (!range) return { versioned, visit: undefined, sessions };
  const { order, minGapMinutes, maxGapMinutes, basketId } = request;
  const context = { versioned, date, basketId, sessions };
  const items: VisitItem[] = [];
  for (const [index, one] of sought.entries()) items.push(await visitItem(parts, { ...one, index }, context, call));
  return { versioned, visit: { date, items, order, minGapMinutes, maxGapMinutes }, sessions };
}

const anyNumber = { minGuests: 1, maxGuests: Number.POSITIVE_INFINITY };

interface Sought {
  /** Its place in the request. */
  index: number;
  wanted: WantedItem;
  offering: Offering;
  party: Party;
}

interface VisitContext {
  versioned: VersionedSite;
  date: string;
  basketId: string | null;
  sessions: Map<string, Session>;
}

function offeringOf({ offerings, site }: VersionedSite, wanted: WantedItem, call: Call): Offering | undefined {
  const type = itemTypes.find((known) => known === wanted.offeringType);
  const offering = type && findOffering(offerings, type, wanted.offeringId);
  return offering && isShopper(call, site) && !offering.row.offeredOnline ? undefined : offering;
}

function unknownOffering({ offeringType, offeringId }: WantedItem): FieldErrors {
  if (!itemTypes.some((known) => known === offeringType))
    return { offering_type: [`The offering type must be one of ${itemTypes.join(', ')}.`] };
  return {
    offering_id: [offeringId ? `There is no ${offeringType} ${offeringId} here.` : 'The offering id is required.'],
  };
}

function itemErrorsOf(
  { compiled }: VersionedSite,
  offering: Offering,
  { durationMinutes, practitionerIds, roomId, areaIds }: WantedItem,
  { guests }: Party,
): FieldErrors {
  const errors: FieldErrors = {};
  const { minGuests, maxGuests } = offering.row;
  if (guests < minGuests || guests > maxGuests)
    errors['quantity'] = [`This is for ${minGuests} to ${maxGuests} guests.`];
  const durations = durationsOf(compiled, offering);
  if (durationMinutes !== null && durations?.includes(durationMinutes) === false)
    errors['duration'] = [`The duration must be one of ${durations.join(', ')} minutes.`];
  const strangers = practitionerIds.filter((id) => !compiled.practitioners.has(id));
  if (strangers.length > 0) errors['practitioner_ids'] = strangers.map((id) => `There is no practitioner ${id} here.`);
  if (roomId !== null && !compiled.rooms.has(roomId)) errors['room_id'] = [`There is no room ${roomId} here.`];
  const elsewhere = areaIds.filter((id) => !compiled.areas.resources.has(id));
  if (elsewhere.length > 0) errors['area_ids'] = elsewhere.map((id) => `There is no area ${id} here.`);
  return errors;
}

/** What an offering lasts, the default first; undefined where each session says it for itself. */
function durationsOf({ areas }: CompiledSite, { type, row }: Offering): number[] | undefined {
  if (type === 'appointment') return row.durations;
  const areaType = type === 'area_booking' ? areas.types.get(row.id) : undefined;
  return areaType && areaDurations(areaType);
}

function oneGuestErrors({ offeringType }: WantedItem, { guests }: Party): FieldErrors {
  if (offeringType !== 'appointment') return { offering_type: ['The offering type must be appointment.'] };
  return guests > 1 ? { quantity: ['All appointments must be for one guest.'] } : {};
}

async function visitItem(parts: BookingParts, sought: Sought, context: VisitContext, call: Call): Promise<VisitItem> {
  const { wanted, offering, party } = sought;
  if (offering.type === 'session') return sessionItem(parts, sought, context, call);
  const { versioned, basketId } = context;
  const common = { guestIds: party.guestIds, ...(wanted.startsMs && { startsMs: wanted.startsMs }) };
  const asked = {
    nowMs: call.clock.nowMs(),
    durationMinutes: wanted.durationMinutes ?? durationsOf(versioned.compiled, offering)?.[0] ?? 0,
    guests: party.guests,
    ...(basketId && { excludeOrderIds: [basketId] }),
    memberships: await membershipsOf(parts, { site: versioned.site, offering, versioned }, basketId, call),
  };
  const { areaIds, practitionerIds, roomId } = wanted;
  if (offering.type === 'area_booking') {
    const query = { ...asked, areaBookingTypeId: offering.row.id, ...(areaIds.length > 0 && { areaIds }) };
    return { kind: 'area', ...common, query };
  }
  const query = {
    ...asked,
    appointmentTypeId: offering.row.id,
    practitionerIds,
    ...(roomId !== null && { roomIds: [roomId] }),
  };
  return { kind: 'appointment', ...common, query };
}

/** The sessions of a type that are still to begin on the date. One that the client names must be among them. */
async function sessionItem(
  parts: BookingParts,
  { index, wanted, offering, party }: Sought,
  { versioned, date, basketId, sessions }: VisitContext,
  call: Call,
): Promise<VisitItem> {
  const target = { site: versioned.site, offering, versioned };
  const question = { range: { dateFrom: date, dateTo: date }, ...party, exceptOrderId: basketId };
  const ofDate = await sessionsBetween(parts, target, question, call);
  if (wanted.sessionId !== null && !ofDate.some(({ id }) => id === wanted.sessionId)) {
    const sentence = `There is no session ${wanted.sessionId} of this type on ${date} that is still to begin.`;
    throw invalid({ [`items.${index}.session_id`]: [sentence] });
  }
  const found = ofDate.filter((session) => isWanted(session, wanted));
  for (const session of found) sessions.set(session.id, session);
  const starts = found.flatMap((session) => listedStart(session, party));
  return { kind: 'listed', guestIds: party.guestIds, guests: party.guests, starts };
}

function isWanted(
  session: Session,
  { sessionId, durationMinutes, startsMs, practitionerIds, roomId }: WantedItem,
): boolean {
  const startMs = parseInstant(session.startTime) ?? 0;
  return (
    session.isValid &&
    (sessionId === null || session.id === sessionId) &&
    (durationMinutes === null || session.duration === durationMinutes) &&
    (startsMs === undefined || startsMs.includes(startMs)) &&
    (practitionerIds.length === 0 || practitionerIds.includes(session.practitionerId ?? '')) &&
    (roomId === null || session.roomId === roomId)
  );
}

/** A session as a start of the visit. */
function listedStart(session: Session, { guests }: Party): ListedStart[] {
  const startMs = parseInstant(session.startTime);
  const endMs = parseInstant(session.endTime ?? '');
  if (startMs === undefined || endMs === undefined) return [];
  const amountMinor = (session.price ?? 0) * guests;
  return [{ placeId: session.id, places: session.remainingCapacity, startMs, endMs, amountMinor }];
}

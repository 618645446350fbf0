import type {
  FindItinerariesRequest,
  GetMultipleAppointmentAvailabilityRequest,
  GetMultipleItemAvailabilityRequest,
  Itinerary,
  ItineraryList,
  ItineraryMeta,
  ItineraryServiceService,
  MultipleAppointmentAvailability,
  MultipleItemAvailability,
} from '@lido/proto/lido/availability/v1/itinerary.ts';
import { invalid } from '@lido/runtime/errors/refusal.ts';
import type { Call, Handlers } from '@lido/runtime/grpc/call.ts';
import { minutesPerBucket } from '@lido/runtime/time/local-day.ts';
import type { Site } from '@lido/proto/lido/customers/v1/site.ts';
import type { BookingParts } from '../bookings/parts.ts';
import { findItineraries } from '../solver/itineraries/find-itineraries.ts';
import { toAnswer } from './itinerary-message.ts';
import { loadVisit, type VisitRequest } from './visit.repository.ts';

/** What shops ask about several items at once. */
export function itineraryHandlers(parts: BookingParts) {
  return {
    findItineraries: (request, call) => itineraries(parts, request, call),
    getMultipleAppointmentAvailability: (request, call) => appointmentsBackToBack(parts, request, call),
    getMultipleItemAvailability: (request, call) => severalItems(parts, request, call),
  } satisfies Handlers<typeof ItineraryServiceService>;
}

const answersDefault = 20;

/** No local day has more starts, so that none is lost where each has one answer. */
const startsOfDay = (25 * 60) / minutesPerBucket;

/** So many steps take some tenths of a second; a visit that needs more has more answers than anybody reads. */
const stepsMax = 50_000;

async function itineraries(parts: BookingParts, request: FindItinerariesRequest, call: Call): Promise<ItineraryList> {
  const minGapMinutes = request.minGap ?? 0;
  const maxGapMinutes = request.maxGap ?? null;
  if (maxGapMinutes !== null && maxGapMinutes < minGapMinutes)
    throw invalid({ max_gap: ['The longest gap must not be shorter than the shortest.'] });
  const order = request.order === 'VISIT_ORDER_ANY' ? 'any' : 'fixed';
  const visit = { ...visitBase(request), order, minGapMinutes, maxGapMinutes } as const;
  const { data, truncated, dataVersion } = await search(parts, visit, request.limit ?? answersDefault, call);
  return { data, meta: { truncated, dataVersion } };
}

async function appointmentsBackToBack(
  parts: BookingParts,
  request: GetMultipleAppointmentAvailabilityRequest,
  call: Call,
): Promise<MultipleAppointmentAvailability> {
  const backToBack = { order: 'fixed', minGapMinutes: 0, maxGapMinutes: 0, isOneGuest: true } as const;
  const { data, meta } = await searchDay(parts, { ...visitBase(request), ...backToBack }, call);
  return { data, meta };
}

async function severalItems(
  parts: BookingParts,
  request: GetMultipleItemAvailabilityRequest,
  call: Call,
): Promise<MultipleItemAvailability> {
  const freely = { order: 'any', minGapMinutes: 0, maxGapMinutes: null } as const;
  const { data, site, meta } = await searchDay(parts, { ...visitBase(request), ...freely }, call);
  return { data, currency: site.currency.toLowerCase(), meta };
}

function visitBase(request: GetMultipleItemAvailabilityRequest | FindItinerariesRequest) {
  const { siteId, date, items, basketId } = request;
  return { siteId, date, items, basketId: basketId ?? null, isOneGuest: false };
}

/** As many answers as a day can have starts; one more is searched, to know whether there are others. */
async function searchDay(
  parts: BookingParts,
  request: VisitRequest,
  call: Call,
): Promise<Pick<Found, 'data' | 'site'> & { meta: ItineraryMeta }> {
  const { data, site, dataVersion, truncated } = await search(parts, request, startsOfDay + 1, call);
  const meta = { truncated: truncated || data.length > startsOfDay, dataVersion };
  return { data: data.slice(0, startsOfDay), site, meta };
}

interface Found {
  data: Itinerary[];
  truncated: boolean;
  dataVersion: number;
  site: Site;
}

async function search(parts: BookingParts, request: VisitRequest, max: number, call: Call): Promise<Found> {
  const { versioned, visit, sessions } = await loadVisit(parts, request, call);
  const { compiled, site, version: dataVersion } = versioned;
  if (!visit) return { data: [], truncated: false, dataVersion, site };
  const found = findItineraries(compiled, visit, { max, steps: stepsMax });
  const data = found.itineraries.map((itinerary) => toAnswer(itinerary, compiled.model, sessions));
  return { data, truncated: found.truncated, dataVersion, site };
}

import type {
  AreaAvailabilityServiceService,
  AreaSlot,
  AreaSlotList,
  GetAreaBookingAvailabilityRequest,
} from '@lido/proto/lido/availability/v1/area_availability.ts';
import { notFound } from '@lido/runtime/errors/refusal.ts';
import type { Call, Handlers } from '@lido/runtime/grpc/call.ts';
import type { BookingParts } from '../bookings/parts.ts';
import { type AreaSlot as ExplainedArea, explainAreaSlots } from '../solver/areas/explain-area-slots.ts';
import { gridText } from '../solver/find-slots.ts';
import { areaBookingType, areaQuery } from './area-search.repository.ts';
import { metaOf } from './availability.handlers.ts';
import { findTarget, rangeOf, searchable } from './search.repository.ts';
import { siteOfOffering } from './site-of-offering.repository.ts';
import { inStretches } from './stretches.handlers.ts';

/** What shops and their guests ask about areas. */
export function areaAvailabilityHandlers(parts: BookingParts) {
  return { getAreaBookingAvailability: getAreaBookingAvailability(parts) } satisfies Handlers<
    typeof AreaAvailabilityServiceService
  >;
}

/** Every candidate start of an area booking type for each local day that the range touches, with what is left or why nothing is. */
function getAreaBookingAvailability(parts: BookingParts) {
  return async function* (request: GetAreaBookingAvailabilityRequest, call: Call): AsyncGenerator<AreaSlotList> {
    const offeringId = request.bookingTypeId;
    const siteId = request.siteId ?? (await siteOfOffering(call.em, offeringId));
    if (siteId === undefined) throw notFound(offeringId);
    const target = await findTarget(parts, { siteId, offeringType: 'area_booking', offeringId }, call);
    const range = searchable(rangeOf(request, target.site, call.clock.nowMs()), target.versioned);
    if (!range) return yield { data: [], meta: metaOf(target) };
    const query = await areaQuery(parts, { target, filter: request, range }, call);
    const { compiled } = target.versioned;
    const { endBufferMinutes, startTimeIntervalMinutes } = areaBookingType(target);
    const slotOf = (slot: ExplainedArea): AreaSlot => ({
      startTime: gridText(compiled, slot.startMs),
      endTime: gridText(compiled, slot.endMs),
      duration: slot.durationMinutes,
      durations: request.duration ? [] : [...slot.durationsMinutes],
      endBuffer: endBufferMinutes,
      areas: [...slot.areas],
      quantityAvailable: slot.quantityAvailable,
      totalQuantity: slot.totalQuantity,
      price: slot.amountMinor,
      currency: target.site.currency.toLowerCase(),
      noAvailabilityReason: slot.reason,
      noAvailabilityMessage: slot.message,
    });
    yield* inStretches({
      ...{ range, minutesPerStart: startTimeIntervalMinutes },
      answer: (dates): AreaSlotList => ({
        data: explainAreaSlots(compiled, { ...query, ...dates }).flatMap(({ slots }) => slots.map(slotOf)),
        meta: metaOf(target),
      }),
    });
  };
}

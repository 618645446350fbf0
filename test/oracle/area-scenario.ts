import type { AppointmentType, AreaBookingType, AreaClaim, SiteModel } from '@lido/availability/solver/model.ts';
import type { AreaQuery } from '@lido/availability/solver/areas/area-model.ts';
import { startOfDay } from '@lido/runtime/time/zone.ts';
import fc from 'fast-check';
import { scenarios } from './scenario.ts';

/** A site with areas, the dates compiled around the question, and the question. */
export interface AreaScenario {
  readonly firstDate: string;
  readonly dayCount: number;
  readonly site: SiteModel;
  readonly query: AreaQuery;
}

const minuteMs = 60_000;
const someDuration = fc.constantFrom(null, null, 30, 60, 90);

/** The rules and windows of an appointment type, as those of an area booking type. */
const areaType = (type: AppointmentType, areaIds: readonly string[]): fc.Arbitrary<AreaBookingType> =>
  fc
    .record({
      areaIds: fc.subarray([...areaIds], { minLength: 1 }),
      minDurationMinutes: fc.constantFrom(30, 60, 45),
      extraMinutes: fc.constantFrom(0, 30, 60, 120),
      durationIntervalMinutes: fc.constantFrom(30, 60, 45),
      basketsMax: fc.constantFrom(null, 1, 2),
      openingBounds: fc.array(fc.tuple(someDuration, someDuration), { minLength: 3, maxLength: 3 }),
      priceBounds: fc.array(someDuration, { minLength: 4, maxLength: 4 }),
    })
    .map(({ extraMinutes, openingBounds, priceBounds, ...fields }) => ({
      ...type,
      ...fields,
      id: 'area-type',
      maxDurationMinutes: fields.minDurationMinutes + extraMinutes,
      availabilityRules: type.availabilityRules.map((rule, index) => ({
        ...rule,
        minDurationMinutes: openingBounds[index]?.[0] ?? null,
        maxDurationMinutes: openingBounds[index]?.[1] ?? null,
      })),
      priceRules: type.priceRules.map((rule, index) => ({
        ...rule,
        durationMinutes: null,
        maxDurationMinutes: priceBounds[index] ?? null,
      })),
    }));

const areaClaims = (areaIds: readonly string[], baseMs: number, nowMs: number): fc.Arbitrary<AreaClaim[]> =>
  fc
    .array(
      fc
        .record({
          areaId: fc.constantFrom(...areaIds),
          startQuarter: fc.integer({ min: -8, max: 3 * 96 }),
          lengthMinutes: fc.constantFrom(15, 30, 60, 90, 240, 33),
          kind: fc.constantFrom('booking' as const, 'booking' as const, 'booking' as const, 'block' as const),
          guests: fc.integer({ min: 1, max: 4 }),
          basketsMax: fc.constantFrom(null, null, 1, 2),
          expiresInMinutes: fc.option(fc.integer({ min: -20, max: 20 })),
          owner: fc.nat(5),
          order: fc.nat(3),
        })
        .map(({ startQuarter, lengthMinutes, expiresInMinutes, owner, order, ...claim }) => {
          const fromMs = baseMs + startQuarter * 15 * minuteMs;
          return {
            ...claim,
            fromMs,
            toMs: fromMs + lengthMinutes * minuteMs,
            expiresAtMs: expiresInMinutes === null ? null : nowMs + expiresInMinutes * minuteMs,
            bookingId: `booking-${owner}`,
            itemId: `item-${owner}`,
            orderId: `order-${order}`,
          };
        }),
      { maxLength: 24 },
    )
    .map((list) => list.map((claim, index) => ({ id: `area-claim-${index}`, ...claim })));

/** The sites of the other scenarios with their rooms' places made areas. */
export const areaScenarios: fc.Arbitrary<AreaScenario> = scenarios.chain(({ site, query, firstDate, dayCount }) => {
  const baseMs = startOfDay(query.dateFrom, site.zone);
  const areaIds = site.rooms.map((_, index) => `area-${index}`);
  const [type] = site.appointmentTypes;
  if (type === undefined) throw new Error('A scenario has a type.');
  return fc
    .record({
      capacities: fc.array(fc.constantFrom(1, 4, 6, 8), { minLength: areaIds.length, maxLength: areaIds.length }),
      type: areaType(type, areaIds),
      claims: areaClaims(areaIds, baseMs, query.nowMs),
      orderId: fc.option(fc.constantFrom('order-0', 'order-1')),
      asked: fc.option(fc.subarray([...areaIds, 'area-9']), { freq: 6 }),
    })
    .map(({ capacities, type: areaBookingType, claims, orderId, asked }) => ({
      firstDate,
      dayCount,
      site: {
        ...site,
        areas: site.rooms.map(({ name, availabilityRules }, index) => ({
          id: `area-${index}`,
          name,
          capacity: capacities[index] ?? 1,
          availabilityRules,
        })),
        areaBookingTypes: [areaBookingType],
        areaClaims: claims,
      },
      query: {
        ...query,
        areaBookingTypeId: 'area-type',
        ...(orderId !== null && { orderId }),
        ...(asked !== null && { areaIds: asked }),
      },
    }))
    .map(({ query: { durationMinutes: _, ...allDurations }, ...scenario }) => ({ ...scenario, query: allDurations }));
});

import type { Visit, VisitItem } from '@lido/availability/solver/itineraries/visit.ts';
import type {
  AppointmentRestriction,
  AppointmentType,
  Area,
  AreaBookingType,
  AreaClaim,
  Claim,
  EquipmentPool,
  Practitioner,
  Room,
  SiteModel,
} from '@lido/availability/solver/model.ts';
import { sampleClaim, samplePractitioner, sampleType } from '@lido/availability/solver/sample-site.ts';
import { addDays, formatWallTime, startOfDay, weekdays } from '@lido/runtime/time/zone.ts';
import fc from 'fast-check';

/** A site that is open for a few hours, small enough that everything can be tried, and a visit to it. */
export interface VisitScenario {
  readonly site: SiteModel;
  readonly visit: Visit;
}

/** Hours with nothing special, and hours in which the clocks change. */
const places = [
  { zone: 'Europe/London', date: '2026-06-15', openFrom: 600 },
  { zone: 'Europe/London', date: '2026-03-29', openFrom: 0 },
  { zone: 'Europe/London', date: '2026-10-25', openFrom: 0 },
  { zone: 'Australia/Lord_Howe', date: '2026-04-05', openFrom: 60 },
  { zone: 'Africa/Cairo', date: '2026-10-29', openFrom: 1260 },
];

const often = <T>(usual: T, ...others: T[]) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) });

const dailyMaximum = (maxDurationMinutes: number, appointmentTypeIds: string[]): AppointmentRestriction => ({
  type: 'max_duration',
  appliesTo: 'specific',
  appointmentTypeIds,
  categoryIds: [],
  dateFrom: null,
  dateTo: null,
  maxDurationMinutes,
});

const restrictions = fc.constantFrom<AppointmentRestriction[]>(
  [],
  [],
  [dailyMaximum(60, ['type-0'])],
  [dailyMaximum(75, ['type-0', 'type-1', 'type-2'])],
  [dailyMaximum(90, ['type-0', 'type-1']), dailyMaximum(60, ['type-2'])],
);

const practitioners: fc.Arbitrary<Practitioner[]> = fc
  .array(fc.record({ fromMinute: fc.constantFrom(0, 0, 0, 60), restrictions }), {
    minLength: 1,
    maxLength: 3,
  })
  .map((list) =>
    list.map((fields, index) =>
      samplePractitioner(`practitioner-${index}`, {
        restrictions: fields.restrictions,
        rotas: [
          {
            startDate: null,
            endDate: null,
            weekIntervalWeeks: 1,
            rules: weekdays.map((weekday) => ({
              weekday,
              weekNum: 1,
              timeFrom: formatWallTime(fields.fromMinute),
              timeTo: '24:00',
            })),
          },
        ],
      }),
    ),
  );

const rooms: fc.Arbitrary<Room[]> = fc
  .array(fc.constantFrom(1, 1, 2, 3), { minLength: 1, maxLength: 3 })
  .map((capacities) =>
    capacities.map((capacity, index) => ({
      id: `room-${index}`,
      name: `Room ${index}`,
      capacity,
      suitableForTags: [],
      availabilityRules: [],
    })),
  );

const equipment: fc.Arbitrary<EquipmentPool[]> = fc
  .integer({ min: 1, max: 2 })
  .map((quantity) => [{ id: 'equipment-0', name: 'Equipment', quantity }]);

const typeAt = (index: number): fc.Arbitrary<AppointmentType> =>
  fc
    .record({
      durationsMinutes: fc.constantFrom([30], [60], [45]),
      startTimeIntervalMinutes: fc.constantFrom(30, 30, 15),
      endBufferMinutes: often(0, 15, 30),
      practitionerIds: fc.oneof(
        { weight: 1, arbitrary: fc.constant([]) },
        { weight: 4, arbitrary: fc.subarray(['practitioner-0', 'practitioner-1', 'practitioner-2'], { minLength: 1 }) },
      ),
      roomIds: fc.oneof(fc.constant([]), fc.subarray(['room-0', 'room-1', 'room-2'], { minLength: 1 })),
      equipmentIds: often<string[]>([], ['equipment-0']),
      practitionersPerGuest: often(1, 1, 0.5, 2),
      allocateMultiCapacityRooms: fc.boolean(),
    })
    .map((fields) => sampleType({ id: `type-${index}`, name: `Type ${index}`, ...fields }));

const guestIds = fc.subarray(['guest-0', 'guest-1', 'guest-2'], { minLength: 1, maxLength: 2 });

const appointmentItem = (types: readonly AppointmentType[], nowMs: number): fc.Arbitrary<VisitItem> =>
  fc
    .record({
      type: fc.oneof(fc.constantFrom(...types.slice(0, 1)), fc.constantFrom(...types)),
      guestIds,
      practitionerIds: often<string[]>([], ['practitioner-0'], ['practitioner-0', 'practitioner-1']),
      roomId: often<string | undefined>(undefined, undefined, 'room-0'),
    })
    .map(({ type, guestIds: ids, practitionerIds, roomId }) => ({
      kind: 'appointment',
      guestIds: ids,
      query: {
        appointmentTypeId: type.id,
        nowMs,
        durationMinutes: type.durationsMinutes[0] ?? 0,
        guests: ids.length,
        memberships: [],
        practitionerIds,
        ...(roomId !== undefined && { roomIds: [roomId] }),
      },
    }));

const listedItem = (openMs: number): fc.Arbitrary<VisitItem> =>
  fc
    .record({
      guestIds,
      starts: fc.array(
        fc.record({
          placeId: fc.constantFrom('pool', 'yoga'),
          places: fc.integer({ min: 1, max: 3 }),
          minute: fc.constantFrom(0, 30, 60, 70, 90),
          length: fc.constantFrom(30, 60),
        }),
        { minLength: 1, maxLength: 4 },
      ),
    })
    .map(({ guestIds: ids, starts }) => ({
      kind: 'listed',
      guestIds: ids,
      guests: ids.length,
      starts: starts.map(({ placeId, places: left, minute, length }) => ({
        placeId,
        places: left,
        startMs: openMs + minute * 60_000,
        endMs: openMs + (minute + length) * 60_000,
        amountMinor: 500,
      })),
    }));

/** Areas of which some are closed for the first half hour. */
const areas = (openFrom: number): fc.Arbitrary<Area[]> => {
  const [timeFrom, timeTo] = [formatWallTime(openFrom), formatWallTime(openFrom + 30)];
  const late = { dateFrom: null, dateTo: null, weekdays: [], timeFrom, timeTo, isAvailable: false };
  return fc
    .array(fc.record({ capacity: fc.constantFrom(1, 2, 3, 4), opensLate: often(false, false, true) }), {
      minLength: 1,
      maxLength: 3,
    })
    .map((list) =>
      list.map(({ capacity, opensLate }, index) => ({
        ...{ id: `area-${index}`, name: `Area ${index}`, capacity },
        availabilityRules: opensLate ? [late] : [],
      })),
    );
};

const areaTypeAt = (index: number): fc.Arbitrary<AreaBookingType> =>
  fc
    .record({
      minDurationMinutes: fc.constantFrom(30, 60),
      startTimeIntervalMinutes: fc.constantFrom(30, 30, 15),
      endBufferMinutes: often(0, 15, 30),
      areaIds: fc.subarray(['area-0', 'area-1', 'area-2'], { minLength: 1 }),
      basketsMax: fc.constantFrom(null, null, 1, 2),
    })
    .map((fields) => ({
      ...sampleType({ id: `area-type-${index}`, name: `Area type ${index}` }),
      ...fields,
      maxDurationMinutes: fields.minDurationMinutes + 30,
      durationIntervalMinutes: 30,
    }));

/** Stays of parties that are larger than the guests who are named, so that areas get full. */
const areaItem = (
  types: readonly AreaBookingType[],
  asker: { readonly nowMs: number; readonly excludeOrderIds: readonly string[] },
): fc.Arbitrary<VisitItem> =>
  fc
    .record({
      type: fc.constantFrom(...types),
      guestIds,
      others: fc.constantFrom(0, 0, 1),
      isLonger: fc.boolean(),
      areaIds: often<string[] | undefined>(undefined, undefined, ['area-0', 'area-2']),
    })
    .map(({ type, guestIds: ids, others, isLonger, areaIds }) => ({
      kind: 'area',
      guestIds: ids,
      query: {
        areaBookingTypeId: type.id,
        ...asker,
        durationMinutes: isLonger ? type.maxDurationMinutes : type.minDurationMinutes,
        guests: ids.length + others,
        memberships: [],
        ...(areaIds !== undefined && { areaIds }),
      },
    }));

const areaClaims = (openMs: number): fc.Arbitrary<AreaClaim[]> =>
  fc
    .array(
      fc.record({
        areaId: fc.constantFrom('area-0', 'area-1', 'area-2'),
        minute: fc.constantFrom(0, 30, 65, 90),
        length: fc.constantFrom(15, 33, 60),
        kind: often<AreaClaim['kind']>('booking', 'booking', 'block'),
        guests: fc.constantFrom(1, 2),
        basketsMax: fc.constantFrom(null, null, 1, 2),
        orderId: fc.constantFrom('order-0', 'order-1'),
      }),
      { maxLength: 3 },
    )
    .map((list) =>
      list.map(({ minute, length, ...claim }, index) => ({
        ...claim,
        ...{ id: `area-claim-${index}`, bookingId: 'booking', itemId: 'item', expiresAtMs: null },
        fromMs: openMs + minute * 60_000,
        toMs: openMs + (minute + length) * 60_000,
      })),
    );

const claims = (openMs: number): fc.Arbitrary<Claim[]> =>
  fc.array(
    fc
      .tuple(
        fc.constantFrom('practitioner-0', 'practitioner-1', 'room-0', 'room-1', 'equipment-0', 'guest-0'),
        fc.constantFrom(0, 30, 65, 90),
        fc.constantFrom(15, 30, 60),
      )
      .map(([resourceId, minute, length]) =>
        sampleClaim(`${resourceId} ${minute}`, resourceId, {
          fromMs: openMs + minute * 60_000,
          toMs: openMs + (minute + length) * 60_000,
          appointmentTypeId: 'type-0',
          durationMinutes: length,
        }),
      ),
    { maxLength: 2 },
  );

/** Items of all kinds. */
export const visitScenarios = visitsOf({ appointment: 4, area: 3, listed: 1 });

/** Appointments, and stays in areas, that get into each other's way as often as can be. */
export const appointmentVisits = visitsOf({ appointment: 1, area: 0, listed: 0 });
export const stayVisits = visitsOf({ appointment: 0, area: 1, listed: 0 });

/** Up to three items, guests, practitioners, rooms and areas, on ordinary days and on days when the clocks change. */
function visitsOf(weights: Record<VisitItem['kind'], number>): fc.Arbitrary<VisitScenario> {
  return fc.constantFrom(...places).chain(({ zone, date, openFrom }) => {
    const openMs = startOfDay(date, zone) + openFrom * 60_000;
    const nowMs = startOfDay(addDays(date, -1), zone);
    const types = fc.record({
      appointmentTypes: fc.tuple(typeAt(0), typeAt(1), typeAt(2)),
      areaBookingTypes: fc.tuple(areaTypeAt(0), areaTypeAt(1)),
    });
    const excluded = fc.subarray(['order-0']);
    return fc.tuple(types, excluded).chain(([{ appointmentTypes, areaBookingTypes }, excludeOrderIds]) => {
      const item = fc.oneof(
        { weight: weights.appointment, arbitrary: appointmentItem(appointmentTypes, nowMs) },
        { weight: weights.area, arbitrary: areaItem(areaBookingTypes, { nowMs, excludeOrderIds }) },
        { weight: weights.listed, arbitrary: listedItem(openMs) },
      );
      return fc
        .record({
          practitioners,
          rooms,
          equipment,
          claims: claims(openMs),
          areas: areas(openFrom),
          areaClaims: areaClaims(openMs),
          openMinutes: fc.constantFrom(120, 180, 180),
          items: fc.array(item, { minLength: 1, maxLength: 3 }),
          order: fc.constantFrom('fixed' as const, 'any' as const),
          minGapMinutes: often(0, 15, 30),
          maxGapMinutes: fc.constantFrom(null, null, 30, 60),
        })
        .map(({ openMinutes, items, order, minGapMinutes, maxGapMinutes, ...resources }) => ({
          site: {
            id: 'site',
            zone,
            openingHours: weekdays.map((weekday) => ({
              weekday,
              timeFrom: formatWallTime(openFrom),
              timeTo: formatWallTime(Math.min(openFrom + openMinutes, 1440)),
            })),
            openingExceptions: [],
            appointmentTypes,
            areaBookingTypes,
            ...resources,
          },
          visit: { date, items, order, minGapMinutes, maxGapMinutes },
        }));
    });
  });
}

import { noAreas } from '@lido/availability/solver/sample-site.ts';
import type {
  AppointmentRestriction,
  AppointmentType,
  AvailabilityRule,
  Claim,
  CustomAvailability,
  EquipmentPool,
  Practitioner,
  PriceRule,
  Room,
  Rota,
  SiteModel,
  SlotQuery,
} from '@lido/availability/solver/model.ts';
import { addDays, startOfDay, type Weekday, weekdays } from '@lido/runtime/time/zone.ts';
import fc from 'fast-check';

/** A site, the dates compiled around the question, and the question. */
export interface Scenario {
  readonly firstDate: string;
  readonly dayCount: number;
  readonly site: SiteModel;
  readonly query: SlotQuery;
}

const minuteMs = 60_000;

/** Zones with ordinary days and both of their change days, at midnight too. */
const places = [
  { zone: 'Europe/London', dates: ['2026-03-28', '2026-03-29', '2026-06-10', '2026-10-24', '2026-10-25'] },
  { zone: 'America/New_York', dates: ['2026-03-07', '2026-03-08', '2026-07-31', '2026-10-31', '2026-11-01'] },
  { zone: 'America/Santiago', dates: ['2026-04-04', '2026-09-06'] },
  { zone: 'Africa/Cairo', dates: ['2026-04-24', '2026-10-29'] },
  { zone: 'Australia/Lord_Howe', dates: ['2026-04-04', '2026-04-05', '2026-01-15', '2026-10-03', '2026-10-04'] },
];

/** The ordinary value three times in four, so that a scenario is not refused for five reasons at once. */
const often = <T>(usual: T, ...others: T[]) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) });

/** Mostly on the grid, now and then between its points, where rounding decides. */
const wallMinute = (min: number, max: number) =>
  fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: min / 15, max: Math.floor(max / 15) }).map((quarter) => quarter * 15) },
    { weight: 1, arbitrary: fc.integer({ min, max }) },
  );

const wallText = (minute: number) =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

const wallRange = fc
  .tuple(wallMinute(0, 900), fc.integer({ min: 1, max: 40 }))
  .map(([from, halves]) => ({ timeFrom: wallText(from), timeTo: wallText(Math.min(from + halves * 30, 1440)) }));

const someWeekdays = fc.oneof(fc.constant<Weekday[]>([]), fc.subarray([...weekdays], { minLength: 3 }));
const optionalRange = fc.oneof(
  { weight: 2, arbitrary: fc.constant({ timeFrom: null, timeTo: null }) },
  { weight: 2, arbitrary: wallRange },
  { weight: 1, arbitrary: wallRange.map(({ timeFrom }) => ({ timeFrom, timeTo: null })) },
);

const dateRange = (firstDate: string) =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant({ dateFrom: null, dateTo: null }) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.integer({ min: -2, max: 2 }), fc.option(fc.integer({ min: 0, max: 3 })))
        .map(([from, days]) => ({
          dateFrom: addDays(firstDate, from),
          dateTo: days === null ? null : addDays(firstDate, from + days),
        })),
    },
  );

const availabilityRules = (firstDate: string): fc.Arbitrary<AvailabilityRule[]> =>
  fc.array(
    fc
      .tuple(dateRange(firstDate), optionalRange, someWeekdays, fc.boolean())
      .map(([dates, times, days, isAvailable]) => ({ ...dates, ...times, weekdays: days, isAvailable })),
    { maxLength: 3 },
  );

const priceRules = (firstDate: string): fc.Arbitrary<PriceRule[]> =>
  fc
    .array(
      fc
        .tuple(
          dateRange(firstDate),
          optionalRange,
          someWeekdays,
          fc.constantFrom(null, null, 30, 60),
          fc.nat(500),
          fc.nat(9),
        )
        .map(([dates, times, days, durationMinutes, amountMinor, createdAtMs]) => ({
          ...dates,
          ...times,
          weekdays: days,
          durationMinutes,
          amountMinor,
          createdAtMs,
        })),
      { minLength: 1, maxLength: 4 },
    )
    .map((rules) => rules.map((rule, index) => ({ ...rule, createdAtMs: rule.createdAtMs * 10 + index })));

const rota = (firstDate: string): fc.Arbitrary<Rota> =>
  fc
    .record({
      startDate: fc.option(fc.integer({ min: -20, max: 1 }).map((days) => addDays(firstDate, days))),
      endDate: fc.option(
        fc.integer({ min: 0, max: 4 }).map((days) => addDays(firstDate, days)),
        { freq: 2 },
      ),
      weeksFrom: fc.option(fc.integer({ min: -40, max: 20 }).map((days) => addDays(firstDate, days))),
      weekIntervalWeeks: fc.integer({ min: 1, max: 3 }),
      shift: wallRange,
      second: fc.option(wallRange),
      weekNums: fc.subarray([1, 2, 3], { minLength: 2 }),
    })
    .map(({ shift, second, weekNums, ...cycle }) => ({
      ...cycle,
      rules: weekdays.flatMap((weekday) =>
        weekNums.flatMap((weekNum) =>
          [shift, ...(second === null ? [] : [second])].map((times) => ({ weekday, weekNum, ...times })),
        ),
      ),
    }));

const instantRange = (baseMs: number, dayCount: number) =>
  fc
    .tuple(
      wallMinute(-600, dayCount * 1440),
      fc.constantFrom(15, 30, 45, 60, 75, 240, 33),
      fc.constantFrom(0, 0, 0, 1, 151_000),
    )
    .map(([minute, length, shiftMs]) => {
      const fromMs = baseMs + minute * minuteMs + shiftMs;
      return { fromMs, toMs: fromMs + length * minuteMs };
    });

const customAvailability = (baseMs: number, dayCount: number): fc.Arbitrary<CustomAvailability[]> =>
  fc.array(
    fc.tuple(instantRange(baseMs, dayCount), fc.boolean()).map(([range, isAvailable]) => ({ ...range, isAvailable })),
    { maxLength: 2 },
  );

const restrictions = (firstDate: string): fc.Arbitrary<AppointmentRestriction[]> =>
  fc
    .array(
      fc.record({
        type: fc.constantFrom('cannot_offer' as const, 'max_duration' as const, 'max_duration' as const),
        appliesTo: fc.constantFrom('specific' as const, 'categories' as const),
        appointmentTypeIds: fc.subarray(['type-a', 'type-b'], { minLength: 1 }),
        categoryIds: fc.subarray(['category-a', 'category-b']),
        dates: dateRange(firstDate),
        maxDurationMinutes: fc.constantFrom(0, 60, 120, 150, 200, 240),
      }),
      { maxLength: 1 },
    )
    .map((list) => list.map(({ dates, ...restriction }) => ({ ...restriction, ...dates })));

const practitioners = (firstDate: string, baseMs: number): fc.Arbitrary<Practitioner[]> =>
  fc
    .array(
      fc.record({
        canOfferTags: often<string[]>([], ['tag-a'], ['tag-b', 'tag-a'], ['tag-b']),
        rotas: fc.array(rota(firstDate), { minLength: 1, maxLength: 2 }),
        customAvailability: customAvailability(baseMs, 3),
        restrictions: restrictions(firstDate),
      }),
      { minLength: 1, maxLength: 5 },
    )
    .map((list) =>
      list.map((fields, index) => ({ id: `practitioner-${index}`, name: `Practitioner ${index}`, ...fields })),
    );

const rooms = (firstDate: string): fc.Arbitrary<Room[]> =>
  fc
    .array(
      fc.record({
        capacity: fc.constantFrom(1, 1, 2, 3),
        suitableForTags: often<string[]>([], ['tag-a'], ['tag-b']),
        availabilityRules: fc.oneof(fc.constant([]), availabilityRules(firstDate)),
      }),
      { minLength: 1, maxLength: 4 },
    )
    .map((list) => list.map((fields, index) => ({ id: `room-${index}`, name: `Room ${index}`, ...fields })));

const equipment: fc.Arbitrary<EquipmentPool[]> = fc
  .array(fc.integer({ min: 1, max: 2 }), { minLength: 2, maxLength: 2 })
  .map((quantities) =>
    quantities.map((quantity, index) => ({ id: `equipment-${index}`, name: `Equipment ${index}`, quantity })),
  );

const bookingWindow = {
  minAdvance: often<string | null>(null, 'PT2H', 'P1D'),
  maxAdvance: often<string | null>(null, 'P1D', 'PT50H', 'P1M'),
};

const appointmentType = (firstDate: string): fc.Arbitrary<AppointmentType> =>
  fc.record({
    id: fc.constant('type-a'),
    name: fc.constant('Massage'),
    durationsMinutes: fc.constantFrom([30, 60, 90, 165, 200], [60]),
    startTimeIntervalMinutes: fc.constantFrom(5, 15, 15, 20, 30, 60, 45),
    endBufferMinutes: fc.constantFrom(0, 0, 5, 15, 30),
    minGuests: fc.constant(1),
    maxGuests: fc.constantFrom(2, 4, 4),
    practitionerIds: fc
      .subarray([0, 1, 2, 3, 4, 9], { minLength: 3 })
      .map((list) => list.map((index) => `practitioner-${index}`)),
    roomIds: fc.subarray([0, 1, 2, 3, 9], { minLength: 2 }).map((list) => list.map((index) => `room-${index}`)),
    equipmentIds: fc.constantFrom([], ['equipment-0'], ['equipment-0', 'equipment-1']),
    tagIds: fc.constantFrom(['tag-a'], ['tag-a', 'tag-b'], []),
    categoryIds: fc.subarray(['category-a', 'category-b']),
    practitionersPerGuest: often(1, 2, 0.5, 1.1),
    allocateMultiCapacityRooms: fc.boolean(),
    ...bookingWindow,
    availabilityRules: fc.oneof(
      { weight: 2, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: availabilityRules(firstDate) },
    ),
    priceRules: priceRules(firstDate),
    membersOnly: often(false, true),
    permittedMembershipTypeIds: often<string[]>([], ['gold']),
    membershipBookingWindowsEnabled: often(false, true),
    membershipBookingWindows: fc
      .subarray(['gold', 'silver'])
      .chain((ids) =>
        fc.tuple(
          ...ids.map((membershipTypeId) =>
            fc.record({ membershipTypeId: fc.constant(membershipTypeId), ...bookingWindow }),
          ),
        ),
      ),
  });

const typesOf = (firstDate: string): fc.Arbitrary<AppointmentType[]> =>
  fc
    .tuple(
      appointmentType(firstDate),
      fc.constantFrom('none', 'practitioners', 'rooms', 'both', 'both', 'both', 'both'),
    )
    .map(([type, uses]) => [
      {
        ...type,
        practitionerIds: uses === 'none' || uses === 'rooms' ? [] : type.practitionerIds,
        roomIds: uses === 'none' || uses === 'practitioners' ? [] : type.roomIds,
      },
      { ...type, id: 'type-b', categoryIds: ['category-b'] },
    ]);

const owner = (prefix: string) => fc.option(fc.integer({ min: 0, max: 3 }).map((index) => `${prefix}-${index}`));

const claims = (
  site: Pick<SiteModel, 'practitioners' | 'rooms' | 'equipment'>,
  baseMs: number,
  nowMs: number,
): fc.Arbitrary<Claim[]> => {
  const units = [
    ...site.practitioners.map(({ id }) => ({ id, count: 1 })),
    ...site.rooms.map(({ id, capacity }) => ({ id, count: capacity })),
    ...[...site.equipment, ...site.equipment].map(({ id, quantity }) => ({ id, count: quantity })),
  ];
  const guests = ['guest-0', 'guest-1'].map((id) => ({ id, count: 1 }));
  const claimOf = (resources: readonly { readonly id: string; readonly count: number }[]) =>
    fc
      .record({
        resource: fc.constantFrom(...resources),
        unit: fc.nat(2),
        range: instantRange(baseMs, 3),
        expiresInMinutes: fc.option(fc.integer({ min: -20, max: 20 })),
        bookingId: owner('booking'),
        itemId: owner('item'),
        orderId: owner('order'),
        appointmentTypeId: often<string | null>('type-a', null, 'type-b', 'type-elsewhere'),
        durationMinutes: often<number | null>(60, null, 30),
        categoryIds: often<string[]>([], ['category-a'], ['category-b']),
      })
      .map(({ resource, unit, range, expiresInMinutes, ...rest }) => ({
        ...rest,
        ...range,
        resourceId: resource.id,
        unit: unit % resource.count,
        kind: 'booking',
        expiresAtMs: expiresInMinutes === null ? null : nowMs + expiresInMinutes * minuteMs,
      }));
  return fc
    .tuple(fc.array(claimOf(units), { maxLength: 18 }), fc.array(claimOf(guests), { maxLength: 4 }))
    .map((lists) => lists.flat().map((fields, index) => ({ id: `claim-${index}`, ...fields })));
};

const query = (firstDate: string, nowMs: number, type: AppointmentType): fc.Arbitrary<SlotQuery> => {
  const question = {
    appointmentTypeId: fc.constant('type-a'),
    dateFrom: fc.constant(firstDate),
    dateTo: fc.integer({ min: 0, max: 1 }).map((days) => addDays(firstDate, days)),
    nowMs: fc.constant(nowMs),
    durationMinutes: fc.constantFrom(...type.durationsMinutes),
    guests: often(1, 2, 3),
    memberships: often([{ typeId: 'gold' }], [], [{ typeId: 'silver' }], [{ typeId: 'silver' }, { typeId: 'gold' }]),
    guestIds: fc.subarray(['guest-0', 'guest-1', 'guest-unknown']),
  };
  const exclusions = {
    excludeBookingIds: fc.subarray(['booking-0', 'booking-1']),
    excludeItemIds: fc.subarray(['item-0', 'item-1']),
    excludeOrderIds: fc.subarray(['order-0', 'order-1']),
  };
  const requests = {
    practitionerIds: fc.constantFrom(['practitioner-0'], ['practitioner-1', 'practitioner-2'], ['practitioner-9']),
    roomIds: fc.constantFrom(['room-0'], ['room-1'], ['room-0', 'room-1']),
  };
  const requiredKeys = [
    'appointmentTypeId',
    'dateFrom',
    'dateTo',
    'nowMs',
    'durationMinutes',
    'guests',
    'memberships',
  ] as const;
  return fc.oneof(
    { weight: 2, arbitrary: fc.record(question) },
    { weight: 1, arbitrary: fc.record({ ...question, ...exclusions }, { requiredKeys: [...requiredKeys] }) },
    {
      weight: 1,
      arbitrary: fc.record({ ...question, ...exclusions, ...requests }, { requiredKeys: [...requiredKeys] }),
    },
  );
};

/** Small sites in three zones, on ordinary days and on the days when the clocks change. */
export const scenarios: fc.Arbitrary<Scenario> = fc
  .constantFrom(...places.flatMap(({ zone, dates }) => dates.map((firstDate) => ({ zone, firstDate }))))
  .chain(({ zone, firstDate }) => {
    const baseMs = startOfDay(firstDate, zone);
    return fc
      .record({
        nowMs: fc
          .oneof(
            { weight: 3, arbitrary: fc.integer({ min: -40 * 60, max: -26 * 60 }) },
            { weight: 1, arbitrary: fc.integer({ min: -26 * 60, max: 30 * 60 }) },
          )
          .map((minutes) => baseMs + minutes * minuteMs),
        openingHours: fc.array(wallRange, { minLength: 1, maxLength: 2 }),
        isAlwaysOpen: often(true, false),
        closesOnSecondDay: fc.option(fc.array(wallRange, { maxLength: 1 }), { freq: 3 }),
        practitioners: practitioners(firstDate, baseMs),
        rooms: rooms(firstDate),
        equipment,
        types: typesOf(firstDate),
      })
      .chain(({ nowMs, openingHours, isAlwaysOpen, closesOnSecondDay, types, ...resources }) => {
        const hours = isAlwaysOpen ? [{ timeFrom: '00:00', timeTo: '24:00' }] : openingHours;
        const type = types[0];
        if (type === undefined) throw new Error('A scenario has a type.');
        return fc
          .record({ claims: claims(resources, baseMs, nowMs), query: query(firstDate, nowMs, type) })
          .map((rest) => ({
            firstDate: addDays(firstDate, -1),
            dayCount: 4,
            site: {
              id: 'site',
              zone,
              openingHours: weekdays.flatMap((weekday) => hours.map((times) => ({ weekday, ...times }))),
              openingExceptions:
                closesOnSecondDay === null ? [] : [{ date: addDays(firstDate, 1), intervals: closesOnSecondDay }],
              ...resources,
              appointmentTypes: types,
              claims: rest.claims,
              ...noAreas,
            },
            query: rest.query,
          }));
      });
  });

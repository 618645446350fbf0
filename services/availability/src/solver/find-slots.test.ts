import { bucketTexts } from '@lido/runtime/time/local-day.ts';
import { addDays } from '@lido/runtime/time/zone.ts';
import { describe, expect, test } from 'vitest';
import { compileSite } from './compile-site.ts';
import { explainSlots } from './explain-slots.ts';
import { findSlots, gridText } from './find-slots.ts';
import type { AppointmentType, SiteModel, SlotQuery } from './model.ts';
import { noAvailabilityReasons, reasonMessage } from './reason.ts';
import {
  sampleClaim,
  sampleDate,
  sampleMs,
  samplePractitioner,
  sampleQuery,
  sampleRoom,
  sampleSite,
} from './sample-site.ts';

const two = {
  practitioners: [samplePractitioner('anna'), samplePractitioner('ben')],
  rooms: [sampleRoom('blue'), sampleRoom('red')],
};

function slotAt(hour: number, site: SiteModel, query: Partial<SlotQuery> = {}) {
  const days = findSlots(compileSite(site, sampleDate, 1), sampleQuery(query));
  return days[0]?.slots.find(({ startMs }) => startMs === sampleMs(hour));
}

test('a slot names all that is free, the combination it stands on, and its price', () => {
  const slot = slotAt(
    10,
    sampleSite({ ...two, claims: [sampleClaim('c', 'anna', { fromMs: sampleMs(14), toMs: sampleMs(15) })] }),
  );
  expect(slot).toEqual({
    startBucket: 120,
    startMs: sampleMs(10),
    endMs: sampleMs(11),
    practitioners: [expect.objectContaining({ id: 'ben' }), expect.objectContaining({ id: 'anna' })],
    rooms: [expect.objectContaining({ id: 'blue' }), expect.objectContaining({ id: 'red' })],
    quantityAvailable: 2,
    totalQuantity: 2,
    amountMinor: 6000,
    combination: {
      practitionerIds: ['ben'],
      roomAssignments: [{ roomId: 'blue', units: [0] }],
      equipment: [],
      endMs: sampleMs(11),
      bufferEndMs: sampleMs(11),
    },
  });
});

describe('quantities', () => {
  test('count the bookings of this size that fit side by side, as things stand and with nothing claimed', () => {
    const site = sampleSite({ ...two, claims: [sampleClaim('c', 'red')] });
    expect(slotAt(10, site)).toMatchObject({ quantityAvailable: 1, totalQuantity: 2 });
    expect(slotAt(11, site)).toMatchObject({ quantityAvailable: 2, totalQuantity: 2 });
  });

  test('count places where rooms are shared', () => {
    const rooms = [sampleRoom('hall', { capacity: 5 })];
    const site = sampleSite(
      { ...two, rooms, claims: [sampleClaim('c', 'hall', { unit: 3 })] },
      { allocateMultiCapacityRooms: true, practitionerIds: [] },
    );
    expect(slotAt(10, site, { guests: 2 })).toMatchObject({ quantityAvailable: 2, totalQuantity: 2 });
    expect(slotAt(10, site)).toMatchObject({ quantityAvailable: 4, totalQuantity: 5 });
  });

  test('are one for a requested practitioner', () => {
    expect(slotAt(10, sampleSite(two), { practitionerIds: ['ben'] })).toMatchObject({ quantityAvailable: 1 });
  });
});

test('neighbouring slots with the same free resources share their lists', () => {
  const [day] = findSlots(compileSite(sampleSite(two), sampleDate, 1), sampleQuery());
  expect(new Set(day?.slots.map(({ practitioners }) => practitioners)).size).toBe(1);
});

test('instants of the grid are written by look-up, on the start day and after it', () => {
  const site = compileSite(sampleSite(), sampleDate, 1);
  const [day] = findSlots(site, sampleQuery());
  const [slot] = day?.slots ?? [];
  expect(day === undefined || slot === undefined ? '' : bucketTexts(day.day)[slot.startBucket]).toBe(
    '2026-06-15T09:00:00+01:00',
  );
  expect(gridText(site, sampleMs(24, 30))).toBe('2026-06-16T00:30:00+01:00');
  expect(() => gridText(site, sampleMs(-1))).toThrow(RangeError);
});

describe('reasons', () => {
  /** The reason at 10:00 of the sample date for one change of an otherwise bookable site. */
  const reasonAtTen = (
    site: Partial<SiteModel>,
    type: Partial<AppointmentType> = {},
    query: Partial<SlotQuery> = {},
  ) => {
    const [day] = explainSlots(compileSite(sampleSite(site, type), sampleDate, 1), sampleQuery(query));
    return day?.slots.find(({ startMs }) => startMs === sampleMs(10))?.reason;
  };
  const never = { dateFrom: null, dateTo: null, weekdays: [], timeFrom: null, timeTo: null, isAvailable: false };

  test.each([
    [null, {}, {}, {}],
    ['time_passed', {}, {}, { nowMs: sampleMs(10) + 1 }],
    [null, {}, {}, { nowMs: sampleMs(10) }],
    ['not_yet_bookable', {}, { maxAdvance: 'PT9H' }, {}],
    [null, {}, { maxAdvance: 'PT10H' }, {}],
    ['no_longer_bookable', {}, { minAdvance: 'PT11H' }, {}],
    ['members_only', {}, { membersOnly: true }, {}],
    ['members_only', {}, { permittedMembershipTypeIds: ['gold'] }, { memberships: [{ typeId: 'silver' }] }],
    [null, {}, { permittedMembershipTypeIds: ['gold'] }, { memberships: [{ typeId: 'gold' }] }],
    ['site_closed', { openingHours: [] }, {}, {}],
    ['offering_unavailable', {}, { availabilityRules: [never] }, {}],
    ['offering_unavailable', {}, {}, { guests: 5 }],
    ['no_practitioners_available', { claims: [sampleClaim('c', 'anna')] }, {}, {}],
    ['no_practitioners_available', {}, {}, { practitionerIds: ['nobody'] }],
    ['no_rooms_available', { claims: [sampleClaim('c', 'blue')] }, {}, {}],
    ['no_equipment_available', {}, { equipmentIds: ['missing'] }, {}],
    ['guest_unavailable', { claims: [sampleClaim('c', 'guest')] }, {}, { guestIds: ['guest'] }],
    ['no_price', {}, { priceRules: [] }, {}],
  ] as const)('%s', (reason, site, type, query) => expect(reasonAtTen(site, type, query)).toBe(reason));

  test('a membership window replaces the window of the type for those who hold the membership', () => {
    const type = {
      maxAdvance: 'PT1H',
      membershipBookingWindowsEnabled: true,
      membershipBookingWindows: [{ membershipTypeId: 'gold', minAdvance: null, maxAdvance: 'P1M' }],
    };
    expect(reasonAtTen({}, type)).toBe('not_yet_bookable');
    expect(reasonAtTen({}, type, { memberships: [{ typeId: 'gold' }] })).toBeNull();
  });

  test('every candidate is listed, from midnight to midnight, with a sentence where it is refused', () => {
    const [day] = explainSlots(compileSite(sampleSite(), sampleDate, 1), sampleQuery());
    expect(day?.slots).toHaveLength(24);
    expect(day?.slots.filter(({ reason }) => reason === null)).toHaveLength(8);
    for (const { reason, message, quantityAvailable } of day?.slots ?? []) {
      expect(message === null).toBe(reason === null);
      expect(quantityAvailable > 0).toBe(reason === null);
    }
  });

  test('every reason has its own sentence, and a request is answered as one', () => {
    expect(new Set(noAvailabilityReasons.map((reason) => reasonMessage(reason))).size).toBe(
      noAvailabilityReasons.length,
    );
    expect(reasonMessage('no_rooms_available', true)).toBe('The room you asked for is not free at this time.');
    expect(reasonMessage('time_passed', true)).toBe(reasonMessage('time_passed'));
  });
});

test('a practitioner barred from a type for some dates may offer it on the others', () => {
  const restrictions = [
    {
      type: 'cannot_offer' as const,
      appliesTo: 'categories' as const,
      appointmentTypeIds: [],
      categoryIds: ['body'],
      dateFrom: null,
      dateTo: sampleDate,
      maxDurationMinutes: null,
    },
  ];
  const model = sampleSite(
    { practitioners: [samplePractitioner('anna', { restrictions })] },
    { categoryIds: ['body'] },
  );
  const days = findSlots(compileSite(model, sampleDate, 2), sampleQuery({ dateTo: addDays(sampleDate, 1) }));
  expect(days.map(({ slots }) => slots.length)).toEqual([0, 8]);
});

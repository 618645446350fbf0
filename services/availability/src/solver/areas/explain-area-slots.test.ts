import { weekdays } from '@lido/runtime/time/zone.ts';
import { expect, test } from 'vitest';
import { compileSite } from '../compile-site.ts';
import { sampleClaim, sampleMs, sampleSite, sampleType } from '../sample-site.ts';
import type { AreaBookingType, AreaClaim } from '../model.ts';
import type { AreaQuery } from './area-model.ts';
import { explainAreaSlots } from './explain-area-slots.ts';

const date = '2026-06-15';
const areas = [
  { id: 'pool', name: 'Pool', capacity: 6, availabilityRules: [] },
  { id: 'tub', name: 'Tub', capacity: 2, availabilityRules: [] },
];
const soak: AreaBookingType = {
  ...sampleType(),
  ...{ id: 'soak', name: 'Soak', areaIds: ['pool', 'tub'], basketsMax: null, maxGuests: 6 },
  ...{ minDurationMinutes: 60, maxDurationMinutes: 120, durationIntervalMinutes: 60 },
};
const inArea = (areaId: string, from: number, to: number, changes: Partial<AreaClaim> = {}): AreaClaim => ({
  ...{ id: `${areaId} ${from}`, areaId, fromMs: sampleMs(from), toMs: sampleMs(to), kind: 'booking', guests: 2 },
  ...{ basketsMax: null, expiresAtMs: null, bookingId: 'b', itemId: 'i', orderId: 'o' },
  ...changes,
});
const question: AreaQuery = {
  ...{ areaBookingTypeId: 'soak', dateFrom: date, dateTo: date, nowMs: sampleMs(0), guests: 1, memberships: [] },
};

function slotAt(hour: number, query: Partial<AreaQuery>, areaClaims: AreaClaim[], type: Partial<AreaBookingType> = {}) {
  const model = sampleSite({ areas, areaBookingTypes: [{ ...soak, ...type }], areaClaims });
  const [day] = explainAreaSlots(compileSite(model, date, 1), { ...question, ...query });
  return day?.slots.find(({ startMs }) => startMs === sampleMs(hour));
}

test('the smallest area that fits comes first, and what is left is what one of them still takes', () => {
  expect(slotAt(10, {}, [])).toMatchObject({ areas: [{ id: 'tub' }, { id: 'pool' }], quantityAvailable: 6 });
  expect(slotAt(10, { guests: 3 }, [])).toMatchObject({ areas: [{ id: 'pool' }] });
  expect(slotAt(10, {}, [inArea('pool', 11, 12), inArea('tub', 9, 11)])).toMatchObject({ quantityAvailable: 6 });
});

test('stays that follow each other count once, at their peak', () => {
  const claims = [inArea('pool', 10, 11, { guests: 4 }), inArea('pool', 11, 12, { guests: 4 })];
  expect(slotAt(10, { guests: 2, areaIds: ['pool'] }, claims)?.durationsMinutes).toEqual([60, 120]);
  expect(slotAt(10, { guests: 3, areaIds: ['pool'] }, claims)).toMatchObject({
    ...{ reason: 'no_areas_available', quantityAvailable: 0, totalQuantity: 6 },
  });
});

test('a block, a full number of baskets and those who booked it alone keep others out; a basket is no other to itself', () => {
  const asked = { areaIds: ['pool'] };
  expect(slotAt(10, asked, [inArea('pool', 10, 11, { kind: 'block' })])?.reason).toBe('no_areas_available');
  expect(slotAt(10, asked, [inArea('pool', 10, 11)], { basketsMax: 1 })?.reason).toBe('no_areas_available');
  expect(slotAt(10, asked, [inArea('pool', 10, 11, { basketsMax: 1 })])?.reason).toBe('no_areas_available');
  expect(slotAt(10, { ...asked, orderId: 'o' }, [inArea('pool', 10, 11)], { basketsMax: 1 })?.reason).toBeNull();
});

test('a lapsed hold, an excluded booking and an excluded item do not count', () => {
  const asked = { areaIds: ['tub'], guests: 2 };
  expect(slotAt(10, asked, [inArea('tub', 10, 11, { expiresAtMs: sampleMs(0) })])?.reason).toBeNull();
  expect(slotAt(10, { ...asked, excludeBookingIds: ['b'] }, [inArea('tub', 10, 11)])?.reason).toBeNull();
  expect(slotAt(10, { ...asked, excludeItemIds: ['i'] }, [inArea('tub', 10, 11)])?.reason).toBeNull();
});

test('a start is explained by the duration that comes closest: full wins over not that short', () => {
  const always = { dateFrom: null, dateTo: null, weekdays: [], timeFrom: null, timeTo: null, isAvailable: true };
  const long = { availabilityRules: [{ ...always, minDurationMinutes: 120 }] };
  expect(slotAt(10, {}, [], long)).toMatchObject({ durationMinutes: 120, durationsMinutes: [120], reason: null });
  const full = [inArea('tub', 11, 12), inArea('pool', 11, 12, { guests: 6 })];
  expect(slotAt(10, {}, full, long)).toMatchObject({ durationMinutes: 120, reason: 'no_areas_available' });
});

test('a guest who is somewhere else is told so', () => {
  const model = sampleSite({ areas, areaBookingTypes: [soak], claims: [sampleClaim('c', 'olga')] });
  const [day] = explainAreaSlots(compileSite(model, date, 1), { ...question, guestIds: ['olga'] });
  expect(day?.slots.find(({ startMs }) => startMs === sampleMs(10))?.reason).toBe('guest_unavailable');
});

test('an hour that the clocks repeat is offered twice, one that they skip not at all', () => {
  const startsOn = (of: string): number => {
    const hours = weekdays.map((weekday) => ({ weekday, timeFrom: '00:00', timeTo: '24:00' }));
    const model = sampleSite({ openingHours: hours, areas, areaBookingTypes: [soak] });
    const [day] = explainAreaSlots(compileSite(model, of, 1), { ...question, dateFrom: of, dateTo: of, nowMs: 0 });
    return (day?.slots ?? []).filter(({ reason }) => reason === null).length;
  };
  expect([startsOn('2026-10-25'), startsOn('2026-03-29'), startsOn(date)]).toEqual([25, 23, 24]);
});

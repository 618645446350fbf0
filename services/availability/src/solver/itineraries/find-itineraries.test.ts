import { addDays, startOfDay } from '@lido/runtime/time/zone.ts';
import { describe, expect, test } from 'vitest';
import { compileSite } from '../compile-site.ts';
import type { AppointmentType, SiteModel } from '../model.ts';
import {
  sampleClaim,
  sampleDate,
  sampleMs,
  samplePractitioner,
  sampleRoom,
  sampleSite,
  sampleType,
} from '../sample-site.ts';
import { findItineraries } from './find-itineraries.ts';
import type { AppointmentItem, Itinerary, ListedItem, Visit } from './visit.ts';

const people = (...ids: string[]) => ids.map((id) => samplePractitioner(id));

function spa(types: Partial<AppointmentType>[], changes: Partial<SiteModel> = {}): SiteModel {
  const practitioners = changes.practitioners ?? people('anna', 'ben');
  return sampleSite({
    practitioners,
    rooms: [],
    appointmentTypes: types.map((type) =>
      sampleType({ practitionerIds: practitioners.map(({ id }) => id), startTimeIntervalMinutes: 30, ...type }),
    ),
    ...changes,
  });
}

function appointment(
  typeId: string,
  guestIds: string[],
  changes: Partial<AppointmentItem['query']> = {},
): AppointmentItem {
  return {
    kind: 'appointment',
    guestIds,
    query: {
      appointmentTypeId: typeId,
      nowMs: sampleMs(0),
      durationMinutes: 60,
      guests: guestIds.length,
      memberships: [],
      ...changes,
    },
  };
}

function listed(guestIds: string[], ...starts: ListedItem['starts']): ListedItem {
  return { kind: 'listed', guestIds, guests: guestIds.length, starts };
}

const session = (placeId: string, hour: number, places = 10) => ({
  placeId,
  places,
  startMs: sampleMs(hour),
  endMs: sampleMs(hour + 1),
  amountMinor: 1_000,
});

function find(site: SiteModel, visit: Partial<Visit>, options: { max?: number; steps?: number } = {}) {
  const whole: Visit = { date: sampleDate, items: [], order: 'fixed', minGapMinutes: 0, maxGapMinutes: null, ...visit };
  return findItineraries(compileSite(site, sampleDate, 1), whole, { max: 100, steps: 100_000, ...options });
}

const hoursOf = ({ items }: Itinerary) => items.map(({ startMs }) => (startMs - sampleMs(0)) / 3_600_000);
const practitionersOf = (itinerary: Itinerary | undefined) =>
  itinerary?.items.map(({ delivery }) =>
    delivery.kind === 'appointment' ? delivery.combination.practitionerIds.join() : '',
  );

describe('one guest', () => {
  const site = spa([{ id: 'massage' }, { id: 'facial' }], { practitioners: people('anna') });
  const items = [appointment('massage', ['kim']), appointment('facial', ['kim'])];

  test('does the items in the order of the list, one after the other', () => {
    const { itineraries, truncated } = find(site, { items, maxGapMinutes: 0 });
    expect(truncated).toBe(false);
    expect(itineraries.map(hoursOf)).toEqual(Array.from({ length: 13 }, (_, index) => [9 + index / 2, 10 + index / 2]));
  });

  test('does them in any order when that is asked', () => {
    const { itineraries } = find(site, { items, order: 'any', maxGapMinutes: 0 });
    expect(itineraries.slice(0, 2).map(hoursOf)).toEqual([
      [9, 10],
      [10, 9],
    ]);
    expect(itineraries).toHaveLength(26);
  });

  test('has the gaps that are asked, from the end of the treatment and not of its buffer', () => {
    const buffered = spa([{ id: 'massage', endBufferMinutes: 30 }, { id: 'facial' }]);
    const gaps = find(buffered, { items, minGapMinutes: 30, maxGapMinutes: 60 }).itineraries.map(
      ({ idleMinutes }) => idleMinutes,
    );
    expect([...new Set(gaps)]).toEqual([30, 60]);
    const [first] = find(buffered, { items, maxGapMinutes: 0 }).itineraries;
    expect(new Set(practitionersOf(first)).size).toBe(2);
  });

  test('is offered the shortest visit first, then the earliest', () => {
    const busy = { ...site, claims: [sampleClaim('claim', 'anna', { fromMs: sampleMs(10), toMs: sampleMs(11) })] };
    const [first, second] = find(busy, { items }).itineraries;
    expect([first, second].map((itinerary) => itinerary && hoursOf(itinerary))).toEqual([
      [11, 12],
      [11.5, 12.5],
    ]);
    const all = find(busy, { items }).itineraries.map(({ startMs, endMs }) => endMs - startMs);
    expect(all).toEqual(all.toSorted((a, b) => a - b));
  });

  test('stays away from what the guest has booked already', () => {
    const claims = [sampleClaim('claim', 'kim', { fromMs: sampleMs(9), toMs: sampleMs(16) })];
    expect(find({ ...site, claims }, { items }).itineraries).toEqual([]);
  });

  test('may do a session between appointments', () => {
    const withSession = [items[0], listed(['kim'], session('yoga', 11), session('dance', 13)), items[1]].flatMap(
      (item) => item ?? [],
    );
    const [first] = find(site, { items: withSession, maxGapMinutes: 0 }).itineraries;
    expect(first && hoursOf(first)).toEqual([10, 11, 12]);
    expect(first?.amountMinor).toBe(13_000);
  });
});

describe('several guests', () => {
  test('at the same time have different practitioners, whoever is free for whom', () => {
    const practitioners = people('anna', 'ben', 'cleo');
    const site = spa(
      [
        { id: 'massage' },
        { id: 'facial', practitionerIds: ['anna'] },
        { id: 'wrap', practitionerIds: ['anna', 'ben'] },
      ],
      {
        practitioners,
      },
    );
    const items = ['massage', 'wrap', 'facial'].map((type, index) => appointment(type, [`guest ${index}`]));
    const [first] = find(site, { items }).itineraries;
    expect(first && hoursOf(first)).toEqual([9, 9, 9]);
    expect(practitionersOf(first)).toEqual(['cleo', 'ben', 'anna']);
  });

  test('in one item take a practitioner each, and a room together', () => {
    const site = spa([{ id: 'massage', roomIds: ['double', 'single'] }], {
      rooms: [sampleRoom('single'), sampleRoom('double', { capacity: 2 })],
    });
    const [first] = find(site, { items: [appointment('massage', ['kim', 'lou'])] }).itineraries;
    expect(first?.items[0]?.delivery).toMatchObject({
      combination: { practitionerIds: ['anna', 'ben'], roomAssignments: [{ roomId: 'double', units: [0, 1] }] },
    });
  });

  test('wait for each other only where they do something together', () => {
    const site = spa([{ id: 'massage' }, { id: 'facial' }, { id: 'bath', practitionerIds: [] }]);
    const items = [
      appointment('massage', ['kim']),
      appointment('facial', ['lou']),
      appointment('bath', ['kim', 'lou']),
    ];
    const [first] = find(site, { items }).itineraries;
    expect(first && hoursOf(first)).toEqual([9, 9, 10]);
    expect(first?.idleMinutes).toBe(0);
  });

  test('do not pass the places left of a session that they share', () => {
    const items = (places: number) => ['kim', 'lou'].map((guest) => listed([guest], session('yoga', 11, places)));
    expect(find(spa([]), { items: items(1) }).itineraries).toEqual([]);
    expect(find(spa([]), { items: items(2) }).itineraries).toHaveLength(1);
  });

  test('do not pass a daily maximum of a practitioner with what they do one after the other', () => {
    const restriction = {
      type: 'max_duration' as const,
      appliesTo: 'specific' as const,
      appointmentTypeIds: ['massage'],
      categoryIds: [],
      dateFrom: null,
      dateTo: null,
      maxDurationMinutes: 60,
    };
    const anna = samplePractitioner('anna', { restrictions: [restriction] });
    const items = [appointment('massage', ['kim']), appointment('massage', ['lou'])];
    expect(find(spa([{ id: 'massage' }], { practitioners: [anna] }), { items }).itineraries).toEqual([]);
    const [first] = find(spa([{ id: 'massage' }], { practitioners: [anna, ...people('ben')] }), { items }).itineraries;
    expect(practitionersOf(first)).toEqual(['anna', 'ben']);
  });
});

describe('a search', () => {
  const site = spa([{ id: 'massage', startTimeIntervalMinutes: 5 }]);
  const items = Array.from({ length: 4 }, (_, index) => appointment('massage', [`guest ${index}`]));

  test('that gives up says so, and what it found until then is good', () => {
    const { itineraries, truncated } = find(site, { items, order: 'any' }, { steps: 2_000 });
    expect(truncated).toBe(true);
    for (const itinerary of itineraries) expect(new Set(practitionersOf(itinerary)).size).toBeLessThanOrEqual(2);
  });

  test('answers the same when it is asked again', () => {
    expect(find(site, { items }, { steps: 3_000 })).toEqual(find(site, { items }, { steps: 3_000 }));
  });

  test('answers no more than it is asked for, and the best of all', () => {
    const few = find(site, { items: items.slice(0, 2) }, { max: 3 }).itineraries;
    expect(few).toEqual(find(site, { items: items.slice(0, 2) }).itineraries.slice(0, 3));
    expect(new Set(few.map((itinerary) => hoursOf(itinerary).join())).size).toBe(3);
  });

  test('finds nothing for no items, and for an item that cannot be had that day', () => {
    expect(find(site, { items: [] })).toEqual({ itineraries: [], truncated: false });
    const tomorrow = startOfDay(addDays(sampleDate, 1), site.zone);
    const late = appointment('massage', ['kim'], { nowMs: tomorrow });
    expect(find(site, { items: [...items, late] }).itineraries).toEqual([]);
  });

  test('leaves the site as it was', () => {
    const compiled = compileSite(site, sampleDate, 1);
    const before = structuredClone([...compiled.practitioners.values()].map(({ claimed }) => claimed));
    const visit: Visit = { date: sampleDate, items, order: 'any', minGapMinutes: 0, maxGapMinutes: null };
    findItineraries(compiled, visit, { max: 5, steps: 10_000 });
    expect([...compiled.practitioners.values()].map(({ claimed }) => claimed)).toEqual(before);
  });
});

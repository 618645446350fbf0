import { compileSite } from '@lido/availability/solver/compile-site.ts';
import { explainSlots } from '@lido/availability/solver/explain-slots.ts';
import { findSlots } from '@lido/availability/solver/find-slots.ts';
import { findItineraries } from '@lido/availability/solver/itineraries/find-itineraries.ts';
import type { SiteModel, SlotQuery } from '@lido/availability/solver/model.ts';
import { noAreas, sampleType } from '@lido/availability/solver/sample-site.ts';
import { bucketTexts } from '@lido/runtime/time/local-day.ts';
import { addDays, startOfDay, weekdays } from '@lido/runtime/time/zone.ts';
import { describe, expect, test } from 'vitest';
import { askOracle } from './oracle.ts';
import { askVisitOracle } from './visit-oracle.ts';

/** Zone; the day the clocks go forward and a skipped wall time; the day they go back and a wall time that comes twice, with both offsets. */
const changes = [
  ['Europe/London', '2026-03-29', '01:30', '2026-10-25', '01:30', ['+01:00', '+00:00']],
  ['Europe/Berlin', '2026-03-29', '02:30', '2026-10-25', '02:30', ['+02:00', '+01:00']],
  ['America/New_York', '2026-03-08', '02:30', '2026-11-01', '01:30', ['-04:00', '-05:00']],
  ['America/Santiago', '2026-09-06', '00:30', '2026-04-04', '23:30', ['-03:00', '-04:00']],
  ['Australia/Lord_Howe', '2026-10-04', '02:15', '2026-04-05', '01:45', ['+11:00', '+10:30']],
  ['Africa/Cairo', '2026-04-24', '00:30', '2026-10-29', '23:30', ['+03:00', '+02:00']],
] as const;

describe.each(changes)('%s', (zone, springDate, skipped, autumnDate, repeated, offsets) => {
  test('a skipped wall time cannot be booked, and no start is lost besides', () => {
    const texts = bookableTexts(zone, springDate);
    expect(texts.filter((text) => text.startsWith(`${springDate}T${skipped}`))).toEqual([]);
    const dayMinutes = (startOfDay(addDays(springDate, 1), zone) - startOfDay(springDate, zone)) / 60_000;
    expect(texts).toHaveLength(dayMinutes / 15);
  });

  test('a repeated wall time can be booked twice, with its two offsets', () => {
    const texts = bookableTexts(zone, autumnDate);
    expect(texts.filter((text) => text.startsWith(`${autumnDate}T${repeated}`))).toEqual(
      offsets.map((offset) => `${autumnDate}T${repeated}:00${offset}`),
    );
    expect(new Set(texts).size).toBe(texts.length);
  });

  test('a visit over the change takes the minutes that pass, whatever the clocks show', () => {
    for (const date of [springDate, autumnDate]) {
      const site = siteOf(zone, { timeFrom: '00:00', timeTo: '24:00' });
      const query = { ...queryOf(zone, date), durationMinutes: 90 };
      const item = { kind: 'appointment' as const, guestIds: ['kim'], query };
      const visit = { date, items: [item, item], order: 'fixed' as const, minGapMinutes: 15, maxGapMinutes: 15 };
      const found = findItineraries(compileSite(site, date, 2), visit, { max: 200, steps: 100_000 });
      expect(found.truncated).toBe(false);
      for (const { startMs, endMs, idleMinutes } of found.itineraries)
        expect([endMs - startMs, idleMinutes]).toEqual([195 * 60_000, 15]);
      expect(
        found.itineraries.map(({ items, startMs, endMs, idleMinutes, amountMinor }) => ({
          starts: items.map((part) => part.startMs),
          lengthMs: endMs - startMs,
          idleMs: idleMinutes * 60_000,
          amountMinor,
        })),
      ).toEqual(askVisitOracle(site, visit));
    }
  });

  test.each([
    ['around the clock', '00:00', '24:00'],
    ['in the hours of the change', '00:30', '03:00'],
    ['late at night', '22:00', '24:00'],
  ])('rotas, rules and prices %s mean wall time, as the oracle reads them', (_, timeFrom, timeTo) => {
    for (const date of [springDate, autumnDate]) {
      const site = siteOf(zone, { timeFrom, timeTo });
      for (const durationMinutes of [15, 90]) {
        const query = { ...queryOf(zone, addDays(date, -1)), dateTo: addDays(date, 1), durationMinutes };
        const explained = explainSlots(compileSite(site, addDays(date, -1), 3), query).flatMap(({ slots }) => slots);
        const expected = askOracle(site, query);
        expect(explained.map(({ startMs, reason, amountMinor }) => ({ startMs, reason, amountMinor }))).toEqual(
          expected.map(({ startMs, reason, amountMinor }) => ({ startMs, reason, amountMinor })),
        );
      }
    }
  });
});

function bookableTexts(zone: string, date: string): string[] {
  const site = compileSite(siteOf(zone, { timeFrom: '00:00', timeTo: '24:00' }), date, 1);
  return findSlots(site, queryOf(zone, date)).flatMap(({ day, slots }) =>
    slots.map(({ startBucket }) => bucketTexts(day)[startBucket] ?? ''),
  );
}

function queryOf(zone: string, date: string): SlotQuery {
  return {
    appointmentTypeId: 'facial',
    dateFrom: date,
    dateTo: date,
    nowMs: startOfDay(date, zone),
    durationMinutes: 15,
    guests: 1,
    memberships: [],
  };
}

function siteOf(zone: string, hours: { readonly timeFrom: string; readonly timeTo: string }): SiteModel {
  const rule = { dateFrom: null, dateTo: null, weekdays: [] };
  const type = sampleType({
    id: 'facial',
    durationsMinutes: [15, 90],
    startTimeIntervalMinutes: 15,
    maxGuests: 1,
    practitionerIds: ['anna'],
    roomIds: ['blue'],
    maxAdvance: 'P2D',
    availabilityRules: [{ ...rule, timeFrom: null, timeTo: null, isAvailable: true }],
    priceRules: [{ ...rule, ...hours, durationMinutes: null, amountMinor: 5000, createdAtMs: 0 }],
  });
  const week = weekdays.map((weekday) => ({ weekday, ...hours }));
  return {
    id: 'site',
    zone,
    openingHours: weekdays.map((weekday) => ({ weekday, timeFrom: '00:00', timeTo: '24:00' })),
    openingExceptions: [],
    practitioners: [
      {
        id: 'anna',
        name: 'Anna',
        canOfferTags: [],
        rotas: [
          { startDate: null, endDate: null, weekIntervalWeeks: 1, rules: week.map((day) => ({ ...day, weekNum: 1 })) },
        ],
        customAvailability: [],
        restrictions: [],
      },
    ],
    rooms: [
      {
        id: 'blue',
        name: 'Blue room',
        capacity: 1,
        suitableForTags: [],
        availabilityRules: [{ ...rule, ...hours, isAvailable: true }],
      },
    ],
    equipment: [],
    appointmentTypes: [type],
    claims: [],
    ...noAreas,
  };
}

import { describe, expect, test } from 'vitest';
import { type AppointmentFilter, boundsIn } from './appointment-filter.ts';

const zone = 'Europe/London';
const none: AppointmentFilter = { practitionerId: [], roomId: [], zoneId: [], status: [] };
const bounds = (filter: Partial<AppointmentFilter>) => boundsIn(zone, { ...none, ...filter });
const at = (text: string) => Date.parse(text);

describe('the bounds of a filter in a zone', () => {
  test('are open where nothing is asked', () => {
    expect(bounds({})).toEqual({
      ...{ startsFromMs: null, startsToMs: null, endsAfterMs: null, submittedFromMs: null, submittedToMs: null },
    });
  });

  test('hold both days as the zone’s clocks count them, the 25 hours of the change included', () => {
    expect(bounds({ startDateFrom: '2026-10-25', startDateTo: '2026-10-25' })).toMatchObject({
      startsFromMs: at('2026-10-24T23:00:00Z'),
      startsToMs: at('2026-10-26T00:00:00Z'),
    });
  });

  test('take a date-time as the instant it is', () => {
    expect(
      bounds({ submittedAtFrom: '2026-07-01T12:00:00+01:00', submittedAtTo: '2026-07-01T12:30:00Z' }),
    ).toMatchObject({ submittedFromMs: at('2026-07-01T11:00:00Z'), submittedToMs: at('2026-07-01T12:30:00Z') });
  });

  test('of a time that is touched reach back by the longest duration, and no further than the start asked for', () => {
    expect(bounds({ dateFrom: '2026-07-02', dateTo: '2026-07-03' })).toMatchObject({
      startsFromMs: at('2026-06-30T23:00:00Z'),
      endsAfterMs: at('2026-07-01T23:00:00Z'),
      startsToMs: at('2026-07-03T23:00:00Z'),
    });
    expect(
      bounds({ dateFrom: '2026-07-02', dateTo: '2026-07-09', startDateFrom: '2026-07-02', startDateTo: '2026-07-04' }),
    ).toMatchObject({ startsFromMs: at('2026-07-01T23:00:00Z'), startsToMs: at('2026-07-04T23:00:00Z') });
  });
});

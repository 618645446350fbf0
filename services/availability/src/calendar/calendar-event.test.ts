import { describe, expect, test } from 'vitest';
import type { Booking } from '../bookings/booking.ts';
import { type DayEvent, isWanted, occupancyOf, placeEvents } from './calendar-event.ts';

const hour = 3_600_000;
const named = (...ids: string[]) => ids.map((id) => ({ id, name: id }));
const booking = (status: Booking['status'], guests: number) => {
  const times = { startsAtMs: 10 * hour, endsAtMs: 11 * hour };
  return { booking: { ...times, status, guests, itemId: 'i', request: { guestIds: [] } } as never, card: undefined };
};
const event = (id: string, from: number, to: number, extra: Partial<DayEvent> = {}): DayEvent => ({
  ...{ id, type: 'CALENDAR_EVENT_TYPE_AREA_BOOKING', status: 'CALENDAR_EVENT_STATUS_CONFIRMED', reservedUntilMs: null },
  ...{ fromMs: from * hour, toMs: to * hour, bufferMinutes: 0, offering: null, bookings: [] },
  ...{ session: null, blocked: null },
  ...{ practitioners: [], rooms: [], areas: [] },
  ...extra,
});

describe('placeEvents', () => {
  const soak = event('soak', 10, 12, { areas: named('tub', 'pool') });
  const swim = event('swim', 11, 13, { areas: named('pool') });
  const talk = event('talk', 11, 12, { rooms: named('hall') });

  test('shows an event in each column of the view, beside the others of that column only', () => {
    const placed = placeEvents([swim, talk, soak], 'CALENDAR_VIEW_AREA');
    expect(placed.map(({ key, lane }) => [key, lane.numOverlaps, lane.overlapOrder])).toEqual([
      ['soak_tub', 0, 0],
      ['soak_pool', 1, 0],
      ['swim_pool', 1, 1],
    ]);
  });

  test('has one column for all without a view', () => {
    const placed = placeEvents([swim, talk, soak], 'CALENDAR_VIEW_UNSPECIFIED');
    expect(placed.map(({ key, resourceId }) => [key, resourceId])).toEqual([
      ['soak', null],
      ['swim', null],
      ['talk', null],
    ]);
    expect(placed.map(({ lane }) => lane.numOverlaps)).toEqual([2, 2, 2]);
  });

  test('finds an event by type, key or id', () => {
    const [placed] = placeEvents([soak], 'CALENDAR_VIEW_AREA');
    const isFound = (...wanted: string[]) => placed !== undefined && isWanted(placed, wanted, 'area_booking');
    expect([
      isFound(),
      isFound('area_booking'),
      isFound('area_booking..soak_tub'),
      isFound('area_booking..soak'),
    ]).toEqual([true, true, true, true]);
    expect([isFound('session'), isFound('area_booking..soak_pool'), isFound('soak')]).toEqual([false, false, false]);
  });
});

test('occupancyOf counts the view by its resources and zones, the day as a whole, and no baskets', () => {
  const day = { fromMs: 0, toMs: 24 * hour, zone: 'UTC' };
  const events = [
    event('soak', 10, 11, { areas: named('tub'), bookings: [booking('confirmed', 2), booking('held', 5)] }),
    event('talk', 10, 11, { rooms: named('hall'), bookings: [booking('confirmed', 3)] }),
  ];
  const count = (isInZone: boolean) =>
    occupancyOf(events, { view: 'CALENDAR_VIEW_AREA', isInZone: () => isInZone }, day);
  expect(count(true)).toMatchObject({ occupancyPerDay: 5, occupancyForView: 2 });
  expect(count(true).occupancyPerHour[10]).toEqual({ time: '10:00', guests: 5 });
  expect(count(false)).toMatchObject({ occupancyPerDay: 5, occupancyForView: 0 });
});

import { describe, expect, test } from 'vitest';
import { changedTimes, timeErrors, triggersOfChange } from './bookable-checkin.ts';

const at = (minutes: number): Date => new Date(Date.UTC(2026, 4, 15, 8, minutes));
const planned = { startsAt: at(0), endsAt: at(60), checkIn: null, checkOut: null, type: null };
const change = { startsAt: '', endsAt: '' };

describe('the triggers of a change', () => {
  const never = { hasArrived: false, hasLeft: false };
  test.each([
    ['nothing of presence', never, planned, ['TRIGGER_CHECKIN_UPDATED']],
    ['an arrival', never, { ...planned, checkIn: at(2) }, ['TRIGGER_CHECKIN_STARTED', 'TRIGGER_CHECKIN_UPDATED']],
    [
      'a departure',
      { ...never, hasArrived: true },
      { ...planned, checkIn: at(2), checkOut: at(58) },
      ['TRIGGER_CHECKIN_UPDATED', 'TRIGGER_CHECKOUT_COMPLETED'],
    ],
    [
      'both at once',
      never,
      { ...planned, checkIn: at(2), checkOut: at(58) },
      ['TRIGGER_CHECKIN_STARTED', 'TRIGGER_CHECKIN_UPDATED', 'TRIGGER_CHECKOUT_COMPLETED'],
    ],
    [
      'times that were set before',
      { hasArrived: true, hasLeft: true },
      { ...planned, checkIn: at(3), checkOut: at(59) },
      ['TRIGGER_CHECKIN_UPDATED'],
    ],
  ] as const)('of %s', (_what, before, after, triggers) => {
    expect(triggersOfChange(before, after)).toEqual(triggers);
  });
});

describe('a change', () => {
  test('sets what it carries, clears what it carries as null, and leaves what it does not carry', () => {
    const current = { ...planned, checkIn: at(2), checkOut: at(50), type: 'class' };
    const carried = { ...change, checkOut: at(55).toISOString(), checkIn: null };
    expect(changedTimes(current, carried, ['check_out', 'check_in'])).toEqual({
      ...current,
      checkIn: null,
      checkOut: at(55),
    });
    expect(changedTimes(current, change, [])).toEqual(current);
    expect(changedTimes(current, { ...change, endsAt: at(90).toISOString() }, ['ends_at', 'type'])).toEqual({
      ...current,
      endsAt: at(90),
      type: null,
    });
  });

  test('ends after it starts, and nobody leaves before they came', () => {
    expect(timeErrors(planned)).toEqual({});
    expect(timeErrors({ ...planned, endsAt: at(0) })).toHaveProperty('ends_at');
    expect(timeErrors({ ...planned, checkIn: at(5), checkOut: at(4) })).toHaveProperty('check_out');
    expect(timeErrors({ ...planned, checkIn: at(5), checkOut: at(5) })).toEqual({});
    expect(timeErrors({ ...planned, checkOut: at(4) })).toEqual({ check_out: ['must not be set without check_in'] });
  });
});

import { describe, expect, test } from 'vitest';
import { ruleErrors, weekdaysOf } from './rule.ts';

const always = { weekdays: [] };
const offGrid = ['duration', 'min_duration', 'max_duration'];

describe('a rule', () => {
  test('without any bound holds always and is fine', () => {
    expect(ruleErrors(always)).toEqual({});
  });

  test.each([
    ['an unknown weekday', { weekdays: ['monday', 'mo'] }, ['weekdays']],
    ['an unknown weekday in the older spelling', { ...always, weekday: 'someday' }, ['weekday']],
    ['an end before its start', { ...always, timeFrom: '12:00', timeTo: '11:55' }, ['time_to']],
    ['an end at its start', { ...always, timeFrom: '12:00', timeTo: '12:00' }, ['time_to']],
    ['a last date before the first', { ...always, dateFrom: '2026-05-02', dateTo: '2026-05-01' }, ['date_to']],
    ['durations off the grid', { ...always, duration: 62, minDuration: 7, maxDuration: 61 }, offGrid],
    ['a longest duration below the shortest', { ...always, minDuration: 90, maxDuration: 60 }, ['max_duration']],
    [
      'everything wrong at once',
      { weekdays: ['x'], timeFrom: '02:00', timeTo: '01:00', dateFrom: '2026-02-01', dateTo: '2026-01-01' },
      ['weekdays', 'time_to', 'date_to'],
    ],
  ])('with %s says so by field', (_, rule, fields) => {
    expect(Object.keys(ruleErrors(rule))).toEqual(fields);
  });

  test('that ends at midnight lasts to the end of the day', () => {
    expect(ruleErrors({ ...always, timeFrom: '22:00', timeTo: '00:00' })).toEqual({});
  });

  test('names its weekdays in both spellings and in any case', () => {
    expect(weekdaysOf({ weekdays: ['Monday', 'TUESDAY'], weekday: 'friday' })).toEqual(['monday', 'tuesday', 'friday']);
  });
});

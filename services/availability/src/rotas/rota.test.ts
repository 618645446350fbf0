import { expect, test } from 'vitest';
import { rotaErrors } from './rota.ts';

const rule = { weekday: 'monday', timeFrom: '09:00', timeTo: '17:00', weekNum: 1 };

test('a rota of one week is fine', () => {
  expect(rotaErrors({ schedulingWeekInterval: 1, availabilityRules: [rule] })).toEqual({});
});

test('each bad interval is named by its place, beside a bad range of dates', () => {
  const bad = [rule, { ...rule, weekday: 'noday' }, { ...rule, timeTo: '08:00' }, { ...rule, weekNum: 3 }];
  const errors = rotaErrors({
    startDate: '2026-02-02',
    endDate: '2026-02-01',
    schedulingWeekInterval: 2,
    availabilityRules: bad,
  });
  expect(Object.keys(errors).sort()).toEqual([
    'availability_rules.1.weekday',
    'availability_rules.2.time_to',
    'availability_rules.3.week_num',
    'end_date',
  ]);
});

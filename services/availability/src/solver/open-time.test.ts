import { addDays, type Weekday } from '@lido/runtime/time/zone.ts';
import { describe, expect, test } from 'vitest';
import { nextSetBit } from './bitset.ts';
import { layOutHorizon } from './horizon.ts';
import type { AvailabilityRule, Rota } from './model.ts';
import { openingBits, ruledBits, workingBits } from './open-time.ts';
import { sampleDate, sampleMs, samplePractitioner } from './sample-site.ts';

const horizon = layOutHorizon('Europe/London', sampleDate, 28);

/** The stretches of a bitset on one day of the horizon, as minutes of the day. */
function stretches(bits: Uint32Array, dayIndex = 0): [number, number][] {
  const day = horizon.days[dayIndex];
  if (day === undefined) throw new Error('The horizon has no such day.');
  const found: [number, number][] = [];
  for (let bit = nextSetBit(bits, day.fromBit, day.toBit); bit >= 0; bit = nextSetBit(bits, bit + 1, day.toBit)) {
    const minute = (bit - day.fromBit) * 5;
    const last = found.at(-1);
    if (last !== undefined && last[1] === minute) last[1] = minute + 5;
    else found.push([minute, minute + 5]);
  }
  return found;
}

const rule = (isAvailable: boolean, changes: Partial<AvailabilityRule> = {}): AvailabilityRule => ({
  dateFrom: null,
  dateTo: null,
  weekdays: [],
  timeFrom: null,
  timeTo: null,
  isAvailable,
  ...changes,
});

describe('opening hours', () => {
  const hours = [
    { weekday: 'monday' as const, timeFrom: '09:00', timeTo: '12:00' },
    { weekday: 'monday' as const, timeFrom: '14:00', timeTo: '00:00' },
  ];

  test('several intervals of a weekday are all open, and 00:00 ends the day', () => {
    expect(stretches(openingBits(horizon, hours, []))).toEqual([
      [540, 720],
      [840, 1440],
    ]);
  });

  test('an exception replaces the hours of its date only', () => {
    const intervals = [{ timeFrom: '10:00', timeTo: '11:00' }];
    const bits = openingBits(horizon, hours, [{ date: sampleDate, intervals }]);
    expect(stretches(bits)).toEqual([[600, 660]]);
    expect(stretches(bits, 7)).toHaveLength(2);
    expect(stretches(openingBits(horizon, hours, [{ date: sampleDate, intervals: [] }]))).toEqual([]);
  });

  test('a wall time that does not exist on any clock is refused', () => {
    expect(() => openingBits(horizon, [{ weekday: 'monday', timeFrom: '9', timeTo: '12:00' }], [])).toThrow(RangeError);
  });
});

describe('availability rules', () => {
  const siteHours = openingBits(horizon, [{ weekday: 'monday', timeFrom: '09:00', timeTo: '17:00' }], []);

  test('without a true rule the hours of the site stand, minus every closure', () => {
    expect(stretches(ruledBits(horizon, [], siteHours))).toEqual([[540, 1020]]);
    expect(stretches(ruledBits(horizon, [rule(false, { timeFrom: '12:00', timeTo: '13:00' })], siteHours))).toEqual([
      [540, 720],
      [780, 1020],
    ]);
  });

  test('true rules replace the hours of the site, and a false rule wins over them whatever the order', () => {
    const open = rule(true, { timeFrom: '06:00', timeTo: '10:00' });
    const closed = rule(false, { timeFrom: '08:00', timeTo: '09:00', weekdays: ['monday'] });
    const expected = [
      [360, 480],
      [540, 600],
    ];
    expect(stretches(ruledBits(horizon, [open, closed], siteHours))).toEqual(expected);
    expect(stretches(ruledBits(horizon, [closed, open], siteHours))).toEqual(expected);
  });

  test('times off the grid open less and close more', () => {
    const rules = [
      rule(true, { timeFrom: '09:01', timeTo: '11:59' }),
      rule(false, { timeFrom: '10:01', timeTo: '10:04' }),
    ];
    expect(stretches(ruledBits(horizon, rules, siteHours))).toEqual([
      [545, 600],
      [605, 715],
    ]);
  });
});

describe('working time', () => {
  const rota = (weekIntervalWeeks: number, weekNum: number, changes: Partial<Rota> = {}): Rota => ({
    startDate: sampleDate,
    endDate: null,
    weekIntervalWeeks,
    rules: [{ weekday: 'monday' as Weekday, weekNum, timeFrom: '09:00', timeTo: '10:00' }],
    ...changes,
  });
  const works = (rotas: readonly Rota[], dayIndex: number) =>
    stretches(workingBits(horizon, samplePractitioner('anna', { rotas })), dayIndex).length > 0;

  test('a rota of several weeks repeats them from the week of its start', () => {
    expect([0, 7, 14, 21].map((day) => works([rota(2, 2)], day))).toEqual([false, true, false, true]);
    expect([0, 7, 14, 21].map((day) => works([rota(3, 1)], day))).toEqual([true, false, false, true]);
  });

  test('a rota that begins in the middle of a week counts that whole week as its first', () => {
    const midweek = rota(2, 2, { startDate: addDays(sampleDate, 2) });
    expect([0, 7, 14].map((day) => works([midweek], day))).toEqual([false, true, false]);
  });

  test('a rota works on both of its boundary dates and not beyond', () => {
    const bounded = rota(1, 1, { startDate: addDays(sampleDate, 7), endDate: addDays(sampleDate, 14) });
    expect([0, 7, 14, 21].map((day) => works([bounded], day))).toEqual([false, true, true, false]);
  });

  test('custom absences take from the rota, custom presences add, and a presence wins over an absence', () => {
    const customAvailability = [
      { fromMs: sampleMs(16), toMs: sampleMs(20), isAvailable: true },
      { fromMs: sampleMs(0), toMs: sampleMs(24), isAvailable: false },
    ];
    const bits = workingBits(horizon, samplePractitioner('anna', { customAvailability }));
    expect(stretches(bits)).toEqual([[960, 1200]]);
    expect(stretches(bits, 1)).toEqual([[540, 1020]]);
  });
});

import { Temporal } from 'temporal-polyfill';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { localDay } from '@lido/runtime/time/local-day.ts';
import { addDays, startOfDay, type Weekday, weekdays } from '@lido/runtime/time/zone.ts';
import { layOutHorizon } from '../solver/horizon.ts';
import type { Rota } from '../solver/model.ts';
import { wallRangesOf, windowsOf, workingDays } from './schedule.ts';
import type { WorkingTime } from './working-time.ts';

/** The first and the last day of summer time in two places whose clocks change at different times of day. */
const changeDays = [
  ['Europe/London', '2026-03-29'],
  ['Europe/London', '2026-10-25'],
  ['America/Santiago', '2026-09-06'],
  ['America/Santiago', '2026-04-05'],
] as const;
const stepMs = 300_000;

const everyDay = (timeFrom: string, timeTo: string, extra: Partial<Rota> = {}): Rota => ({
  startDate: null,
  endDate: null,
  weekIntervalWeeks: 1,
  rules: weekdays.map((weekday) => ({ weekday, timeFrom, timeTo, weekNum: 1 })),
  ...extra,
});
const clocks = (zone: string, time: WorkingTime, date: string) =>
  workingDays(layOutHorizon(zone, date, 1), time)[0]?.windows.map(({ fromMs, toMs }) =>
    [fromMs, toMs].map((ms) => Temporal.Instant.fromEpochMilliseconds(ms).toString().slice(5, 16)).join(' '),
  );

/** Instant by instant from the clock on the wall, with nothing shared with what is tested. */
function worksNaively(zone: string, { rotas, customAvailability }: WorkingTime, ms: number): boolean {
  const covers = customAvailability.some((one) => one.isAvailable && one.fromMs <= ms && ms + stepMs <= one.toMs);
  if (covers) return true;
  if (customAvailability.some((one) => !one.isAvailable && one.fromMs < ms + stepMs && ms < one.toMs)) return false;
  const at = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone);
  const clock = `${String(at.hour).padStart(2, '0')}:${String(at.minute).padStart(2, '0')}`;
  const weekday: Weekday | undefined = weekdays[at.dayOfWeek - 1];
  return rotas.some(({ rules }) =>
    rules.some((rule) => rule.weekday === weekday && rule.timeFrom <= clock && clock < rule.timeTo),
  );
}

describe('on a day when the clocks change', () => {
  test('a rota keeps its wall time: the skipped hour is not worked, the repeated one is worked twice', () => {
    const night = { rotas: [everyDay('00:30', '03:00')], customAvailability: [] };
    expect(clocks('Europe/London', night, '2026-03-29')).toEqual(['03-29T00:30 03-29T02:00']);
    expect(clocks('Europe/London', night, '2026-10-25')).toEqual(['10-24T23:30 10-25T03:00']);
    // Santiago's clocks skip the first hour of the day.
    expect(clocks('America/Santiago', night, '2026-09-06')).toEqual(['09-06T04:00 09-06T06:00']);
    // And repeat the last one of the day before.
    const late = { rotas: [everyDay('22:30', '00:00')], customAvailability: [] };
    expect(clocks('America/Santiago', late, '2026-04-04')).toEqual(['04-05T01:30 04-05T04:00']);
  });

  test.each(changeDays)('windows are told in the wall time of the rota in %s on %s', (zone, date) => {
    const ranges = [
      { timeFrom: '00:30', timeTo: '03:00' },
      { timeFrom: '09:00', timeTo: '12:00' },
      { timeFrom: '22:00', timeTo: '00:00' },
    ];
    const windows = windowsOf(layOutHorizon(zone, date, 1), ranges);
    const told = wallRangesOf(localDay(date, zone), windows);
    expect(windowsOf(layOutHorizon(zone, date, 1), told)).toEqual(windows);
  });

  test('a time within the repeated hour is told once and means both', () => {
    const horizon = layOutHorizon('Europe/London', '2026-10-25', 1);
    const windows = windowsOf(horizon, [{ timeFrom: '01:15', timeTo: '01:45' }]);
    expect(windows).toHaveLength(2);
    expect(wallRangesOf(localDay('2026-10-25', 'Europe/London'), windows)).toEqual([
      { timeFrom: '01:15', timeTo: '01:45' },
    ]);
  });
});

test('a window that runs over midnight ends with its date, and the next one begins there', () => {
  const custom = {
    fromMs: startOfDay('2026-05-02', 'Europe/London') - 3_600_000,
    toMs: startOfDay('2026-05-02', 'Europe/London') + 3_600_000,
  };
  const time = { rotas: [], customAvailability: [{ ...custom, isAvailable: true }] };
  const days = workingDays(layOutHorizon('Europe/London', '2026-05-01', 3), time);
  expect(days.map(({ date, source, windows }) => [date, source, windows.length])).toEqual([
    ['2026-05-01', 'custom', 1],
    ['2026-05-02', 'custom', 1],
    ['2026-05-03', 'rota', 0],
  ]);
});

const time = fc.integer({ min: 0, max: 285 }).map((bucket) => {
  const minutes = bucket * 5;
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
});
const range = fc
  .tuple(time, time)
  .filter(([from, to]) => from < to)
  .map(([timeFrom, timeTo]) => ({ timeFrom, timeTo }));

test('agrees with the clock on the wall, bucket by bucket, around changes of the clocks', () => {
  const scenario = fc.record({
    change: fc.constantFrom(...changeDays),
    rules: fc.array(fc.tuple(fc.constantFrom(...weekdays), range), { maxLength: 8 }),
    custom: fc.array(
      fc.record({
        fromMinutes: fc.integer({ min: -300, max: 4_200 }),
        minutes: fc.integer({ min: 1, max: 1_500 }),
        isAvailable: fc.boolean(),
      }),
      { maxLength: 4 },
    ),
  });
  fc.assert(
    fc.property(scenario, ({ change: [zone, changeDate], rules, custom }) => {
      const date = addDays(changeDate, -1);
      const firstMs = startOfDay(date, zone);
      const worked: WorkingTime = {
        rotas: [everyDay('', '', { rules: rules.map(([weekday, times]) => ({ weekday, weekNum: 1, ...times })) })],
        customAvailability: custom.map(({ fromMinutes, minutes, isAvailable }) => ({
          fromMs: firstMs + fromMinutes * 60_000,
          toMs: firstMs + (fromMinutes + minutes) * 60_000,
          isAvailable,
        })),
      };
      const windows = workingDays(layOutHorizon(zone, date, 3), worked).flatMap((day) => day.windows);
      for (let ms = firstMs; ms < startOfDay(addDays(date, 3), zone); ms += stepMs) {
        const isWorked = windows.some(({ fromMs, toMs }) => fromMs <= ms && ms < toMs);
        expect([new Date(ms).toISOString(), isWorked]).toEqual([
          new Date(ms).toISOString(),
          worksNaively(zone, worked, ms),
        ]);
      }
    }),
    { numRuns: 60 },
  );
});

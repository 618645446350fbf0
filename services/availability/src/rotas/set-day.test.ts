import fc from 'fast-check';
import { expect, test } from 'vitest';
import { weekdays } from '@lido/runtime/time/zone.ts';
import { layOutHorizon } from '../solver/horizon.ts';
import { boundsOf, windowsOf, workingDays } from './schedule.ts';
import { type Exception, setDay } from './set-day.ts';

const zones = [
  ['Europe/London', '2026-03-28', '2026-03-29'],
  ['America/Santiago', '2026-09-05', '2026-09-06'],
  ['Europe/London', '2026-06-01', '2026-06-02'],
] as const;
const rotas = [
  {
    startDate: null,
    endDate: null,
    weekIntervalWeeks: 1,
    rules: weekdays.map((weekday) => ({ weekday, timeFrom: '09:00', timeTo: '17:00', weekNum: 1 })),
  },
];
const nineToFive = [{ timeFrom: '09:00', timeTo: '17:00' }];

function change(zone: string, first: string, exceptions: Exception[], ranges: { timeFrom: string; timeTo: string }[]) {
  const horizon = layOutHorizon(zone, first, 3);
  const [, day] = horizon.days;
  if (!day) throw new Error('three days');
  const bounds = boundsOf(horizon, day);
  const ofDay = layOutHorizon(zone, day.day.date, 1);
  const wanted = windowsOf(ofDay, ranges);
  const recurring = windowsOf(ofDay, nineToFive);
  const { removedIds, trimmed, added } = setDay(exceptions, bounds, { wanted, recurring });
  const after = [
    ...exceptions
      .filter(({ id }) => !removedIds.includes(id))
      .map((exception) => ({ ...exception, ...trimmed.find(({ id }) => id === exception.id) })),
    ...added,
  ];
  const worked = (customAvailability: readonly { fromMs: number; toMs: number; isAvailable: boolean }[]) =>
    workingDays(horizon, { rotas, customAvailability }).map(({ windows }) => windows);
  return { wanted, before: worked(exceptions), after: worked(after), added, removedIds, trimmed };
}

const ranges = fc.array(
  fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 23 }))
    .filter(([from, to]) => from < to)
    .map(([from, to]) => ({
      timeFrom: `${String(from).padStart(2, '0')}:00`,
      timeTo: `${String(to).padStart(2, '0')}:30`,
    })),
  { maxLength: 3 },
);

test('the date is worked exactly as wanted, and the dates around it as before, whatever exceptions there were', () => {
  const scenario = fc.record({
    place: fc.constantFrom(...zones),
    wanted: fc.oneof(fc.constant(nineToFive), ranges),
    exceptions: fc.array(
      fc.record({
        fromMinutes: fc.integer({ min: -600, max: 4_300 }),
        minutes: fc.integer({ min: 5, max: 4_000 }),
        isAvailable: fc.boolean(),
      }),
      { maxLength: 5 },
    ),
  });
  fc.assert(
    fc.property(scenario, ({ place: [zone, first], wanted, exceptions }) => {
      const horizon = layOutHorizon(zone, first, 3);
      const firstMs = horizon.firstBucket * 300_000;
      const rows = exceptions.map(({ fromMinutes, minutes, isAvailable }, index) => ({
        id: String(index),
        fromMs: firstMs + fromMinutes * 60_000,
        toMs: firstMs + (fromMinutes + minutes) * 60_000,
        isAvailable,
      }));
      const { before, after, wanted: windows } = change(zone, first, rows, wanted);
      expect(after).toEqual([before[0], windows, before[2]]);
    }),
  );
});

test('no times leave one exception, which closes the day', () => {
  const { added } = change('Europe/London', '2026-03-28', [], []);
  expect(added.map(({ fromMs, toMs, isAvailable }) => [(toMs - fromMs) / 3_600_000, isAvailable])).toEqual([
    [23, false],
  ]);
});

test("the rota's own times leave no exception of that date", () => {
  const lunch = { id: 'lunch', fromMs: Date.UTC(2026, 5, 2, 11), toMs: Date.UTC(2026, 5, 2, 12), isAvailable: false };
  const { added, removedIds } = change('Europe/London', '2026-06-01', [lunch], nineToFive);
  expect([added, removedIds]).toEqual([[], ['lunch']]);
});

import type { AvailabilityMeta } from '@lido/proto/lido/availability/v1/shop.ts';
import { expect, test } from 'vitest';
import type { DateRange } from './search.repository.ts';
import { inStretches } from './stretches.handlers.ts';

const meta: AvailabilityMeta = { maxAdvanceBookingsInterval: null, minAdvanceBookingsInterval: null, dataVersion: 7 };
const search = (range: DateRange, minutesPerStart: number) =>
  inStretches({ range, minutesPerStart, answer: (dates) => ({ ...dates, meta }) });
const stretchesOf = async (range: DateRange, minutesPerStart: number): Promise<object[]> => {
  const stretches: object[] = [];
  for await (const stretch of search(range, minutesPerStart)) stretches.push(stretch);
  return stretches;
};

test('a range is answered a few days at a time, of which only the first tell the version', async () => {
  expect(await stretchesOf({ dateFrom: '2027-02-24', dateTo: '2027-03-16' }, 15)).toEqual([
    { dateFrom: '2027-02-24', dateTo: '2027-03-05', meta },
    { dateFrom: '2027-03-06', dateTo: '2027-03-15', meta: null },
    { dateFrom: '2027-03-16', dateTo: '2027-03-16', meta: null },
  ]);
});

test('the more starts a day has, the fewer days come at once, but one at least', async () => {
  const days = { dateFrom: '2027-02-26', dateTo: '2027-03-01' };
  expect(await stretchesOf(days, 60)).toEqual([{ ...days, meta }]);
  expect(await stretchesOf(days, 5)).toHaveLength(2);
  expect(await stretchesOf(days, 1)).toHaveLength(4);
});

test('other work has its turn between two stretches', async () => {
  let turns = 0;
  let isOver = false;
  const work = () => {
    turns++;
    if (!isOver) setImmediate(work);
  };
  setImmediate(work);
  const turnsBefore: number[] = [];
  for await (const stretch of search({ dateFrom: '2027-03-01', dateTo: '2027-03-04' }, 1))
    if (stretch.dateTo) turnsBefore.push(turns);
  isOver = true;
  expect(turnsBefore).toHaveLength(4);
  expect(new Set(turnsBefore).size).toBe(4);
});

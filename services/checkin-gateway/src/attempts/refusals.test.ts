import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openRefusals, type RefusedAttempt } from './refusals.job.ts';

const minuteMs = 60_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setUp({ keep = async () => {} }: { keep?: () => Promise<void> } = {}) {
  const kept: RefusedAttempt[] = [];
  const lines: { device_id: string; count: number }[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(JSON.parse(line) as never) });
  const refusals = openRefusals({
    log,
    keep: async (attempt) => {
      kept.push(attempt);
      await keep();
    },
  });
  return { refusals, kept, lines };
}

test('the first refusal is written at once, and all that follow as one line for each device and reason', async () => {
  const { refusals, kept, lines } = setUp();
  for (let count = 0; count < 1_000; count++) refusals.note('d1', 'flood');
  refusals.note('d2', 'flood');
  refusals.note('d1', 'wrong_serial');
  const firsts = [
    { deviceId: 'd1', reason: 'flood', count: 1 },
    { deviceId: 'd2', reason: 'flood', count: 1 },
    { deviceId: 'd1', reason: 'wrong_serial', count: 1 },
  ];
  expect(kept).toEqual(firsts);
  await refusals.stop();
  expect(kept).toEqual([...firsts, { deviceId: 'd1', reason: 'flood', count: 999 }]);
  expect(lines.map(({ device_id, count }) => [device_id, count])).toEqual([
    ['d1', 1],
    ['d2', 1],
    ['d1', 1],
    ['d1', 999],
  ]);
});

test('what follows is written when its time is over, and after a time without any the next is a first one again', async () => {
  const { refusals, kept } = setUp();
  const counts = () => kept.map(({ count }) => count);
  for (let count = 0; count < 3; count++) refusals.note('d1', 'flood');
  await vi.advanceTimersByTimeAsync(minuteMs);
  expect(counts()).toEqual([1, 2]);
  await vi.advanceTimersByTimeAsync(minuteMs);
  refusals.note('d1', 'flood');
  expect(counts()).toEqual([1, 2, 1]);
  await refusals.stop();
});

test('tokens that name a thousand devices and more do not fill the memory', () => {
  const { refusals, kept } = setUp();
  for (let count = 0; count < 5_000; count++) refusals.note(`made-up-${count}`, 'wrong_token');
  expect(kept).toHaveLength(1_000);
});

test('what can not be written is told in the log, and the next is tried', async () => {
  const { refusals, kept, lines } = setUp({ keep: () => Promise.reject(new Error('no database')) });
  refusals.note('d1', 'flood');
  refusals.note('d2', 'flood');
  await refusals.stop();
  expect(kept).toHaveLength(2);
  expect(lines).toHaveLength(4);
});

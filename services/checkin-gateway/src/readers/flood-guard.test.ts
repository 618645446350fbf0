import { pino } from 'pino';
import { expect, test } from 'vitest';
import { openFloodGuard } from './flood-guard.job.ts';

function setUp() {
  let nowMs = 0;
  const lines: { device_id: string; dropped: number }[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(JSON.parse(line) as never) });
  const guard = openFloodGuard({ log, reportEveryMs: 3_600_000, now: () => nowMs });
  return { guard, lines, pass: (ms: number) => (nowMs += ms) };
}

test('a device may make twenty taps a second over a long time, and another device is not concerned', () => {
  const { guard, pass } = setUp();
  let admitted = 0;
  for (let second = 0; second < 60; second++) {
    for (let count = 0; count < 1_000; count++) if (guard.admitsTap('flooding')) admitted += 1;
    expect(guard.admitsTap('normal')).toBe(true);
    pass(1_000);
  }
  expect(admitted).toBe(40 + 59 * 20);
});

test('what is passed over is told once for each device, not once for each tap', async () => {
  const { guard, lines } = setUp();
  for (let count = 0; count < 1_040; count++) guard.admitsTap('flooding');
  for (let count = 0; count < 410; count++) guard.admitsFrame('chatty');
  expect(lines).toEqual([]);
  await guard.stop();
  expect(lines).toMatchObject([
    { device_id: 'flooding', dropped: 1_000 },
    { device_id: 'chatty', dropped: 10 },
  ]);
  expect(guard.droppedOf('flooding')).toBe(1_000);
});

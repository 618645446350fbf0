import { expect, test } from 'vitest';
import { openFloodGuard } from './flood-guard.job.ts';

function setUp() {
  let nowMs = 0;
  const noted: string[] = [];
  const refusals = { note: (deviceId: string, reason: string) => void noted.push(`${deviceId} ${reason}`) };
  const guard = openFloodGuard({ refusals, now: () => nowMs });
  return { guard, noted, pass: (ms: number) => (nowMs += ms) };
}

test('a device may make ten taps a second over a long time, and another device is not concerned', () => {
  const { guard, pass } = setUp();
  let admitted = 0;
  for (let second = 0; second < 60; second++) {
    for (let count = 0; count < 1_000; count++) if (guard.admitsTap('flooding')) admitted += 1;
    expect(guard.admitsTap('normal')).toBe(true);
    pass(1_000);
  }
  expect(admitted).toBe(20 + 59 * 10);
});

test('each tap and each frame that is passed over is noted with its device', () => {
  const { guard, noted } = setUp();
  for (let count = 0; count < 22; count++) guard.admitsTap('flooding');
  for (let count = 0; count < 401; count++) guard.admitsFrame('chatty');
  expect(noted).toEqual(['flooding flood', 'flooding flood', 'chatty flood']);
});

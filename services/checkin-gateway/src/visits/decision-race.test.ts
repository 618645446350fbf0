import { expect, test } from 'vitest';
import { startRace } from './decision-race.ts';

test('a decision that is there in time counts', () => {
  const race = startRace(1_500, () => 0);
  expect([race.isLost(), race.claim(), race.isLost()]).toEqual([false, true, false]);
});

test('once the deadline has answered, the decision does not count', () => {
  const race = startRace(1_500, () => 0);
  race.expire();
  expect([race.claim(), race.isLost()]).toEqual([false, true]);
});

test('a decision that is late does not count, though nobody has answered at the deadline', () => {
  let nowMs = 0;
  const race = startRace(1_500, () => nowMs);
  nowMs = 1_500;
  expect([race.isLost(), race.claim()]).toEqual([true, false]);
});

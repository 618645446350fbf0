import { expect, test } from 'vitest';
import { startRace } from './decision-race.ts';

test('a decision that claims first may commit, also after a retry, and the deadline answers nothing', () => {
  const race = startRace();
  expect([race.claim(), race.expire(), race.claim()]).toEqual([true, false, true]);
});

test('a decision that comes after the deadline may not commit', () => {
  const race = startRace();
  expect(race.isLost()).toBe(false);
  expect([race.expire(), race.claim(), race.isLost()]).toEqual([true, false, true]);
});

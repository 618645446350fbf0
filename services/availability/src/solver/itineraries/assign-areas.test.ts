import { describe, expect, test } from 'vitest';
import { type AreaStay, assignAreas } from './assign-areas.ts';
import { waysToStay } from './stay-together.ts';
import { Work } from './work.ts';

/** A stay for the buckets `[from, to)` in one of some areas, each with how many it takes and who is there already, bucket by bucket. */
const stay = (
  guests: number,
  [from, to]: [number, number],
  areas: Record<string, number | [number, number[]]>,
): AreaStay => ({
  ...{ guests, from, to },
  choices: Object.entries(areas).map(([id, takes]) => {
    const [capacity, there] = typeof takes === 'number' ? [takes, []] : takes;
    const area = { id, name: id, capacity, availabilityRules: [] };
    return { area, guests: Uint32Array.from({ length: to - from }, (_, bucket) => there[bucket] ?? 0) };
  }),
});
const assign = (...stays: AreaStay[]) => assignAreas(stays, new Work(1_000))?.map(({ area }) => area.id);

describe('areas of stays at one time', () => {
  test('are found whatever the order, where the smallest that fits would be in the way of the next', () => {
    const [any, small] = [stay(2, [0, 4], { tub: 2, pool: 4 }), stay(2, [0, 4], { tub: 2 })];
    expect(assign(any, small)).toEqual(['pool', 'tub']);
    expect(assign(small, any)).toEqual(['tub', 'pool']);
    const both = { tub: 3, pool: 4 };
    expect(assign(stay(2, [0, 4], both), stay(2, [0, 4], both), stay(3, [0, 4], both))).toEqual([
      'pool',
      'pool',
      'tub',
    ]);
  });

  test('are shared by parties that fit in together, and are the smallest where there is no need to share', () => {
    expect(assign(stay(2, [0, 4], { pool: 4 }), stay(2, [0, 4], { pool: 4 }))).toEqual(['pool', 'pool']);
    expect(assign(stay(2, [0, 4], { pool: 4 }), stay(3, [0, 4], { pool: 4 }))).toBeUndefined();
    expect(assign(stay(1, [0, 4], { tub: 2, pool: 4 }))).toEqual(['tub']);
  });

  test('count those who are there already at their peak, bucket by bucket', () => {
    const pool: [number, number[]] = [4, [0, 0, 2, 2]];
    expect(assign(stay(2, [0, 4], { pool }), stay(2, [0, 2], { pool: 4 }))).toEqual(['pool', 'pool']);
    expect(assign(stay(2, [0, 4], { pool }), stay(2, [1, 3], { pool: [4, [0, 2]] }))).toBeUndefined();
  });

  test('are free again for who comes after', () => {
    const chain = [stay(4, [0, 4], { pool: 4 }), stay(4, [4, 8], { pool: 4 }), stay(4, [8, 12], { pool: 4 })];
    expect(assign(...chain)).toEqual(['pool', 'pool', 'pool']);
    expect(assign(...chain, stay(1, [7, 9], { pool: 4 }))).toBeUndefined();
  });

  test('are known not to exist without trying every order of equal areas and parties', () => {
    const cabanas = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`cabana ${index}`, 4 + (index % 2)]));
    const parties = Array.from({ length: 10 }, () => stay(3, [0, 4], cabanas));
    const work = new Work(1_000);
    expect(assignAreas(parties, work)).toBeUndefined();
    expect(work.isSpent).toBe(false);
    expect(assignAreas(parties.slice(1), work)).toHaveLength(9);
  });

  test('have as many ways as there are choices, the smallest first', () => {
    const idsOf = (...stays: AreaStay[]) => waysToStay(stays, 3).map((areas) => areas.map(({ id }) => id).join(' '));
    expect(idsOf(stay(1, [0, 4], { tub: 2, pool: 4, lake: 9, sea: 99 }))).toEqual(['tub', 'pool', 'lake']);
    expect(idsOf(stay(2, [0, 4], { tub: 2, pool: 2 }), stay(2, [0, 4], { tub: 2, pool: 2 }))).toEqual([
      'tub pool',
      'pool tub',
    ]);
  });
});

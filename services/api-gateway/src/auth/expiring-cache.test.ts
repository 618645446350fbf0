import { expect, it } from 'vitest';
import { ExpiringCache } from './expiring-cache.ts';

function setUp(entriesMax = 2) {
  let nowMs = 0;
  let loads = 0;
  const cache = new ExpiringCache<number>({ entriesMax, lifetimeMs: 5_000, now: () => nowMs });
  const load = (): Promise<number> => Promise.resolve(++loads);
  return { cache, load, pass: (ms: number) => (nowMs += ms), loads: () => loads };
}

it('answers from memory within the lifetime and loads again after it', async () => {
  const { cache, load, pass } = setUp();
  expect(await cache.get('a', load)).toBe(1);
  pass(4_999);
  expect(await cache.get('a', load)).toBe(1);
  pass(1);
  expect(await cache.get('a', load)).toBe(2);
});

it('using a value does not make it live longer', async () => {
  const { cache, load, pass } = setUp();
  await cache.get('a', load);
  for (let step = 0; step < 6; step++) {
    pass(1_000);
    await cache.get('a', load);
  }
  expect(await cache.get('a', load)).toBe(2);
});

it('shares a load that is under way', async () => {
  const { cache, load, loads } = setUp();
  expect(await Promise.all([cache.get('a', load), cache.get('a', load)])).toEqual([1, 1]);
  expect(loads()).toBe(1);
});

it('drops what was used longest ago when it is full', async () => {
  const { cache, load } = setUp();
  await cache.get('a', load);
  await cache.get('b', load);
  await cache.get('a', load);
  await cache.get('c', load);
  expect(cache.size).toBe(2);
  expect(await cache.get('a', load)).toBe(1);
  expect(await cache.get('b', load)).toBe(4);
});

it('does not remember a failure', async () => {
  const { cache, load } = setUp();
  await expect(cache.get('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
  expect(cache.size).toBe(0);
  expect(await cache.get('a', load)).toBe(1);
});

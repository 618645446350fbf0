import { expect, test } from 'vitest';
import { inCompany } from './in-company.ts';

/** A load whose end the test decides on. */
function heldLoads() {
  const begun: { keys: string[]; end: (value: number) => void; fail: (error: Error) => void }[] = [];
  const read = inCompany<string, number>((keys) => {
    const { promise, resolve, reject } = Promise.withResolvers<Map<string, number>>();
    begun.push({ keys, end: (value) => resolve(new Map(keys.map((key) => [key, value]))), fail: reject });
    return promise;
  });
  return { begun, read };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

test('who asks while a load is under way gets a value read after they asked, together with all who wait', async () => {
  const { begun, read } = heldLoads();
  const first = read('a');
  await settle();
  const [second, third, other] = [read('a'), read('a'), read('b')];
  await settle();
  expect(begun.map(({ keys }) => keys)).toEqual([['a']]);
  begun[0]?.end(1);
  await settle();
  expect(begun.map(({ keys }) => keys)).toEqual([['a'], ['a', 'b']]);
  begun[1]?.end(2);
  expect(await Promise.all([first, second, third, other])).toEqual([1, 2, 2, 2]);
});

test('a load that fails fails for those who shared it, and the next begins anew', async () => {
  const { begun, read } = heldLoads();
  const failing = read('a');
  await settle();
  const next = read('a');
  begun[0]?.fail(new Error('away'));
  await expect(failing).rejects.toThrow('away');
  await settle();
  begun[1]?.end(3);
  expect(await next).toBe(3);
});

test('a key that the load does not know is undefined', async () => {
  const read = inCompany<string, number>(() => Promise.resolve(new Map()));
  expect(await read('a')).toBeUndefined();
});

test('who asks while a load rests waits for the rest and shares one load', async () => {
  const rests: (() => void)[] = [];
  let loads = 0;
  const read = inCompany<string, number>((keys) => Promise.resolve(new Map(keys.map((key) => [key, ++loads]))), {
    rest: () => new Promise<void>((resolve) => rests.push(resolve)),
  });
  expect(await read('a')).toBe(1);
  const both = [read('a'), read('a')];
  await settle();
  expect(loads).toBe(1);
  rests[0]?.();
  expect(await Promise.all(both)).toEqual([2, 2]);
});

test('who comes while a load assembles shares it', async () => {
  const loads: string[][] = [];
  const load = (keys: string[]) => {
    loads.push(keys);
    return Promise.resolve(new Map(keys.map((key) => [key, key])));
  };
  const read = inCompany(load, { assembled: settle });
  const first = read('a');
  await Promise.resolve();
  await Promise.all([first, read('b')]);
  expect(loads).toEqual([['a', 'b']]);
});

test('who would be one too many for a load has the one after it', async () => {
  const loads: string[][] = [];
  const read = inCompany(
    (keys: string[]) => {
      loads.push(keys);
      return Promise.resolve(new Map(keys.map((key) => [key, key])));
    },
    { keysMax: 2 },
  );
  expect(await Promise.all(['a', 'b', 'c', 'd', 'e'].map(read))).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(loads).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
});

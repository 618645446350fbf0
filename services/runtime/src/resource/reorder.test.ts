import { expect, test } from 'vitest';
import { renumber, reordered } from './reorder.ts';

const rows = ['a', 'b', 'c', 'd'].map((id) => ({ id, position: 0 }));
const idsOf = (list: readonly { id: string }[]): string[] => list.map(({ id }) => id);

test('the named come first as they are named, and nobody is lost', () => {
  expect(idsOf(reordered(rows, ['c', 'a'], 'ids'))).toEqual(['c', 'a', 'b', 'd']);
  expect(idsOf(reordered(rows, [], 'ids'))).toEqual(['a', 'b', 'c', 'd']);
});

test('an id of nothing here and one named twice are refused by their field', () => {
  expect(() => reordered(rows, ['a', 'x'], 'ids')).toThrowError(
    expect.objectContaining({ fields: { ids: ['There is no x here.'] } }),
  );
  expect(() => reordered(rows, ['a', 'a'], 'ids')).toThrowError(
    expect.objectContaining({ fields: { ids: ['Each id can be listed only once.'] } }),
  );
});

test('positions count from 1', () => {
  const list = reordered(rows, ['d'], 'ids');
  renumber(list);
  expect(list.map(({ id, position }) => `${id}${position}`)).toEqual(['d1', 'a2', 'b3', 'c4']);
});

import { describe, expect, test } from 'vitest';
import { filtersOf } from './store-checkin.ts';

describe('a query of store check-ins', () => {
  test.each([
    ['', []],
    ['c:one', [{ customerId: 'one' }]],
    ['s:two c:one', [{ siteId: 'two' }, { customerId: 'one' }]],
    ['  c:one   c:other ', [{ customerId: 'one' }, { customerId: 'other' }]],
    ['c:a:b', [{ customerId: 'a:b' }]],
  ])('%j means that all its pairs hold', (query, filters) => {
    expect(filtersOf(query)).toEqual(filters);
  });

  test.each(['x:one', 'one', 'c:', ':one', 'c:one and', 'C:one'])('%j is none', (query) => {
    expect(filtersOf(query)).toBeUndefined();
  });
});

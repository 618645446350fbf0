import { describe, expect, test } from 'vitest';
import { checkedRange, datesOf } from './search.repository.ts';

describe('the dates of a search', () => {
  test('are those of the calendar from 1900 to 2200', () => {
    const refusals = [
      ['9999-12-30', '9999-12-31', 'date_from'],
      ['2200-12-31', '2201-01-01', 'date_to'],
      ['1899-12-31', '1900-01-01', 'date_from'],
      ['2026-02-30', '2026-03-01', 'date_from'],
      ['today', 'tomorrow', 'date_from'],
    ] as const;
    for (const [dateFrom, dateTo, field] of refusals) {
      const refusal = expect.objectContaining({
        kind: 'invalid',
        fields: { [field]: [expect.stringContaining('2200')] },
      });
      expect(() => checkedRange({ dateFrom, dateTo })).toThrow(refusal);
    }
  });

  test('are counted from the first to the last, both included, across months and leap days', () => {
    const range = checkedRange({ dateFrom: '2028-02-28', dateTo: '2028-03-01' });
    expect(datesOf(range)).toEqual(['2028-02-28', '2028-02-29', '2028-03-01']);
    expect(datesOf(checkedRange({ dateFrom: '2200-12-31', dateTo: '2200-12-31' }))).toEqual(['2200-12-31']);
  });
});

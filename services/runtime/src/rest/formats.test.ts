import type { Format } from '@lido/proto/lido/rest/v1/options.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasFormat, repairOffset } from './formats.ts';

const cases: Record<string, { good: string[]; bad: string[] }> = {
  FORMAT_DATE: {
    good: ['2026-04-01', '2024-02-29', '1900-01-01', '2200-12-31'],
    bad: [
      '2026-02-29',
      '2026-04-31',
      '2026-13-01',
      '2026-00-10',
      '1899-12-31',
      '2201-01-01',
      '2026-4-1',
      '2026-04-01T00:00:00Z',
      '',
    ],
  },
  FORMAT_DATE_TIME: {
    good: ['2026-04-01T09:30:00+01:00', '2026-04-01T09:30:00Z', '2026-04-01T09:30:00.000Z', '2026-04-01T09:30Z'],
    bad: [
      '2026-04-01T09:30:00',
      '2026-04-01',
      '2026-02-30T09:30:00Z',
      '2026-04-01T24:00:00Z',
      '2026-04-01T09:60:00Z',
      '2026-04-01T09:30:00+15:00',
      '2026-04-01T09:30:00+01:60',
      '2026-04-01 09:30:00Z',
      '0001-01-01T00:00:00Z',
    ],
  },
  FORMAT_UTC_MS: { good: ['2026-04-01T08:30:00.000Z'], bad: ['2026-04-01T08:30:00.000'] },
  FORMAT_TIME: { good: ['09:30', '23:59:59', '00:00'], bad: ['24:00', '9:30', '09:60', '09:30:60', 'noon'] },
  FORMAT_DURATION: {
    good: ['P1M', 'PT15M', 'P1Y2M3DT4H5M6S', 'P2W', 'PT0S'],
    bad: ['P', 'PT', '1M', 'P1', 'P1H', '-P1M', 'P99999Y'],
  },
  FORMAT_EMAIL: {
    good: ['a@example.com', 'a.b+c@mail.example.co.uk'],
    bad: ['a', 'a@b', '@example.com', 'a b@example.com', `${'a'.repeat(300)}@example.com`],
  },
  FORMAT_DATE_OR_DATE_TIME: { good: ['2026-04-01', '2026-04-01T09:30:00Z'], bad: ['2026-02-30', 'today'] },
  FORMAT_CURRENCY: { good: ['GBP', 'gbp', 'EUR'], bad: ['POUND', 'QQQ', '£', ''] },
  FORMAT_TIME_ZONE: {
    good: ['Europe/London', 'UTC', 'America/Argentina/Buenos_Aires'],
    bad: ['Europe/Atlantis', '+01:00', 'GMT+25', ''],
  },
};

describe.each(Object.entries(cases))('%s', (format, { good, bad }) => {
  it.each(good)('takes %j', (text) => expect(hasFormat(format as Format, text)).toBe(true));
  it.each(bad)('refuses %j', (text) => expect(hasFormat(format as Format, text)).toBe(false));
});

describe('dates', () => {
  it('takes every day of the calendar from 1900 to 2200', () => {
    const range = { min: new Date('1900-01-01T00:00:00Z'), max: new Date('2200-12-31T23:59:59Z'), noInvalidDate: true };
    fc.assert(
      fc.property(fc.date(range), (date) => {
        expect(hasFormat('FORMAT_DATE', date.toISOString().slice(0, 10))).toBe(true);
        expect(hasFormat('FORMAT_UTC_MS', date.toISOString())).toBe(true);
      }),
    );
  });

  it('puts back the + that an unescaped offset loses in a query', () => {
    expect(repairOffset('FORMAT_DATE_TIME', '2026-04-01T09:30:00 01:00')).toBe('2026-04-01T09:30:00+01:00');
    expect(repairOffset('FORMAT_UNSPECIFIED', 'at 01:00')).toBe('at 01:00');
  });
});

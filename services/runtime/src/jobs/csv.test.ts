import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { csvHeader, csvLines } from './csv.ts';

describe('csvLines', () => {
  test('writes the columns in their order, nothing where there is nothing', () => {
    expect(csvHeader(['name', 'minutes', 'is_open'])).toBe('name,minutes,is_open\n');
    const rows = [
      { minutes: 0, name: 'Ada' },
      { is_open: false, name: 'A "B", C\nD', minutes: null },
    ];
    expect(csvLines(['name', 'minutes', 'is_open'], rows)).toBe('Ada,0,\n"A ""B"", C\nD",,false\n');
  });

  test('keeps numbers below zero as numbers', () => {
    expect(csvLines(['amount'], [{ amount: -5 }])).toBe('-5\n');
  });

  test('never lets a text begin as a formula does', () => {
    fc.assert(
      fc.property(fc.constantFrom('=', '+', '-', '@', '\t', '\r'), fc.string(), (first, rest) => {
        const [cell = ''] = csvLines(['name'], [{ name: first + rest }]).replace(/^"/, '');
        expect(cell).toBe("'");
      }),
    );
  });
});

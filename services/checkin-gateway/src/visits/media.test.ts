import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type MediumReading, normaliseMedium, writtenFor } from './media.ts';

const msb: MediumReading = { format: 'MEDIUM_FORMAT_HEX_MSB', uidBytes: 4 };
const lsb: MediumReading = { format: 'MEDIUM_FORMAT_HEX_LSB', uidBytes: 4 };
const decimal: MediumReading = { format: 'MEDIUM_FORMAT_DECIMAL', uidBytes: 4 };

const uidOf = (raw: string, reading: MediumReading): string | undefined =>
  normaliseMedium({ kind: 'rfid_uid', raw }, reading)?.value;

describe('a card number', () => {
  test.each([
    ['04a2b3c4', msb, '04A2B3C4'],
    ['C4B3A204', lsb, '04A2B3C4'],
    ['0077771716', decimal, '04A2B3C4'],
    ['77771716', decimal, '04A2B3C4'],
    ['1', decimal, '00000001'],
    [' 04A2B3C4 ', msb, '04A2B3C4'],
  ])('%s is stored as upper-case hexadecimal, most significant byte first', (raw, reading, value) => {
    expect(uidOf(raw, reading)).toBe(value);
  });

  test.each([
    ['an odd number of digits', '04A', msb],
    ['a decimal point', '12.5', decimal],
    ['hexadecimal where decimal is set', '04A2B3C4', decimal],
    ['more than the set number of bytes', '4294967296', decimal],
    ['nothing', '', msb],
    ['zeros only', '00000000', msb],
    ['separators', '04:A2:B3:C4', msb],
    ['more than 32 bytes', '01'.repeat(33), msb],
  ])('with %s is an invalid read, never a guess', (_, raw, reading) => {
    expect(uidOf(raw, reading)).toBeUndefined();
  });

  test('is the same medium in whichever of the three forms a device writes it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 0xffff_ffff }), (number) => {
        const hex = number.toString(16).padStart(8, '0');
        const reversed = hex.match(/../g)?.reverse().join('') ?? '';
        expect(uidOf(hex, msb)).toBe(hex.toUpperCase());
        expect(uidOf(reversed, lsb)).toBe(hex.toUpperCase());
        expect(uidOf(String(number), decimal)).toBe(hex.toUpperCase());
      }),
    );
  });

  test('never makes the conversion throw, whatever a device sends', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom(msb, lsb, decimal), (raw, reading) => {
        expect(uidOf(raw, reading) ?? '01').toMatch(/^([0-9A-F]{2})+$/);
      }),
    );
  });
});

describe('a barcode', () => {
  const barcodeOf = (raw: string): string | undefined => normaliseMedium({ kind: 'barcode', raw }, decimal)?.value;

  test('keeps its text whatever the format of cards is', () => {
    expect(barcodeOf('MEM-000123\r\n')).toBe('MEM-000123');
  });

  test.each([
    ['empty', ''],
    ['longer than 200 characters', 'x'.repeat(201)],
    ['not printable', 'a\u0007b'],
  ])('that is %s is an invalid read', (_, raw) => {
    expect(barcodeOf(raw)).toBeUndefined();
  });
});

test('a card is written for a device as the device itself would write it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 0xffff_ffff }), fc.constantFrom(msb, lsb, decimal), (number, reading) => {
      const value = number.toString(16).padStart(8, '0').toUpperCase();
      expect(uidOf(writtenFor(value, reading) ?? '', reading)).toBe(value);
    }),
  );
});

test('a card that is longer than a device’s decimal numbers is written for it in no form', () => {
  expect(writtenFor('04A2B3C4D5E6F7', decimal)).toBeUndefined();
});

test('a device that writes text has its numbers taken as they are', () => {
  const text: MediumReading = { format: 'MEDIUM_FORMAT_TEXT', uidBytes: 4 };
  expect(uidOf('Card 12-b', text)).toBe('Card 12-b');
});

test('what is held says itself how it is written, before the device’s setting', () => {
  const medium = { kind: 'card_number', raw: 'C4B3A204', format: 'MEDIUM_FORMAT_HEX_LSB' } as const;
  expect(normaliseMedium(medium, msb)?.value).toBe('04A2B3C4');
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { includedTax, type Line, priceLines, splitByWeights, splitLine } from './pricing.ts';

const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0);
const amount = fc.integer({ min: -1_000_000_000_000, max: 1_000_000_000_000 });
const weights = fc.array(fc.integer({ min: 0, max: 1_000_000_000_000 }), { minLength: 1, maxLength: 30 });
const line: fc.Arbitrary<Line> = fc
  .record({
    priceMinor: fc.integer({ min: 0, max: 10_000_000 }),
    discountShare: fc.double({ min: 0, max: 1, noNaN: true }),
    taxPercent: fc.constantFrom(0, 5, 7, 12.5, 19, 20),
  })
  .map(({ priceMinor, discountShare, taxPercent }) => ({
    priceMinor,
    discountMinor: Math.floor(priceMinor * discountShare),
    taxPercent,
  }));

describe('splitting an amount', () => {
  test.each([
    [100, [1, 1, 1], [34, 33, 33]],
    [2, [1, 1, 1], [1, 1, 0]],
    [-100, [1, 1, 1], [-34, -33, -33]],
    [10, [0, 0], [5, 5]],
    [7, [0, 3], [0, 7]],
    [0, [5, 9], [0, 0]],
    [5, [], []],
  ])('%i by %j gives %j', (total, by, expected) => {
    expect(splitByWeights(total, by)).toEqual(expected);
  });

  test('the parts always add up to the amount', () => {
    fc.assert(fc.property(amount, weights, (total, by) => sum(splitByWeights(total, by)) === total));
  });

  test('no part is a whole unit away from its exact share', () => {
    const small = fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100_000 }), small, (total, by) => {
        fc.pre(sum(by) > 0);
        return splitByWeights(total, by).every(
          (part, index) => Math.abs(part - (total * (by[index] ?? 0)) / sum(by)) < 1,
        );
      }),
    );
  });
});

describe('pricing lines', () => {
  test.each([
    [12_000, 20, 2_000],
    [100, 20, 17],
    [1, 20, 0],
    [500, 0, 0],
    [0, 20, 0],
  ])('a gross amount of %i at %i %% contains a tax of %i', (gross, percent, tax) => {
    expect(includedTax(gross, percent)).toBe(tax);
  });

  test('two lines of one rate share the tax of their sum instead of rounding twice', () => {
    const half = { priceMinor: 50, discountMinor: 0, taxPercent: 20 };
    const { lines, taxes, taxMinor } = priceLines([half, half]);
    expect(lines.map((priced) => priced.taxMinor)).toEqual([9, 8]);
    expect(taxes).toEqual([{ percentage: 20, amountMinor: 17 }]);
    expect(taxMinor).toBe(17);
  });

  test('lines, rates and totals agree to the unit, whatever the lines are', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
        const totals = priceLines(lines);
        expect(sum(totals.lines.map(({ totalMinor }) => totalMinor))).toBe(totals.totalMinor);
        expect(totals.priceMinor - totals.discountMinor).toBe(totals.totalMinor);
        expect(totals.netMinor + totals.taxMinor).toBe(totals.totalMinor);
        expect(sum(totals.taxes.map(({ amountMinor }) => amountMinor))).toBe(totals.taxMinor);
        for (const priced of totals.lines) expect(priced.taxMinor).toBeLessThanOrEqual(priced.totalMinor);
      }),
    );
  });

  test('an order without lines costs nothing', () => {
    expect(priceLines([])).toMatchObject({ totalMinor: 0, taxMinor: 0, netMinor: 0, lines: [], taxes: [] });
  });
});

describe('the parts of a line', () => {
  test('add up to it, tax included, whatever they weigh', () => {
    fc.assert(
      fc.property(line, weights, (one, own) => {
        const [priced] = priceLines([one]).lines;
        if (!priced) throw new Error('A line has a price.');
        const parts = splitLine(priced, own);
        expect(sum(parts.map(({ totalMinor }) => totalMinor))).toBe(priced.totalMinor);
        expect(sum(parts.map(({ taxMinor }) => taxMinor))).toBe(priced.taxMinor);
        for (const { totalMinor, taxMinor, netMinor } of parts) expect(netMinor).toBe(totalMinor - taxMinor);
      }),
    );
  });
});

/** One line as far as its money goes. Amounts are in the smallest unit of the order's currency. */
export interface Line {
  priceMinor: number;
  /** At most the price. */
  discountMinor: number;
  /** Included in the price: 20 means that a sixth of it is tax. */
  taxPercent: number;
}

export interface PricedLine {
  totalMinor: number;
  taxMinor: number;
  netMinor: number;
}

export interface TaxGroup {
  percentage: number;
  amountMinor: number;
}

export interface Totals {
  lines: PricedLine[];
  priceMinor: number;
  discountMinor: number;
  totalMinor: number;
  taxMinor: number;
  netMinor: number;
  /** One entry for each rate above zero, lowest first. */
  taxes: TaxGroup[];
}

/**
 * Splits an amount by weights so that the parts add up to it exactly: each gets its share rounded down, and the units
 * left over go to the largest remainders, the earlier part first. All-zero weights split evenly; no weights give no parts.
 */
export function splitByWeights(amountMinor: number, weights: readonly number[]): number[] {
  if (weights.length === 0) return [];
  const total = weights.reduce((sum, weight) => sum + BigInt(weight), 0n);
  if (total === 0n)
    return splitByWeights(
      amountMinor,
      weights.map(() => 1),
    );
  const sign = amountMinor < 0 ? -1 : 1;
  const amount = BigInt(Math.abs(amountMinor));
  const shares = weights.map((weight, index) => {
    const product = amount * BigInt(weight);
    return { index, part: product / total, remainder: product % total };
  });
  const left = Number(amount - shares.reduce((sum, { part }) => sum + part, 0n));
  const favoured = shares.toSorted((a, b) => Number(b.remainder - a.remainder) || a.index - b.index).slice(0, left);
  const extra = new Set(favoured.map(({ index }) => index));
  return shares.map(({ index, part }) => (Number(part) + (extra.has(index) ? 1 : 0)) * sign || 0);
}

/** Splits what a line costs by weights, its tax along with it. */
export function splitLine({ totalMinor, taxMinor }: PricedLine, weights: readonly number[]): PricedLine[] {
  const totals = splitByWeights(totalMinor, weights);
  const taxes = splitByWeights(taxMinor, totals);
  return totals.map((total, index) => {
    const tax = taxes[index] ?? 0;
    return { totalMinor: total, taxMinor: tax, netMinor: total - tax };
  });
}

/** The tax contained in a gross amount, rounded half up; 0 for a rate of 0. */
export function includedTax(grossMinor: number, taxPercent: number): number {
  return Math.round((grossMinor * taxPercent) / (100 + taxPercent));
}

/**
 * Prices lines and adds them up. Tax is rounded once per rate and then split over the rate's lines, so that the lines,
 * the rates and the order always agree to the unit.
 */
export function priceLines(lines: readonly Line[]): Totals {
  const totals = lines.map((line) => line.priceMinor - line.discountMinor);
  const lineTaxes = lines.map(() => 0);
  const taxes: TaxGroup[] = [];
  for (const percentage of [...new Set(lines.map((line) => line.taxPercent))].toSorted((a, b) => a - b)) {
    const members = lines.flatMap((line, index) => (line.taxPercent === percentage ? [index] : []));
    const weights = members.map((index) => totals[index] ?? 0);
    const amountMinor = includedTax(sum(weights), percentage);
    const parts = splitByWeights(amountMinor, weights);
    members.forEach((index, part) => (lineTaxes[index] = parts[part] ?? 0));
    if (percentage > 0) taxes.push({ percentage, amountMinor });
  }
  const priced = totals.map((totalMinor, index) => {
    const taxMinor = lineTaxes[index] ?? 0;
    return { totalMinor, taxMinor, netMinor: totalMinor - taxMinor };
  });
  return {
    lines: priced,
    priceMinor: sum(lines.map((line) => line.priceMinor)),
    discountMinor: sum(lines.map((line) => line.discountMinor)),
    totalMinor: sum(totals),
    taxMinor: sum(lineTaxes),
    netMinor: sum(priced.map((line) => line.netMinor)),
    taxes,
  };
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}

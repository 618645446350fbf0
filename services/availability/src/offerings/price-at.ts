import { formatInstant, localDateOf, parseWallTime } from '@lido/runtime/time/zone.ts';
import type { PriceRule } from '../solver/model.ts';
import { priceRuleFor } from '../solver/price.ts';

/** The price for one guest of a start, in the smallest unit; undefined where no rule prices it. */
export function priceAtStart(
  rules: readonly PriceRule[],
  startMs: number,
  zone: string,
  durationMinutes: number | null,
): number | undefined {
  const wallMinute = parseWallTime(formatInstant(startMs, zone).slice(11, 16)) ?? 0;
  return priceRuleFor(rules, localDateOf(startMs, zone), wallMinute, durationMinutes)?.amountMinor;
}

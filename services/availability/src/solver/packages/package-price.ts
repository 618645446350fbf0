import { localDateOf } from '@lido/runtime/time/zone.ts';
import { priceRuleFor } from '../price.ts';
import type { PackageChoice, PackageModel } from './package-model.ts';
import { requiredOptions } from './package-model.ts';

/** An option that is chosen, with its price when it is sold by itself; null where that is not known. All for one guest. */
export interface PricedOption {
  readonly choiceId: string;
  readonly priceChangeMinor: number;
  readonly ownPriceMinor: number | null;
}

/** The price of a package for one guest by the local date of its first start; undefined where no rule prices it. */
export function packagePrice(model: PackageModel, firstMs: number, zone: string): number | undefined {
  return priceRuleFor(model.priceRules, localDateOf(firstMs, zone), 0, null)?.amountMinor;
}

/**
 * What the options of a choice add to the package's price: their changes, and where there is a budget, what their own prices together
 * exceed it by.
 */
export function choiceSurcharge(
  { budgetMinor }: Pick<PackageChoice, 'budgetMinor'>,
  options: readonly PricedOption[],
): number {
  const changes = options.reduce((sum, { priceChangeMinor }) => sum + priceChangeMinor, 0);
  if (budgetMinor === null) return changes;
  const own = options.reduce((sum, { ownPriceMinor }) => sum + (ownPriceMinor ?? 0), 0);
  return changes + Math.max(0, own - budgetMinor);
}

/** An option that is chosen for some of a line's guests. `ownPriceMinor` is for all of them. */
export interface LineOption {
  readonly choiceId: string;
  readonly optionId: string;
  readonly guests: number;
  readonly ownPriceMinor: number;
}

/** What a line costs all its guests, whose budgets are counted together; undefined where no rule prices the day of its first start. */
export function linePrice(
  model: PackageModel,
  { firstMs, guests, zone }: { readonly firstMs: number; readonly guests: number; readonly zone: string },
  chosen: readonly LineOption[],
): number | undefined {
  const base = packagePrice(model, firstMs, zone);
  if (base === undefined) return undefined;
  const surcharges = model.choices.map((choice) => {
    const options = chosen
      .filter(({ choiceId }) => choiceId === choice.id)
      .map(({ optionId, guests: count, ownPriceMinor }): PricedOption => {
        const priceChange = choice.options.find(({ id }) => id === optionId)?.priceChangeMinor ?? 0;
        return { choiceId: choice.id, priceChangeMinor: priceChange * count, ownPriceMinor };
      });
    const budgetMinor = choice.budgetMinor === null ? null : choice.budgetMinor * guests;
    return choiceSurcharge({ budgetMinor }, options);
  });
  return Math.max(
    0,
    surcharges.reduce((sum, surcharge) => sum + surcharge, base * guests),
  );
}

/**
 * The lowest and the highest price of a package for one guest: its rules with the cheapest options that have to be chosen, and with the
 * dearest that may be. Null without a price rule.
 */
export function packagePriceRange(
  model: PackageModel,
  ownPrices: (offeringId: string) => readonly number[],
): { from: number; to: number } | null {
  const base = model.priceRules.map(({ amountMinor }) => amountMinor);
  if (base.length === 0) return null;
  let [from, to] = [Math.min(...base), Math.max(...base)];
  for (const choice of model.choices) {
    const priced = (pick: (...prices: number[]) => number): PricedOption[] =>
      choice.options.map(({ offeringId, priceChangeMinor }) => {
        const own = ownPrices(offeringId);
        return { choiceId: choice.id, priceChangeMinor, ownPriceMinor: own.length === 0 ? null : pick(...own) };
      });
    const weight = ({ priceChangeMinor, ownPriceMinor }: PricedOption): number =>
      priceChangeMinor + (choice.budgetMinor === null ? 0 : (ownPriceMinor ?? 0));
    const cheapest = priced(Math.min).sort((a, b) => weight(a) - weight(b));
    const dearest = priced(Math.max).sort((a, b) => weight(b) - weight(a));
    from += choiceSurcharge(choice, cheapest.slice(0, requiredOptions(choice)));
    to += choiceSurcharge(choice, dearest.slice(0, choice.maxOptions));
  }
  return { from, to };
}

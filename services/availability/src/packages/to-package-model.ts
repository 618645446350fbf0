import type { PackageChoiceStartTimeRule } from '@lido/proto/lido/availability/v1/shop_offering.ts';
import { parseWallTime } from '@lido/runtime/time/zone.ts';
import type { RulesByParent } from '../offerings/rule.repository.ts';
import { bookingRules, toAvailabilityRule, toPriceRule } from '../sites/site-model.ts';
import type { PackageChoice, PackageModel, StartTimeRule } from '../solver/packages/package-model.ts';
import { itemTypeWord, maxOptionsOf } from './item-choice.ts';
import type { ItemChoiceRow, PackageRow } from './package.entity.ts';

/** The solver's view of a package's rows. */
export function toPackageModel(row: PackageRow, choices: readonly ItemChoiceRow[], rules: RulesByParent): PackageModel {
  return {
    id: row.id,
    minGuests: row.minGuests,
    maxGuests: row.maxGuests,
    maxDailyMinutes: row.maxDailyDuration ?? null,
    preventsOverlaps: row.preventChoiceOverlaps,
    ...bookingRules(row),
    availabilityRules: rules.availability(row.id).map(toAvailabilityRule),
    priceRules: rules.prices(row.id).map(toPriceRule),
    choices: choices.map(toChoice),
  };
}

function toChoice(row: ItemChoiceRow): PackageChoice {
  return {
    id: row.id,
    name: row.name,
    offeringType: itemTypeWord(row.offeringType),
    minOptions: row.minOptions,
    maxOptions: maxOptionsOf(row),
    isOptional: row.optional,
    allowsOverlaps: row.allowOverlaps,
    budgetMinor: row.optionBudget ?? null,
    startTimeRules: row.startTimeRules.map(toStartTimeRule),
    options: row.options.map(({ id, offering, priceChange }) => ({
      id,
      offeringId: offering?.id ?? '',
      priceChangeMinor: priceChange,
    })),
  };
}

function toStartTimeRule(rule: PackageChoiceStartTimeRule): StartTimeRule {
  if (rule.type === 'PACKAGE_START_TIME_RULE_TYPE_RELATIVE') {
    const { relativeMinsFrom, relativeMinsTo } = rule;
    return {
      kind: 'relative',
      fromMinute: relativeMinsFrom ?? 0,
      toMinute: relativeMinsTo ?? Number.POSITIVE_INFINITY,
    };
  }
  const { absoluteTimeFrom, absoluteTimeTo } = rule;
  const minute = (text: string | null | undefined, otherwise: number): number =>
    text ? (parseWallTime(text) ?? otherwise) : otherwise;
  return { kind: 'absolute', fromMinute: minute(absoluteTimeFrom, 0), toMinute: minute(absoluteTimeTo, 1_440) };
}

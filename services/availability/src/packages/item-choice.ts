import type { PackageChoiceStartTimeRule, PackageItemType } from '@lido/proto/lido/availability/v1/shop_offering.ts';
import type { FieldErrors } from '@lido/runtime/errors/refusal.ts';
import { parseWallTime } from '@lido/runtime/time/zone.ts';
import type { ChoiceOption, ItemChoiceRow } from './package.entity.ts';

/** What a choice's own rules look at. */
export type ChoiceRules = Pick<
  ItemChoiceRow,
  'offeringType' | 'minOptions' | 'maxOptions' | 'startTimeRules' | 'options'
>;

/** The kinds of offerings by the words of the contract. */
export const itemTypeWords = {
  PACKAGE_ITEM_TYPE_APPOINTMENT: 'appointment',
  PACKAGE_ITEM_TYPE_PRODUCT: 'product',
  PACKAGE_ITEM_TYPE_SESSION: 'session',
} as const satisfies Partial<Record<PackageItemType, string>>;

export type ItemTypeWord = (typeof itemTypeWords)[keyof typeof itemTypeWords];

const optionsMax = 50;

/** The kind of offering that a choice or an option is of; appointments where none was said. */
export function itemTypeWord(type: PackageItemType): ItemTypeWord {
  return type in itemTypeWords ? itemTypeWords[type as keyof typeof itemTypeWords] : 'appointment';
}

/** How many options may be chosen at most; as many as have to be where the choice does not say. */
export function maxOptionsOf({ minOptions, maxOptions }: Pick<ChoiceRules, 'minOptions' | 'maxOptions'>): number {
  return maxOptions ?? Math.max(1, minOptions);
}

/**
 * A choice's options as they are kept: an option keeps the id it had in the choice, once, every other gets a new one; the kind of offering
 * is the choice's where the option names none.
 */
export function keptOptions(
  options: readonly ChoiceOption[],
  before: readonly ChoiceOption[],
  { offeringType, newId }: { offeringType: PackageItemType; newId(): string },
): ChoiceOption[] {
  const ids = new Set(before.map(({ id }) => id));
  return options.map(({ id, itemType, priceChange, offering }) => ({
    id: ids.delete(id) ? id : newId(),
    itemType: itemType === 'PACKAGE_ITEM_TYPE_UNSPECIFIED' ? offeringType : itemType,
    priceChange,
    offering: offering && { id: offering.id },
  }));
}

/** What is wrong with a choice, as far as it can be told without looking for its offerings. */
export function choiceErrors(choice: ChoiceRules): FieldErrors {
  const errors: FieldErrors = { ...startTimeErrors(choice), ...optionErrors(choice) };
  if (maxOptionsOf(choice) < choice.minOptions) {
    errors['max_options'] = [`At least the ${choice.minOptions} options that have to be chosen must be allowed.`];
  }
  return errors;
}

function optionErrors({ offeringType, options }: ChoiceRules): FieldErrors {
  const errors: FieldErrors = {};
  const seen = new Set<string>();
  if (options.length > optionsMax) errors['options'] = [`A choice has up to ${optionsMax} options.`];
  for (const [index, { itemType, offering }] of options.entries()) {
    const at = `options.${index}`;
    if (itemType !== offeringType)
      errors[`${at}.item_type`] = [`This choice is of kind ${itemTypeWord(offeringType)}.`];
    if (!offering?.id) errors[`${at}.offering`] = ['The id of an offering is needed.'];
    else if (seen.has(offering.id)) errors[`${at}.offering`] = ['This offering is an option of the choice already.'];
    else seen.add(offering.id);
  }
  return errors;
}

function startTimeErrors({ offeringType, startTimeRules }: ChoiceRules): FieldErrors {
  if (startTimeRules.length > 0 && itemTypeWord(offeringType) === 'product') {
    return { start_time_rules: ['Products take no time, so that nothing limits when they start.'] };
  }
  return Object.assign(
    {},
    ...startTimeRules.map((rule, index) => startTimeRuleErrors(`start_time_rules.${index}`, rule)),
  );
}

function startTimeRuleErrors(at: string, rule: PackageChoiceStartTimeRule): FieldErrors {
  switch (rule.type) {
    case 'PACKAGE_START_TIME_RULE_TYPE_ABSOLUTE': {
      const { absoluteTimeFrom: from, absoluteTimeTo: to } = rule;
      if (!from && !to)
        return { [`${at}.absolute_time_from`]: ['An absolute rule needs a time it begins or ends at.'] };
      if (from && to && (parseWallTime(to) ?? 0) < (parseWallTime(from) ?? 0))
        return { [`${at}.absolute_time_to`]: ['The end must not be before the start.'] };
      return {};
    }
    case 'PACKAGE_START_TIME_RULE_TYPE_RELATIVE': {
      const { relativeMinsFrom: from, relativeMinsTo: to } = rule;
      if ((from ?? null) === null && (to ?? null) === null)
        return { [`${at}.relative_mins_from`]: ['A relative rule needs minutes it begins or ends at.'] };
      if (from != null && to != null && to < from)
        return { [`${at}.relative_mins_to`]: ['The end must not be before the start.'] };
      return {};
    }
    case 'PACKAGE_START_TIME_RULE_TYPE_UNSPECIFIED':
      return { [`${at}.type`]: ['The type must be absolute or relative.'] };
  }
}

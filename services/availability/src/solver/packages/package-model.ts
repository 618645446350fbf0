import type { BookingRules } from '../booking-window.ts';
import type { StartOption } from '../itineraries/start-options.ts';
import type { AvailabilityRule, GuestSharing, PriceRule } from '../model.ts';

/** The solver's view of a package. Amounts are for one guest, in the smallest unit. */
export interface PackageModel extends BookingRules {
  readonly id: string;
  readonly minGuests: number;
  readonly maxGuests: number;
  /** From the first start to the last end of a local day; null sets no limit. */
  readonly maxDailyMinutes: number | null;
  readonly preventsOverlaps: boolean;
  readonly availabilityRules: readonly AvailabilityRule[];
  /** They know dates and weekdays only. */
  readonly priceRules: readonly PriceRule[];
  readonly choices: readonly PackageChoice[];
}

export interface PackageChoice {
  readonly id: string;
  readonly name: string;
  readonly offeringType: 'appointment' | 'product' | 'session';
  readonly minOptions: number;
  readonly maxOptions: number;
  readonly isOptional: boolean;
  readonly allowsOverlaps: boolean;
  /** What of the options' own prices the package's price covers; null where options cost nothing by themselves. */
  readonly budgetMinor: number | null;
  readonly startTimeRules: readonly StartTimeRule[];
  readonly options: readonly PackageOption[];
}

export interface PackageOption {
  readonly id: string;
  readonly offeringId: string;
  readonly priceChangeMinor: number;
}

/** Both ends are allowed starts: minutes since midnight on the site's clocks, or minutes since the package's first start. */
export interface StartTimeRule {
  readonly kind: 'absolute' | 'relative';
  readonly fromMinute: number;
  readonly toMinute: number;
}

/** An option of a choice at a time. */
export interface PackageItem {
  readonly choiceId: string;
  readonly optionId: string;
  /** The local date of its start. */
  readonly date: string;
  /** Minutes since midnight on the site's clocks. */
  readonly wallMinute: number;
  readonly startMs: number;
  readonly endMs: number;
  /** Who has it, where they are named: those who share nobody may be at two choices at once. */
  readonly guestIds?: readonly string[];
  /** What it takes; absent for what is held already. */
  readonly start?: StartOption;
}

/** Why an option that could start by itself can not do so as part of its package, in the order a person would ask. */
export const packageReasons = ['outside_start_times', 'overlaps_choice', 'day_too_long', 'rest_not_bookable'] as const;

export type PackageReason = (typeof packageReasons)[number];

const messages: Record<PackageReason, string> = {
  outside_start_times: 'This part of the package does not start at this time.',
  overlaps_choice: 'This overlaps another part of the package.',
  day_too_long: 'The parts of the package would be too far apart on this day.',
  rest_not_bookable: 'We found no times for the rest of the package with this one.',
};

/** The sentence a customer reads. */
export function packageMessage(reason: PackageReason): string {
  return messages[reason];
}

/** How many options of a choice have to be chosen. */
export function requiredOptions({ isOptional, minOptions }: PackageChoice): number {
  return isOptional ? 0 : minOptions;
}

/** The choices that have to be chosen and take time. */
export function requiredTimes({ choices }: Pick<PackageModel, 'choices'>): PackageChoice[] {
  return choices.filter((choice) => choice.offeringType !== 'product' && requiredOptions(choice) > 0);
}

/** Whether guests may be elsewhere while they are at this choice. */
export function mayOverlap(model: Pick<PackageModel, 'preventsOverlaps'>, choice: PackageChoice): boolean {
  return !model.preventsOverlaps || choice.allowsOverlaps;
}

/** How what is chosen of a choice shares its guests' time within its line; undefined where no choices of the package may overlap. */
export function guestSharing(model: PackageModel, choice: PackageChoice, lineId: string): GuestSharing | undefined {
  if (!model.choices.some((one) => mayOverlap(model, one))) return undefined;
  return { lineId, isApart: !mayOverlap(model, choice) };
}

/** Who takes an option's time at once: what it allows, as near as can be to all the guests. */
export function guestsAtOnce(
  guests: number,
  { minGuests, maxGuests }: { minGuests: number; maxGuests: number },
): number {
  return Math.min(maxGuests, Math.max(minGuests, guests));
}

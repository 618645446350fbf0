import type { PackageChoiceDetails, PackageOptionDetails } from '@lido/proto/lido/availability/internal/v1/booking.ts';
import type { OptionBudget } from '@lido/proto/lido/orders/v1/order_item.ts';
import { invalid } from '@lido/runtime/errors/refusal.ts';

/** A line of a package, as far as choosing goes. */
export interface PackageLine {
  /** Guests it is for, named ones included. */
  readonly quantity: number;
  readonly guestIds: readonly string[];
  readonly choices: readonly PackageChoiceDetails[];
}

/** What is chosen in it. */
export interface Chosen {
  readonly id: string;
  readonly packageChoiceId?: string | null | undefined;
  readonly packageOptionId?: string | null | undefined;
  readonly quantity: number;
  readonly guestIds: readonly string[];
  readonly priceMinor: number;
}

/** An option with the choice it is one of. */
export interface ChoiceOption {
  readonly choice: PackageChoiceDetails;
  readonly option: PackageOptionDetails;
}

/** Who has an option. */
export interface Party {
  readonly quantity: number;
  readonly guestIds: string[];
}

/** The option that ids name. A field that names nothing of the package is refused with a sentence. */
export function optionOf({ choices }: PackageLine, choiceId: string, optionId: string): ChoiceOption {
  if (choiceId === '') throw invalid({ choice_id: ['The choice id is required.'] });
  const choice = choices.find(({ id }) => id === choiceId);
  if (!choice) throw invalid({ choice_id: [`This package has no choice ${choiceId} that takes time.`] });
  if (optionId === '') throw invalid({ option_id: ['The option id is required.'] });
  const option = choice.options.find(({ id }) => id === optionId);
  if (!option) throw invalid({ option_id: [`${choice.name} has no option ${optionId}.`] });
  return { choice, option };
}

/**
 * Who gets an option that is chosen: the guests asked for, else those who may still choose it, as many as it takes at once. Undefined
 * when all have it already, or as many options of the choice as they may have.
 */
export function partyFor(
  line: PackageLine,
  chosen: readonly Chosen[],
  { choice, option }: ChoiceOption,
  asked: readonly string[] | undefined,
): Party | undefined {
  const ofChoice = chosen.filter(({ packageChoiceId }) => packageChoiceId === choice.id);
  const { minGuests = 1, maxGuests = Number.POSITIVE_INFINITY } = option.offering ?? {};
  const atOnce = (guests: number): number => Math.min(maxGuests, Math.max(minGuests, guests));
  const named = asked ?? line.guestIds;
  const able = named.filter((id) => mayChoose(ofChoice, { choice, option }, id));
  if (asked)
    return able.length < asked.length ? undefined : { quantity: Math.max(minGuests, asked.length), guestIds: able };
  const left = placesLeft(line, ofChoice, { choice, option });
  const hasNone = left < 1 || (line.guestIds.length >= line.quantity && able.length === 0);
  if (hasNone) return undefined;
  const quantity = atOnce(left);
  return { quantity, guestIds: able.slice(0, quantity) };
}

function mayChoose(ofChoice: readonly Chosen[], { choice, option }: ChoiceOption, guestId: string): boolean {
  const theirs = ofChoice.filter(({ guestIds }) => guestIds.includes(guestId));
  return theirs.length < choice.maxOptions && theirs.every(({ packageOptionId }) => packageOptionId !== option.id);
}

/** For how many guests an option can still be chosen, named or not. */
function placesLeft({ quantity }: PackageLine, ofChoice: readonly Chosen[], { choice, option }: ChoiceOption): number {
  const sameOption = ofChoice.filter(({ packageOptionId }) => packageOptionId === option.id);
  return Math.min(quantity - guestsOf(sameOption), quantity * choice.maxOptions - guestsOf(ofChoice));
}

/**
 * What is chosen anew where an option can not be chosen once more: the same option, or the only one of a choice that allows one. Refused
 * where that is nothing or not clear.
 */
export function chosenAnew<C extends Chosen>(
  chosen: readonly C[],
  { choice, option }: ChoiceOption,
  asked: readonly string[] | undefined,
): C {
  const concerned = chosen.filter(
    ({ packageChoiceId, guestIds }) =>
      packageChoiceId === choice.id && (!asked || guestIds.some((id) => asked.includes(id))),
  );
  const same = concerned.filter(({ packageOptionId }) => packageOptionId === option.id);
  const candidates = same.length > 0 || choice.maxOptions > 1 ? same : concerned;
  const [only, another] = candidates;
  if (only && !another) return only;
  if (another)
    throw invalid({ guest_ids: [`Several guests have ${choice.name}: please say for whom it is chosen anew.`] });
  throw tooMany(choice);
}

/** The refusal of more options than a choice allows. */
export function tooMany({ name, maxOptions }: PackageChoiceDetails): Error {
  const options = maxOptions === 1 ? 'one option' : `${maxOptions} different options`;
  return invalid({ option_id: [`Each guest can have ${options} of ${name}. Please change or clear what is chosen.`] });
}

/** The choices in which guests still have to choose, by name. */
export function openChoices({ choices, quantity, guestIds }: PackageLine, chosen: readonly Chosen[]): string[] {
  return choices
    .filter(({ id, requiredOptions }) => {
      const ofChoice = chosen.filter(({ packageChoiceId }) => packageChoiceId === id);
      const areAllNamed = ofChoice.every((one) => one.guestIds.length >= one.quantity);
      const lacks = (guestId: string): boolean =>
        ofChoice.filter(({ guestIds: theirs }) => theirs.includes(guestId)).length < requiredOptions;
      return guestsOf(ofChoice) < requiredOptions * quantity || (areAllNamed && guestIds.some(lacks));
    })
    .map(({ name }) => name);
}

/**
 * Who still has what was chosen when a line is for other guests: those who are gone lose it, and one for everybody is for those who are
 * named now. Nobody (undefined) where all are gone. Fewer guests without names than have chosen something are refused.
 */
export function partiesAfter(
  line: Pick<PackageLine, 'quantity' | 'guestIds'>,
  before: Pick<PackageLine, 'quantity' | 'guestIds'>,
  chosen: readonly Chosen[],
): Map<string, Party | undefined> {
  const parties = new Map(chosen.map((one) => [one.id, partyAfter(line, before, one)]));
  const byOption = Map.groupBy(chosen, ({ packageOptionId }) => packageOptionId);
  for (const ofOption of byOption.values()) {
    const guests = ofOption.reduce((sum, { id }) => sum + (parties.get(id)?.quantity ?? 0), 0);
    if (ofOption.length > 1 && guests > line.quantity)
      throw invalid({ quantity: ['More guests have chosen something in this package. Please clear that first.'] });
  }
  return parties;
}

function partyAfter(
  line: Pick<PackageLine, 'quantity' | 'guestIds'>,
  before: Pick<PackageLine, 'quantity' | 'guestIds'>,
  { quantity, guestIds }: Chosen,
): Party | undefined {
  const gone = before.guestIds.filter((id) => !line.guestIds.includes(id));
  const kept = guestIds.filter((id) => !gone.includes(id));
  const left = quantity - (guestIds.length - kept.length);
  if (left < 1) return undefined;
  const isForAll = guestIds.length === 0 && quantity === line.quantity;
  return { quantity: Math.min(left, line.quantity), guestIds: isForAll ? [...line.guestIds] : kept };
}

/** The budgets of a line's choices, for all its guests. */
export function optionBudgets({ choices, quantity }: PackageLine, chosen: readonly Chosen[]): OptionBudget[] {
  return choices.flatMap(({ id, budgetMinor }) => {
    if (budgetMinor === null || budgetMinor === undefined) return [];
    const budget = budgetMinor * quantity;
    const spent = chosen
      .filter(({ packageChoiceId }) => packageChoiceId === id)
      .reduce((sum, { priceMinor }) => sum + priceMinor, 0);
    return [{ choiceId: id, budget, spent, remaining: Math.max(0, budget - spent) }];
  });
}

function guestsOf(chosen: readonly Chosen[]): number {
  return chosen.reduce((sum, { quantity }) => sum + quantity, 0);
}

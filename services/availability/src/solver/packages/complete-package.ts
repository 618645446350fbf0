import { Joining } from '../itineraries/assign-resources.ts';
import { fitsBeside } from '../itineraries/start-options.ts';
import { Work } from '../itineraries/work.ts';
import { type PackageChoice, type PackageItem, type PackageModel, requiredOptions } from './package-model.ts';
import { brokenRule, mayAllStart } from './package-rules.ts';

/** Finds times for what is still to be chosen of a package, for many beginnings of it. */
export class PackageCompletion {
  readonly #model: PackageModel;
  /** By choice what it can be by itself on the dates of the visit. */
  readonly #items: ReadonlyMap<string, readonly PackageItem[]>;
  readonly #stepsMax: number;
  /** What others take is looked at within one bound, and remembered, for all beginnings. */
  readonly #beside: { readonly joining: Joining; readonly work: Work };
  #isTruncated = false;
  #lastRest: readonly PackageItem[] = [];

  /** `stepsMax` bounds the search of each beginning, so that a hard one does not use up what others need. */
  constructor(model: PackageModel, items: ReadonlyMap<string, readonly PackageItem[]>, stepsMax: number) {
    this.#model = model;
    this.#items = items;
    this.#stepsMax = stepsMax;
    const work = new Work(stepsMax * 20);
    this.#beside = { joining: new Joining(work), work };
  }

  /** Whether a search gave up: a beginning without a rest may have one nevertheless. */
  get isTruncated(): boolean {
    return this.#isTruncated || this.#beside.work.isSpent;
  }

  /** Items for the mandatory choices that the chosen ones leave open, all at their times; undefined when none were found. */
  complete(chosen: readonly PackageItem[]): readonly PackageItem[] | undefined {
    const open = this.#openChoices(chosen);
    if (this.#isRest(chosen, open, this.#lastRest)) return this.#lastRest;
    const work = new Work(this.#stepsMax);
    const rest: PackageItem[] = [];
    const isFound = this.#place(chosen, open, rest, work);
    if (work.isSpent) this.#isTruncated = true;
    if (!isFound) return undefined;
    this.#lastRest = rest;
    return rest;
  }

  /** Each choice as often as options of it are still to be chosen, those with the fewest starts first. */
  #openChoices(chosen: readonly PackageItem[]): PackageChoice[] {
    const startsOf = ({ id }: PackageChoice): number => this.#items.get(id)?.length ?? 0;
    return this.#model.choices
      .filter(({ offeringType }) => offeringType !== 'product')
      .flatMap((choice) => {
        const options = new Set(chosen.filter(({ choiceId }) => choiceId === choice.id).map((item) => item.optionId));
        return Array.from({ length: Math.max(0, requiredOptions(choice) - options.size) }, () => choice);
      })
      .sort((a, b) => startsOf(a) - startsOf(b));
  }

  #place(chosen: readonly PackageItem[], open: readonly PackageChoice[], rest: PackageItem[], work: Work): boolean {
    const choice = open[rest.length];
    if (choice === undefined) return mayAllStart(this.#model, [...chosen, ...rest]);
    const candidates = this.#items.get(choice.id) ?? [];
    // Several options of one choice come in the order of the list, so that no set is met twice.
    const last = rest.at(-1);
    const from = last?.choiceId === choice.id ? candidates.indexOf(last) + 1 : 0;
    for (let index = from; index < candidates.length; index++) {
      if (!work.spend()) return false;
      const item = candidates[index] as PackageItem;
      if (!this.#fits([...chosen, ...rest], item)) continue;
      rest.push(item);
      if (this.#place(chosen, open, rest, work)) return true;
      rest.pop();
    }
    return false;
  }

  #fits(others: readonly PackageItem[], item: PackageItem): boolean {
    const isChosen = others.some(({ choiceId, optionId }) => choiceId === item.choiceId && optionId === item.optionId);
    return !isChosen && brokenRule(this.#model, others, item, false) === undefined && this.#isFree(others, item);
  }

  /** Whether what an item takes is free beside what others take. */
  #isFree(others: readonly PackageItem[], { start }: PackageItem): boolean {
    const taken = others.flatMap((other) => other.start ?? []);
    return start === undefined || fitsBeside(taken, start, this.#beside);
  }

  /** Whether items that completed another beginning complete this one as well. */
  #isRest(chosen: readonly PackageItem[], open: readonly PackageChoice[], rest: readonly PackageItem[]): boolean {
    const isOfChoices = rest.length === open.length && rest.every(({ choiceId }, at) => open[at]?.id === choiceId);
    return (
      isOfChoices &&
      rest.every((item, index) => this.#fits([...chosen, ...rest.slice(0, index)], item)) &&
      mayAllStart(this.#model, [...chosen, ...rest])
    );
  }
}

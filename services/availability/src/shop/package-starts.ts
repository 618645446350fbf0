import type { Booking } from '../bookings/booking.ts';
import type { CompiledSite } from '../solver/compile-site.ts';
import { type ExplainedSlot, explainSlots } from '../solver/explain-slots.ts';
import { PackageCompletion } from '../solver/packages/complete-package.ts';
import { judgeStart } from '../solver/packages/judge-starts.ts';
import { canBegin, isOffered, packageReason } from '../solver/packages/package-dates.ts';
import { packageItem } from '../solver/packages/package-item.ts';
import {
  type PackageChoice,
  type PackageItem,
  packageMessage,
  type PackageOption,
  requiredTimes,
} from '../solver/packages/package-model.ts';
import { reasonMessage } from '../solver/reason.ts';
import { appointmentQuery, itemsByChoice, type Refusal, sessionRefusal } from './package-items.ts';
import type { DatedQuestion, PackageQuestion } from './package-question.repository.ts';
import type { OfferedSession } from './package-sessions.repository.ts';

/** A candidate start of an option, and why it can not be chosen. */
export interface CandidateStart {
  readonly choice: PackageChoice;
  readonly option: PackageOption;
  readonly item: PackageItem;
  readonly guests: number;
  /** For the guests, when it is booked by itself. */
  readonly ownPriceMinor: number | null;
  readonly delivery: { readonly slot: ExplainedSlot } | { readonly session: OfferedSession };
  readonly reason: string | null;
  readonly message: string | null;
}

const stepsMax = 20_000;

/** Answers for the starts of a package's choices, as the site and the basket stand. */
export class PackageStarts {
  readonly #question: DatedQuestion;
  readonly #items: ReadonlyMap<string, PackageItem[]>;
  readonly #completion: PackageCompletion;

  constructor(question: DatedQuestion) {
    this.#question = question;
    this.#items = itemsByChoice(question);
    const { model, target } = question;
    const offered = [...this.#items].map(([id, items]): [string, PackageItem[]] => [
      id,
      items.filter((item) => isOffered(target.versioned.compiled, model, item)),
    ]);
    this.#completion = new PackageCompletion(model, new Map(offered), stepsMax);
  }

  /** Whether a search gave up somewhere. */
  get isTruncated(): boolean {
    return this.#completion.isTruncated;
  }

  /** Every candidate of a choice on the date that is asked about, in order; `optionId` keeps to one option. */
  candidatesOf(choice: PackageChoice, optionId?: string | null): CandidateStart[] {
    return choice.options
      .filter(({ id }) => !optionId || id === optionId)
      .flatMap((option) => [...this.#appointments(choice, option), ...this.#sessions(choice, option)])
      .sort((a, b) => a.item.startMs - b.item.startMs);
  }

  /** Whether the package can begin on the date that is asked about, with the first and the last start of what has to be chosen. */
  beginning(): { canBegin: boolean; first: PackageItem | undefined; last: PackageItem | undefined } {
    const { model, date } = this.#question;
    const items = requiredTimes(model)
      .flatMap(({ id }) => this.#items.get(id) ?? [])
      .filter((item) => item.date === date)
      .sort((a, b) => a.startMs - b.startMs);
    const isFree = (item: PackageItem): boolean => this.#judge(item, null).reason === null;
    const first = items.find(isFree);
    const hasStart = first !== undefined;
    return {
      canBegin: canBegin(this.#site, model, this.#question, { date, hasStart }),
      first,
      last: hasStart ? items.findLast(isFree) : undefined,
    };
  }

  #appointments(choice: PackageChoice, option: PackageOption): CandidateStart[] {
    const { date } = this.#question;
    const query = appointmentQuery(this.#question, choice, option);
    if (query === undefined) return [];
    const slots = explainSlots(this.#site, { ...query, dateFrom: date, dateTo: date }).flatMap(({ slots }) => slots);
    return slots.map((slot) => {
      const item = this.#itemAt(choice, option, slot);
      const own = slot.reason === null ? null : { reason: slot.reason, message: slot.message ?? '' };
      return {
        ...{ choice, option, item, guests: query.guests, delivery: { slot } },
        ownPriceMinor: slot.amountMinor === null ? null : slot.amountMinor * query.guests,
        ...this.#judge(item, own),
      };
    });
  }

  #sessions(choice: PackageChoice, option: PackageOption): CandidateStart[] {
    const { sessions, date } = this.#question;
    return (sessions.get(option.offeringId)?.get(date) ?? []).map((session) => {
      const item = this.#itemAt(choice, option, session);
      const { price } = session.session;
      return {
        ...{ choice, option, item, guests: session.guests, delivery: { session } },
        ownPriceMinor: price === null || price === undefined ? null : price * session.guests,
        ...this.#judge(item, sessionRefusal(this.#question, choice, session)),
      };
    });
  }

  get #site(): CompiledSite {
    return this.#question.target.versioned.compiled;
  }

  /** The item that can be searched with, or one that only names the time. */
  #itemAt(choice: PackageChoice, option: PackageOption, times: { startMs: number; endMs: number }): PackageItem {
    const isIt = ({ optionId, startMs }: PackageItem): boolean => optionId === option.id && startMs === times.startMs;
    const ids = { choiceId: choice.id, optionId: option.id };
    return this.#items.get(choice.id)?.find(isIt) ?? packageItem(ids, times, this.#question.target.site.timezone);
  }

  #judge(item: PackageItem, own: Refusal | null): Refusal | { reason: null; message: null } {
    if (own !== null) return own;
    const { model } = this.#question;
    const held = this.#question.held.map((one) => one.item);
    const ofPackage = packageReason(this.#site, model, this.#question, { held, item });
    if (ofPackage !== undefined) return { reason: ofPackage, message: reasonMessage(ofPackage) };
    const ofRules = judgeStart(model, this.#completion, held, item);
    return ofRules === undefined
      ? { reason: null, message: null }
      : { reason: ofRules, message: packageMessage(ofRules) };
  }
}

/** The held bookings of one choice. */
export function heldOf({ held }: PackageQuestion, { id }: PackageChoice): Booking[] {
  return held.filter(({ item }) => item.choiceId === id).map(({ booking }) => booking);
}

import type { Booking } from '../bookings/booking.ts';
import type { CompiledSite } from '../solver/compile-site.ts';
import { type ExplainedSlot, explainSlots } from '../solver/explain-slots.ts';
import { startOptions } from '../solver/itineraries/start-options.ts';
import type { VisitItem } from '../solver/itineraries/visit.ts';
import type { SlotQuery } from '../solver/model.ts';
import { PackageCompletion } from '../solver/packages/complete-package.ts';
import { judgeStart } from '../solver/packages/judge-starts.ts';
import { canBegin, isOffered, packageReason } from '../solver/packages/package-dates.ts';
import { packageItem } from '../solver/packages/package-item.ts';
import {
  guestsAtOnce,
  mayOverlap,
  type PackageChoice,
  type PackageItem,
  packageMessage,
  type PackageOption,
  requiredTimes,
} from '../solver/packages/package-model.ts';
import { reasonMessage } from '../solver/reason.ts';
import { sessionMessage } from '../sessions/session-state.ts';
import type { PackageQuestion } from './package-question.repository.ts';
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

interface Refusal {
  readonly reason: string;
  readonly message: string;
}

const stepsMax = 20_000;

/** Answers for the starts of a package's choices, as the site and the basket stand. */
export class PackageStarts {
  readonly #question: PackageQuestion;
  readonly #items: ReadonlyMap<string, PackageItem[]>;
  readonly #completion: PackageCompletion;

  constructor(question: PackageQuestion) {
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
    return (sessions.get(option.offeringId) ?? [])
      .map((session) => ({ session, item: this.#itemAt(choice, option, session) }))
      .filter(({ item }) => item.date === date)
      .map(({ session, item }) => {
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

/** The question about one option as an appointment; its guests may be anywhere where the choice may overlap. */
function appointmentQuery(
  { target, guests, guestIds, nowMs, memberships, excludedItemIds, model }: PackageQuestion,
  choice: PackageChoice,
  { offeringId }: PackageOption,
): Omit<SlotQuery, 'dateFrom' | 'dateTo'> | undefined {
  const type = target.versioned.compiled.types.get(offeringId);
  if (choice.offeringType !== 'appointment' || type === undefined) return undefined;
  return {
    appointmentTypeId: type.id,
    nowMs,
    durationMinutes: type.durationsMinutes[0] ?? 0,
    guests: guestsAtOnce(guests, type),
    guestIds: mayOverlap(model, choice) ? [] : guestIds,
    excludeItemIds: excludedItemIds,
    memberships,
  };
}

/** What every option that takes time can be by itself on the dates of the visit, by choice and in the order of the starts. */
function itemsByChoice(question: PackageQuestion): Map<string, PackageItem[]> {
  const { model, target, dates } = question;
  const { compiled } = target.versioned;
  const options = model.choices.flatMap((choice) => choice.options.map((option) => ({ choice, option })));
  const found = new Map<string, PackageItem[]>(model.choices.map(({ id }) => [id, []]));
  for (const date of dates) {
    const items = options.map(({ choice, option }) => visitItem(question, choice, option, date));
    const visit = { date, items, order: 'any', minGapMinutes: 0, maxGapMinutes: null } as const;
    for (const [index, { choice, option }] of options.entries()) {
      const ids = { choiceId: choice.id, optionId: option.id };
      for (const start of startOptions(compiled, visit, index))
        found.get(choice.id)?.push(packageItem(ids, start, target.site.timezone, start));
    }
  }
  for (const items of found.values()) items.sort((a, b) => a.startMs - b.startMs);
  return found;
}

function visitItem(question: PackageQuestion, choice: PackageChoice, option: PackageOption, date: string): VisitItem {
  const query = appointmentQuery(question, choice, option);
  if (query !== undefined) return { kind: 'appointment', guestIds: query.guestIds ?? [], query };
  const sessions = (question.sessions.get(option.offeringId) ?? []).filter(
    (session) => session.session.startTime.slice(0, 10) === date && sessionRefusal(question, choice, session) === null,
  );
  return {
    kind: 'listed',
    guestIds: [],
    guests: sessions[0]?.guests ?? 1,
    starts: sessions.map(({ session, startMs, endMs, guests }) => ({
      ...{ placeId: session.id, places: session.remainingCapacity, startMs, endMs },
      amountMinor: (session.price ?? 0) * guests,
    })),
  };
}

function sessionRefusal(
  { guestIds, target, excludedItemIds, model }: PackageQuestion,
  choice: PackageChoice,
  { reason, startMs, endMs }: OfferedSession,
): Refusal | null {
  if (reason !== null) return { reason, message: sessionMessage(reason) };
  if (mayOverlap(model, choice)) return null;
  const isElsewhere = guestIds.some((id) =>
    (target.versioned.compiled.guests.get(id)?.claimed.claims ?? []).some(
      ({ fromMs, toMs, itemId }) => !excludedItemIds.includes(itemId ?? '') && fromMs < endMs && startMs < toMs,
    ),
  );
  return isElsewhere ? { reason: 'guest_unavailable', message: reasonMessage('guest_unavailable') } : null;
}

/** The held bookings of one choice. */
export function heldOf({ held }: PackageQuestion, { id }: PackageChoice): Booking[] {
  return held.filter(({ item }) => item.choiceId === id).map(({ booking }) => booking);
}

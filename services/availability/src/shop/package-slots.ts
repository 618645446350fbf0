import type { PackageChoiceSlot } from '@lido/proto/lido/availability/v1/package_availability.ts';
import { formatInstant } from '@lido/runtime/time/zone.ts';
import { choiceSurcharge, type PricedOption } from '../solver/packages/package-price.ts';
import type { PackageChoice } from '../solver/packages/package-model.ts';
import type { PackageQuestion } from './package-question.repository.ts';
import { type CandidateStart, heldOf } from './package-starts.ts';

/** The candidates of a choice as clients see them; one free start of each option is suggested. */
export function toPackageSlots(
  question: PackageQuestion,
  choice: PackageChoice,
  candidates: readonly CandidateStart[],
): PackageChoiceSlot[] {
  const suggested = suggestedStarts(question, candidates);
  const chosen = heldOf(question, choice).map(
    ({ request, priceMinor, guests }): PricedOption => ({
      choiceId: choice.id,
      priceChangeMinor: choice.options.find(({ id }) => id === request.packageOptionId)?.priceChangeMinor ?? 0,
      ownPriceMinor: priceMinor / guests,
    }),
  );
  const before = choiceSurcharge(choice, chosen);
  return candidates.map((candidate) => {
    const { option, guests, ownPriceMinor } = candidate;
    const added: PricedOption = {
      choiceId: choice.id,
      priceChangeMinor: option.priceChangeMinor,
      ownPriceMinor: ownPriceMinor === null ? null : ownPriceMinor / guests,
    };
    return {
      ...slotOf(question, candidate),
      isSuggested: suggested.has(candidate),
      priceChange: (choiceSurcharge(choice, [...chosen, added]) - before) * guests,
    };
  });
}

/** Of each option the free start that leaves the least time to what the basket has that day, the earliest of equals. */
function suggestedStarts({ basketTimes }: PackageQuestion, candidates: readonly CandidateStart[]): Set<CandidateStart> {
  const gap = ({ item }: CandidateStart): number =>
    basketTimes.length === 0
      ? 0
      : Math.min(...basketTimes.map(({ startMs, endMs }) => Math.max(0, item.startMs - endMs, startMs - item.endMs)));
  const best = new Map<string, CandidateStart>();
  for (const candidate of candidates) {
    if (candidate.reason !== null) continue;
    const known = best.get(candidate.option.id);
    if (known === undefined || gap(candidate) < gap(known)) best.set(candidate.option.id, candidate);
  }
  return new Set(best.values());
}

function slotOf(
  { target }: PackageQuestion,
  candidate: CandidateStart,
): Omit<PackageChoiceSlot, 'isSuggested' | 'priceChange'> {
  const { choice, option, item, ownPriceMinor, reason, message } = candidate;
  const text = (epochMs: number): string => formatInstant(epochMs, target.site.timezone);
  return {
    choiceId: choice.id,
    optionId: option.id,
    offeringType: choice.offeringType,
    offeringId: option.offeringId,
    startTime: text(item.startMs),
    endTime: text(item.endMs),
    duration: (item.endMs - item.startMs) / 60_000,
    ...deliveryOf(target, candidate),
    price: ownPriceMinor,
    currency: target.site.currency.toLowerCase(),
    noAvailabilityReason: reason,
    noAvailabilityMessage: message,
  };
}

type Delivery = Pick<
  PackageChoiceSlot,
  'endBuffer' | 'practitioners' | 'rooms' | 'sessionId' | 'quantityAvailable' | 'totalQuantity'
>;

function deliveryOf({ versioned }: PackageQuestion['target'], { delivery, option, reason }: CandidateStart): Delivery {
  if ('slot' in delivery) {
    const { practitioners, rooms, quantityAvailable, totalQuantity } = delivery.slot;
    return {
      endBuffer: versioned.compiled.types.get(option.offeringId)?.endBufferMinutes ?? 0,
      practitioners: [...practitioners],
      rooms: [...rooms],
      sessionId: null,
      quantityAvailable: reason === null ? quantityAvailable : 0,
      totalQuantity,
    };
  }
  const { session } = delivery.session;
  return {
    endBuffer: 0,
    practitioners: session.practitioner ? [session.practitioner] : [],
    rooms: session.room ? [session.room] : [],
    sessionId: session.id,
    quantityAvailable: reason === null ? session.remainingCapacity : 0,
    totalQuantity: session.capacity ?? 0,
  };
}

import { isGuestElsewhere } from '../bookings/supposing.ts';
import { startOptions } from '../solver/itineraries/start-options.ts';
import type { VisitItem } from '../solver/itineraries/visit.ts';
import type { Claim, GuestSharing, SlotQuery } from '../solver/model.ts';
import { leavesFree } from '../solver/guest-sharing.ts';
import { packageItem } from '../solver/packages/package-item.ts';
import {
  guestsAtOnce,
  guestSharing,
  type PackageChoice,
  type PackageItem,
  type PackageOption,
} from '../solver/packages/package-model.ts';
import { reasonMessage } from '../solver/reason.ts';
import { sessionMessage } from '../sessions/session-state.ts';
import type { DatedQuestion, PackageQuestion } from './package-question.repository.ts';
import type { OfferedSession } from './package-sessions.repository.ts';

/** Why something can not be chosen. */
export interface Refusal {
  readonly reason: string;
  readonly message: string;
}

/** The question about one option as an appointment. */
export function appointmentQuery(
  question: PackageQuestion,
  choice: PackageChoice,
  { offeringId }: PackageOption,
): Omit<SlotQuery, 'dateFrom' | 'dateTo'> | undefined {
  const { target, guests, guestIds, nowMs, memberships, excludedItemIds } = question;
  const { offerings, compiled } = target.versioned;
  const type = offerings.has(offeringId) ? compiled.types.get(offeringId) : undefined;
  if (choice.offeringType !== 'appointment' || type === undefined) return undefined;
  return {
    appointmentTypeId: type.id,
    nowMs,
    durationMinutes: type.durationsMinutes[0] ?? 0,
    guests: guestsAtOnce(guests, type),
    guestIds,
    excludeItemIds: excludedItemIds,
    sharing: sharingOf(question, choice),
    memberships,
  };
}

/** What every option that takes time can be by itself on the dates of the visit, by choice and in the order of the starts. */
export function itemsByChoice(question: DatedQuestion): Map<string, PackageItem[]> {
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
  const sessions = (question.sessions.get(option.offeringId)?.get(date) ?? []).filter(
    (session) => sessionRefusal(question, choice, session) === null,
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

export function sessionRefusal(
  question: PackageQuestion,
  choice: PackageChoice,
  { reason, startMs, endMs }: OfferedSession,
): Refusal | null {
  if (reason !== null) return { reason, message: sessionMessage(reason) };
  const { guestIds, target, excludedItemIds, nowMs } = question;
  const sharing = sharingOf(question, choice);
  const isOwn = (claim: Claim): boolean => excludedItemIds.includes(claim.itemId ?? '') || leavesFree(claim, sharing);
  return isGuestElsewhere(target.versioned.compiled, guestIds, { startMs, endMs, nowMs }, isOwn)
    ? { reason: 'guest_unavailable', message: reasonMessage('guest_unavailable') }
    : null;
}

/** Guests may be at what their line holds already as far as its choices may overlap. */
function sharingOf({ model, lineId }: PackageQuestion, choice: PackageChoice): GuestSharing | undefined {
  return lineId ? guestSharing(model, choice, lineId) : undefined;
}

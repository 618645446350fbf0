import { startOptions } from '../solver/itineraries/start-options.ts';
import type { VisitItem } from '../solver/itineraries/visit.ts';
import type { SlotQuery } from '../solver/model.ts';
import { packageItem } from '../solver/packages/package-item.ts';
import {
  guestsAtOnce,
  mayOverlap,
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

/** The question about one option as an appointment; its guests may be anywhere where the choice may overlap. */
export function appointmentQuery(
  { target, guests, guestIds, nowMs, memberships, excludedItemIds, model }: PackageQuestion,
  choice: PackageChoice,
  { offeringId }: PackageOption,
): Omit<SlotQuery, 'dateFrom' | 'dateTo'> | undefined {
  const { offerings, compiled } = target.versioned;
  const type = offerings.has(offeringId) ? compiled.types.get(offeringId) : undefined;
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

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { OfferingDate } from '@lido/proto/lido/availability/v1/shop.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { formatInstant } from '@lido/runtime/time/zone.ts';
import type { BookingParts } from '../bookings/parts.ts';
import { findBookableDates } from '../solver/offering-dates.ts';
import { isOnOffer } from '../solver/packages/package-dates.ts';
import { type PackageChoice, type PackageItem, requiredTimes } from '../solver/packages/package-model.ts';
import { appointmentQuery, sessionRefusal } from './package-items.ts';
import { onDate, type PackageQuestion, packageQuestion } from './package-question.repository.ts';
import { PackageStarts } from './package-starts.ts';
import type { PackageTarget } from './package-target.repository.ts';
import { type DateRange, datesOf } from './search.repository.ts';

/** The dates of a range that are worth a look, whether so many guests can book the whole of a package, and between which starts of what has to be chosen. */
export async function* packageDates(
  parts: BookingParts,
  target: PackageTarget,
  { range, guests }: { range: DateRange; guests: number },
  call: Call,
): AsyncGenerator<OfferingDate, void, void> {
  const question = await packageQuestion(parts, { target, range, place: {}, party: guests }, call);
  const text = (item: PackageItem | undefined): string | null =>
    item ? formatInstant(item.startMs, target.site.timezone) : null;
  for (const date of promisingDates(question, range)) {
    const { canBegin, first, last } = new PackageStarts(onDate(question, date)).beginning();
    yield { date, hasAvailability: canBegin, canEnquire: false, bookableFrom: text(first), bookableTo: text(last) };
    // Each date is a search of its own: others get their turn between two of them.
    await nextTurn();
  }
}

/** The dates on which the package is on offer and something that has to be chosen can be: only they are worth the search for all of it. */
function promisingDates(question: PackageQuestion, range: DateRange): string[] {
  const { model, target } = question;
  const required = requiredTimes(model);
  const promising = new Set(required.flatMap((choice) => datesOfChoice(question, choice, range)));
  return datesOf(range).filter(
    (date) =>
      isOnOffer(target.versioned.compiled, model, question, date) && (required.length === 0 || promising.has(date)),
  );
}

function datesOfChoice(question: PackageQuestion, choice: PackageChoice, range: DateRange): string[] {
  return choice.options.flatMap((option) => {
    const query = appointmentQuery(question, choice, option);
    if (query) {
      const dates = findBookableDates(question.target.versioned.compiled, { ...query, ...range });
      return dates.flatMap(({ date, hasAvailability }) => (hasAvailability ? [date] : []));
    }
    return [...(question.sessions.get(option.offeringId) ?? [])].flatMap(([date, sessions]) =>
      sessions.some((session) => sessionRefusal(question, choice, session) === null) ? [date] : [],
    );
  });
}

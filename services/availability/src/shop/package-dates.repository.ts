import type { OfferingDate } from '@lido/proto/lido/availability/v1/shop.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { addDays, formatInstant } from '@lido/runtime/time/zone.ts';
import type { BookingParts } from '../bookings/parts.ts';
import { findBookableDates } from '../solver/offering-dates.ts';
import { isOnOffer } from '../solver/packages/package-dates.ts';
import { guestsAtOnce, type PackageItem, requiredTimes } from '../solver/packages/package-model.ts';
import { askerOf, packageQuestion } from './package-question.repository.ts';
import { PackageStarts } from './package-starts.ts';
import type { PackageTarget } from './package-target.repository.ts';
import { type DateRange, slotQuery } from './search.repository.ts';
import { sessionDates } from './session-search.repository.ts';

/** The dates of a range that are worth a look, whether so many guests can book the whole of a package, and between which starts of what has to be chosen. */
export async function* packageDates(
  parts: BookingParts,
  target: PackageTarget,
  { range, guests }: { range: DateRange; guests: number },
  call: Call,
): AsyncGenerator<OfferingDate, void, void> {
  const text = (item: PackageItem | undefined): string | null =>
    item ? formatInstant(item.startMs, target.site.timezone) : null;
  for (const date of await promisingDates(parts, target, { range, guests }, call)) {
    const question = await packageQuestion(parts, { target, date, place: {}, party: guests }, call);
    const { canBegin, first, last } = new PackageStarts(question).beginning();
    yield { date, hasAvailability: canBegin, canEnquire: false, bookableFrom: text(first), bookableTo: text(last) };
  }
}

/** The dates on which the package is on offer and something that has to be chosen can be: only they are worth the search for all of it. */
async function promisingDates(
  parts: BookingParts,
  target: PackageTarget,
  { range, guests }: { range: DateRange; guests: number },
  call: Call,
): Promise<string[]> {
  const promising = new Set<string>();
  const { offerings, compiled } = target.versioned;
  const { model } = target.offering;
  const required = requiredTimes(model);
  for (const { offeringId } of required.flatMap(({ options }) => options)) {
    const offering = offerings.get(offeringId);
    if (offering?.type === 'session') {
      const question = { range, guests: guestsAtOnce(guests, offering.row) };
      for (const { date } of await sessionDates(parts, { ...target, offering }, question, call)) promising.add(date);
    } else if (offering?.type === 'appointment') {
      const nothing = { practitionerId: [], excludeAppointments: [], excludeBookings: [], excludeBasketItems: [] };
      const filter = { ...nothing, quantity: guestsAtOnce(guests, offering.row) };
      const query = await slotQuery(parts, { target: { ...target, offering }, filter, range }, call);
      for (const { date, hasAvailability } of findBookableDates(compiled, query))
        if (hasAvailability) promising.add(date);
    }
  }
  const asker = await askerOf(parts, target, undefined, call);
  return datesOf(range).filter(
    (date) => isOnOffer(compiled, model, asker, date) && (required.length === 0 || promising.has(date)),
  );
}

function datesOf({ dateFrom, dateTo }: DateRange): string[] {
  const dates: string[] = [];
  for (let date = dateFrom; date <= dateTo; date = addDays(date, 1)) dates.push(date);
  return dates;
}

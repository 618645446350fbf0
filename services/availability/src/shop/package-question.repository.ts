import type { Call } from '@lido/runtime/grpc/call.ts';
import { addDays } from '@lido/runtime/time/zone.ts';
import type { Booking } from '../bookings/booking.ts';
import { bookingsOf, bookingsOfItems, bookingsOfPackage, guestsOf } from '../bookings/booking.repository.ts';
import type { BookingParts } from '../bookings/parts.ts';
import type { Offering } from '../offerings/offering.ts';
import { asksForMembership } from '../offerings/memberships.client.ts';
import type { Asker } from '../solver/booking-window.ts';
import { daysOf } from '../solver/horizon.ts';
import { datesNeeded } from '../solver/packages/judge-starts.ts';
import { packageItem } from '../solver/packages/package-item.ts';
import { type PackageItem, type PackageModel, requiredOptions } from '../solver/packages/package-model.ts';
import { type DateRange, membershipsOf } from './search.repository.ts';
import { type OfferedSessions, offeredSessions } from './package-sessions.repository.ts';
import type { PackageTarget } from './package-target.repository.ts';

/** What a client says about its basket. */
export interface BasketPlace {
  basketId?: string | null | undefined;
  basketItemId?: string | null | undefined;
  packageItemId?: string | null | undefined;
  /** The choice that is to be chosen anew; the whole package without one. */
  choiceId?: string | undefined;
}

/** All that answering for a package on some dates needs of the database. */
export interface PackageQuestion extends Asker {
  target: PackageTarget;
  model: PackageModel;
  guests: number;
  guestIds: string[];
  /** The basket's line that the package is chosen in. */
  lineId: string | undefined;
  /** What the package's line holds beside what is chosen anew. */
  held: { item: PackageItem; booking: Booking }[];
  excludedItemIds: string[];
  /** When the basket is somewhere already. */
  basketTimes: { startMs: number; endMs: number }[];
  /** For the dates, and those that the package may be spread over. */
  sessions: OfferedSessions;
}

/** The same about one date. */
export interface DatedQuestion extends PackageQuestion {
  date: string;
  /** The local dates that the package may be spread over. */
  dates: string[];
}

/** Loads what questions about a package need; everything after it is worked out without a wait, of one version of the site. */
export async function packageQuestion(
  parts: BookingParts,
  { target, range, place, party }: { target: PackageTarget; range: DateRange; place: BasketPlace; party?: number },
  call: Call,
): Promise<PackageQuestion> {
  const { model } = target.offering;
  const { basketId, lineId, line, excludedItemIds } = await basketOf(place, call);
  const basketGuests = basketId ? await guestsOf(call.em, basketId) : [];
  const held = line
    .filter(({ itemId }) => !excludedItemIds.includes(itemId))
    .map((booking) => ({ booking, item: itemOf(booking, target.site.timezone) }));
  const guests = Math.min(model.maxGuests, Math.max(model.minGuests, party ?? basketGuests.length));
  const asker = await askerOf(parts, target, basketId, call);
  const dates = [...visitDates(target, range.dateFrom, held), ...visitDates(target, range.dateTo, held)].sort();
  const spread = { dateFrom: dates[0] ?? range.dateFrom, dateTo: dates.at(-1) ?? range.dateTo };
  const givenUp = excludedItemIds;
  return {
    ...{ ...asker, target, model, guests, guestIds: basketGuests, lineId, held, excludedItemIds },
    basketTimes: (basketId ? await bookingsOf(call.em, basketId) : [])
      .filter(({ itemId }) => !excludedItemIds.includes(itemId))
      .map(({ startsAtMs, endsAtMs }) => ({ startMs: startsAtMs, endMs: endsAtMs })),
    sessions: await offeredSessions({ target, range: spread, asker, guests, basketId, givenUp }, call),
  };
}

/** What a question is for one of its dates. */
export function onDate(question: PackageQuestion, date: string): DatedQuestion {
  return { ...question, date, dates: visitDates(question.target, date, question.held) };
}

/** Who asks about a package and what it is made of. */
async function askerOf(
  parts: BookingParts,
  target: PackageTarget,
  basketId: string | undefined,
  call: Call,
): Promise<Asker> {
  const memberships = await membershipsOf(parts, { ...target, offering: askingOffering(target) }, basketId, call);
  return { nowMs: call.clock.nowMs(), memberships };
}

async function basketOf(
  { basketId, basketItemId, packageItemId, choiceId }: BasketPlace,
  call: Call,
): Promise<{ basketId: string | undefined; lineId: string | undefined; line: Booking[]; excludedItemIds: string[] }> {
  const chosen = packageItemId ? (await bookingsOfItems(call.em, [packageItemId])).get(packageItemId) : undefined;
  const lineId = chosen?.request.packageItemOf ?? basketItemId;
  const line = lineId ? await bookingsOfPackage(call.em, lineId) : [];
  const isAnew = ({ itemId, request }: Booking): boolean =>
    chosen ? itemId === chosen.itemId : choiceId === undefined || request.packageChoiceId === choiceId;
  return {
    basketId: chosen?.orderId ?? line[0]?.orderId ?? basketId ?? undefined,
    lineId: lineId ?? undefined,
    line,
    excludedItemIds: line.filter(isAnew).map(({ itemId }) => itemId),
  };
}

function itemOf({ request, startsAtMs, endsAtMs }: Booking, zone: string): PackageItem {
  const ids = { choiceId: request.packageChoiceId ?? '', optionId: request.packageOptionId ?? '' };
  return packageItem(ids, { startMs: startsAtMs, endMs: endsAtMs }, zone);
}

/** The date asked for, those the package has times on already, and those after it that a package of more than a day's length needs. */
function visitDates({ offering, versioned }: PackageTarget, date: string, held: PackageQuestion['held']): string[] {
  const { model } = offering;
  const required = model.choices.filter(({ offeringType }) => offeringType !== 'product');
  const shortest = required.flatMap((choice) =>
    Array.from({ length: requiredOptions(choice) }, () =>
      Math.min(...choice.options.map(({ offeringId }) => minutesOf(versioned.offerings.get(offeringId)))),
    ),
  );
  const count = model.preventsOverlaps ? datesNeeded(model, shortest.filter(Number.isFinite)) : 1;
  const dates = [
    ...Array.from({ length: count }, (_, index) => addDays(date, index)),
    ...held.map(({ item }) => item.date),
  ];
  return [...new Set(dates)].filter((one) => daysOf(versioned.compiled.horizon, one, one) !== undefined).sort();
}

function minutesOf(offering: Offering | undefined): number {
  if (offering?.type === 'appointment') return offering.row.durations[0] ?? Number.POSITIVE_INFINITY;
  return offering?.type === 'session' ? offering.row.duration : Number.POSITIVE_INFINITY;
}

/** The package or one of its options, whichever asks for memberships: they are asked for once. */
function askingOffering({ offering, versioned }: PackageTarget): Offering {
  const options = offering.model.choices.flatMap(({ options }) =>
    options.flatMap(({ offeringId }) => versioned.offerings.get(offeringId) ?? []),
  );
  return [offering, ...options].find(asksForMembership) ?? offering;
}

import type {
  GetPackageAvailabilityRequest,
  GetPackageChoiceSlotAvailabilityRequest,
  PackageAvailability,
  PackageAvailabilityMeta,
  PackageAvailabilityServiceService,
  PackageChoiceAvailability,
  PackageChoiceSlotList,
} from '@lido/proto/lido/availability/v1/package_availability.ts';
import { notFound } from '@lido/runtime/errors/refusal.ts';
import type { Call, Handlers } from '@lido/runtime/grpc/call.ts';
import { startOfDay } from '@lido/runtime/time/zone.ts';
import type { BookingParts } from '../bookings/parts.ts';
import type { PackageChoice } from '../solver/packages/package-model.ts';
import { packagePrice } from '../solver/packages/package-price.ts';
import { localDate } from './local-date.ts';
import { type BasketPlace, type DatedQuestion, onDate, packageQuestion } from './package-question.repository.ts';
import { toPackageSlots } from './package-slots.ts';
import { PackageStarts } from './package-starts.ts';
import { findPackage, type PackageTarget } from './package-target.repository.ts';
import { searchable } from './search.repository.ts';
import { siteOfOffering } from './site-of-offering.repository.ts';

/** When what a package is made of can be booked. */
export function packageAvailabilityHandlers(parts: BookingParts) {
  return {
    getPackageChoiceSlotAvailability: (request, call) => choiceSlots(parts, request, call),
    getPackageAvailability: (request, call) => wholePackage(parts, request, call),
  } satisfies Handlers<typeof PackageAvailabilityServiceService>;
}

async function choiceSlots(
  parts: BookingParts,
  request: GetPackageChoiceSlotAvailabilityRequest,
  call: Call,
): Promise<PackageChoiceSlotList> {
  const { packageId, choiceId, optionId } = request;
  const target = await findPackage(parts, { siteId: await siteOfOffering(call.em, packageId), packageId }, call);
  const choice = target.offering.model.choices.find(({ id }) => id === choiceId);
  if (!choice) throw notFound(choiceId);
  if (optionId && !choice.options.some(({ id }) => id === optionId)) return { data: [], meta: metaOf(target, false) };
  const question = await askedOn(parts, { target, date: dateAt(target, request), place: request }, call);
  if (!question) return { data: [], meta: metaOf(target, false) };
  const starts = new PackageStarts(question);
  const data = toPackageSlots(question, choice, starts.candidatesOf(choice, optionId));
  return { data, meta: metaOf(target, starts.isTruncated) };
}

async function wholePackage(
  parts: BookingParts,
  request: GetPackageAvailabilityRequest,
  call: Call,
): Promise<PackageAvailability> {
  const { siteId, packageId, basketItemId } = request;
  const target = await findPackage(parts, request, call);
  const { model } = target.offering;
  const date = dateAt(target, request);
  const question = await askedOn(parts, { target, date, place: { basketItemId } }, call);
  const starts = question && new PackageStarts(question);
  const choices = model.choices.map((choice) => choiceOn(choice, question, starts));
  const price = packagePrice(model, startOfDay(date, target.site.timezone), target.site.timezone);
  return {
    ...{ packageId, siteId, date, choices },
    hasAvailability: starts?.beginning().canBegin ?? false,
    price: price === undefined ? null : price * (question?.guests ?? model.minGuests),
    currency: target.site.currency.toLowerCase(),
    meta: metaOf(target, starts?.isTruncated ?? false),
  };
}

/** The date that is asked about, which may be told by an instant of it. */
function dateAt({ site }: PackageTarget, { date }: { date: string }): string {
  return localDate(date, site.timezone) ?? date;
}

/** The question, unless nothing can be booked on its date any more or yet. */
async function askedOn(
  parts: BookingParts,
  { target, date, place }: { target: PackageTarget; date: string; place: BasketPlace },
  call: Call,
): Promise<DatedQuestion | undefined> {
  const range = searchable({ dateFrom: date, dateTo: date }, target.versioned);
  return range && onDate(await packageQuestion(parts, { target, range, place }, call), date);
}

function choiceOn(
  choice: PackageChoice,
  question: DatedQuestion | undefined,
  starts: PackageStarts | undefined,
): PackageChoiceAvailability {
  const slots = question && starts ? toPackageSlots(question, choice, starts.candidatesOf(choice)) : [];
  return {
    choiceId: choice.id,
    name: choice.name,
    optional: choice.isOptional,
    hasAvailability: choice.offeringType === 'product' || slots.some((slot) => slot.noAvailabilityReason === null),
    slots,
  };
}

/** Taken right after the search, without a wait between: the version is the one that was searched. */
function metaOf({ offering, versioned }: PackageTarget, truncated: boolean): PackageAvailabilityMeta {
  return {
    maxAdvanceBookingsInterval: offering.row.maxAdvanceBookingsInterval ?? null,
    minAdvanceBookingsInterval: offering.row.minAdvanceBookingsInterval ?? null,
    dataVersion: versioned.version,
    truncated,
  };
}

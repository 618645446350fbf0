import type {
  ChosenOption,
  FindPackageRequest,
  PackageChoiceDetails,
  PackageDetails,
} from '@lido/proto/lido/availability/internal/v1/booking.ts';
import { invalid, notFound } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { parseInstant, startOfDay } from '@lido/runtime/time/zone.ts';
import { asksForMembership, membershipTypesOf } from '../offerings/memberships.client.ts';
import { findOffering, requireGuests, toOfferingDetails } from '../offerings/offering.ts';
import type { VersionedSite } from '../sites/compiled-sites.repository.ts';
import { isOnOffer } from '../solver/packages/package-dates.ts';
import { type PackageChoice, requiredOptions } from '../solver/packages/package-model.ts';
import { linePrice } from '../solver/packages/package-price.ts';
import type { PackagePart } from './hold-order.ts';
import type { BookingParts } from './parts.ts';

/** Describes a package and prices a line of it; refuses a line that the package is not for. */
export async function findPackage(
  parts: BookingParts,
  request: FindPackageRequest,
  call: Call,
): Promise<PackageDetails> {
  const { packageId, siteId, date, guests, chosen } = request;
  const versioned = await parts.compiledSites.get(siteId, call);
  if (!versioned) throw notFound(siteId);
  const offering = findOffering(versioned.offerings, 'package', packageId);
  if (offering?.type !== 'package' || (request.isOnline && !offering.row.offeredOnline)) throw notFound(packageId);
  if (!request.skipRules) {
    requireGuests(offering, guests);
    if (chosen.length === 0) await requireOnOffer(parts, { versioned, offering, request }, call);
  }
  const zone = versioned.site.timezone;
  const firstMs = chosen.length === 0 ? startOfDay(date, zone) : Math.min(...chosen.map(startMsOf));
  return {
    offering: toOfferingDetails(offering, versioned.site.currency),
    choices: offering.model.choices
      .filter(({ offeringType }) => offeringType !== 'product')
      .map((choice) => choiceDetails(versioned, choice)),
    priceMinor: linePrice(offering.model, { firstMs, guests, zone }, chosen) ?? null,
  };
}

async function requireOnOffer(
  parts: BookingParts,
  {
    versioned,
    offering,
    request,
  }: { versioned: VersionedSite; offering: PackagePart['offering']; request: FindPackageRequest },
  call: Call,
): Promise<void> {
  const { organisationId } = versioned.site;
  const memberships = asksForMembership(offering)
    ? await membershipTypesOf(parts, request.customerId ?? null, organisationId, call)
    : [];
  const asker = { nowMs: call.clock.nowMs(), memberships };
  if (isOnOffer(versioned.compiled, offering.model, asker, request.date)) return;
  throw invalid({ date: ['This package can not be booked on this date.'] });
}

function choiceDetails({ offerings, site }: VersionedSite, choice: PackageChoice): PackageChoiceDetails {
  return {
    id: choice.id,
    name: choice.name,
    requiredOptions: requiredOptions(choice),
    maxOptions: choice.maxOptions,
    budgetMinor: choice.budgetMinor,
    options: choice.options.flatMap(({ id, offeringId, priceChangeMinor }) => {
      const offering = findOffering(offerings, choice.offeringType, offeringId);
      return offering ? [{ id, priceChangeMinor, offering: toOfferingDetails(offering, site.currency) }] : [];
    }),
  };
}

function startMsOf({ startTime }: ChosenOption): number {
  const startMs = parseInstant(startTime);
  if (startMs === undefined) throw invalid({ start_time: ['The start of what is chosen must be an instant.'] });
  return startMs;
}
